/* ranges_test.c - every value that people give: what is legal, what is refused, and
 * how. */
#include "sim.h"
#include <stdio.h>
#include <string.h>

static neap_runtime *refused;

static int make(const neap_options *given)
{
    neap_options o = *given;

    o.size = sizeof o;
    o.clock = NEAP_CLOCK_VIRTUAL;
    return neap_new(&refused, &o);
}

static void a_quantum_is_1ms_to_1s(void **state)
{
    static const neap_ns bad[] = {
        -1, 1, NEAP_MS - 1, NEAP_S + 1, 7200 * NEAP_S, INT64_MAX, INT64_MIN};
    sim s = sim_of("rr", .cpus = 1);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(make(&(neap_options){.quantum = bad[i]}), -NEAP_ERANGE);
        assert_int_equal(neap_set_quantum(s.rt, bad[i]), -NEAP_ERANGE);
        assert_non_null(strstr(neap_last_error(), "1ms to 1s"));
        assert_ns(sim_stats(&s).quantum, SIM_QUANTUM);
    }
    assert_int_equal(neap_set_quantum(s.rt, 0), -NEAP_ERANGE);
    assert_int_equal(neap_set_quantum(s.rt, NEAP_MS), 0);
    assert_int_equal(neap_set_quantum(s.rt, NEAP_S), 0);
    assert_ns(sim_stats(&s).quantum, NEAP_S);
    sim_end(&s);
}

static void a_wait_is_bounded_by_10ms_or_more(void **state)
{
    static const neap_ns bad[] = {-1, 1, 10 * NEAP_MS - 1, INT64_MIN};
    sim s = sim_of("rr", .max_hold = 10 * NEAP_MS);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char value[32];

        snprintf(value, sizeof value, "%lld", (long long)bad[i]);
        assert_int_equal(make(&(neap_options){.max_hold = bad[i]}), -NEAP_ERANGE);
        assert_non_null(strstr(neap_last_error(), value));
    }
    sim_end(&s);
}

static void an_actuator_is_one_of_three(void **state)
{
    assert_int_equal(make(&(neap_options){.actuator = (neap_actuator)7}), -NEAP_EINVAL);
    assert_non_null(strstr(neap_last_error(), "7"));
}

static void cpus_are_1_to_1024(void **state)
{
    static const int bad[] = {-1, 1025, INT32_MAX, INT32_MIN};
    sim s = sim_of("rr", .cpus = 1024);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(make(&(neap_options){.cpus = bad[i]}), -NEAP_ERANGE);
        assert_int_equal(neap_set_cpus(s.rt, bad[i]), -NEAP_ERANGE);
    }
    assert_int_equal(neap_set_cpus(s.rt, 0), -NEAP_ERANGE);
    assert_int_equal(sim_stats(&s).cpus, 1024);
    for (int i = 0; i < 1030; i++)
        sim_plain(&s);
    sim_run(&s, 5 * NEAP_MS);
    assert_int_equal(sim_on(&s, 1023), 1024);
    assert_int_equal(neap_set_cpus(s.rt, 1), 0);
    sim_run(&s, 5 * NEAP_MS);
    assert_int_equal(sim_on(&s, 1), 0);
    sim_end(&s);
}

static void a_priority_is_0_to_10(void **state)
{
    sim s = sim_of("prio", .cpus = 1);
    neap_spec spec = {.size = sizeof spec, .has_priority = true};
    neap_id id = sim_plain(&s);

    for (int p = -3; p <= 13; p++) {
        int expected = p < 0 || p > 10 ? -NEAP_ERANGE : 0;

        spec.priority = p;
        assert_int_equal(neap_add(s.rt, &spec, NULL), expected);
        assert_int_equal(neap_set_priority(s.rt, id, p), expected);
        if (expected == 0)
            assert_int_equal(sim_task(&s, id)->priority, p);
        else
            assert_non_null(strstr(neap_last_error(), "0 to 10"));
    }
    assert_int_equal(sim_task(&s, id)->priority, 10);
    assert_int_equal(sim_stats(&s).active, 12);
    sim_end(&s);
}

static void a_priority_gives_its_weight(void **state)
{
    static const int weight[] = {33, 41, 51, 64, 80, 100, 125, 156, 195, 244, 305};
    sim s = sim_of("fair", .cpus = 1);
    neap_id id = sim_plain(&s);

    assert_int_equal(sim_task(&s, id)->weight, 100);
    for (int p = 0; p <= 10; p++) {
        assert_int_equal(neap_priority_weight(p), weight[p]);
        assert_int_equal(neap_set_priority(s.rt, id, p), 0);
        assert_int_equal(sim_task(&s, id)->weight, weight[p]);
    }
    assert_int_equal(neap_priority_weight(-1), 0);
    assert_int_equal(neap_priority_weight(11), 0);
    assert_int_equal(neap_set_weight(s.rt, id, 7), 0);
    assert_int_equal(sim_task(&s, id)->priority, 10); /* a weight of its own */
    sim_end(&s);
}

static void a_weight_is_1_to_10000(void **state)
{
    static const int bad[] = {-1, 10001, 65536, 65537, INT32_MAX, INT32_MIN};
    sim s = sim_of("fair", .cpus = 1);
    neap_id id = sim_plain(&s);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        neap_spec spec = {.size = sizeof spec, .weight = bad[i]};

        assert_int_equal(neap_add(s.rt, &spec, NULL), -NEAP_ERANGE);
        assert_int_equal(neap_set_weight(s.rt, id, bad[i]), -NEAP_ERANGE);
        assert_int_equal(sim_task(&s, id)->weight, 100);
    }
    assert_int_equal(neap_set_weight(s.rt, id, 0), -NEAP_ERANGE);
    assert_int_equal(neap_set_weight(s.rt, id, 1), 0);
    assert_int_equal(neap_set_weight(s.rt, id, 10000), 0);
    sim_end(&s);
}

static void boost_at_10_and_lower_at_0_change_nothing(void **state)
{
    sim s = sim_of("prio", .cpus = 1);
    neap_id id = sim_ranked(&s, 9);

    assert_int_equal(neap_boost(s.rt, id), 0);
    assert_int_equal(sim_task(&s, id)->priority, 10);
    assert_int_equal(neap_boost(s.rt, id), -NEAP_ERANGE);
    assert_int_equal(sim_task(&s, id)->priority, 10);
    assert_int_equal(sim_task(&s, id)->weight, 305);
    for (int p = 9; p >= 0; p--) {
        assert_int_equal(neap_lower(s.rt, id), 0);
        assert_int_equal(sim_task(&s, id)->priority, p);
    }
    assert_int_equal(neap_lower(s.rt, id), -NEAP_ERANGE);
    assert_int_equal(sim_task(&s, id)->priority, 0);
    assert_int_equal(sim_task(&s, id)->weight, 33);
    sim_end(&s);
}

static void times_of_a_task_are_not_negative(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    neap_id id = sim_plain(&s);
    neap_spec spec = {.size = sizeof spec, .estimate = -1};

    assert_int_equal(neap_add(s.rt, &spec, NULL), -NEAP_ERANGE);
    assert_int_equal(neap_set_estimate(s.rt, id, -1), -NEAP_ERANGE);
    assert_int_equal(neap_set_deadline(s.rt, id, -1), -NEAP_ERANGE);
    assert_int_equal(neap_set_period(s.rt, id, -1), -NEAP_ERANGE);
    assert_int_equal(neap_set_estimate(s.rt, id, 5), 0);
    assert_int_equal(neap_set_deadline(s.rt, id, 6), 0);
    assert_int_equal(neap_set_period(s.rt, id, 7), 0);
    assert_int_equal(neap_set_group(s.rt, id, 8), 0);
    assert_ns(sim_task(&s, id)->about->estimate, 5);
    assert_ns(sim_task(&s, id)->about->deadline, 6);
    assert_ns(sim_task(&s, id)->about->period, 7);
    assert_int_equal(sim_task(&s, id)->about->group, 8);
    assert_int_equal(neap_run_for(s.rt, -1), -NEAP_ERANGE);
    sim_end(&s);
}

static void an_affinity_meets_the_cpus(void **state)
{
    const uint64_t none = 0, third = 4;
    sim s = sim_of("fair", .cpus = 2);
    neap_id id = sim_plain(&s);

    assert_int_equal(neap_set_affinity(s.rt, id, &none, 1), -NEAP_EINVAL);
    assert_int_equal(neap_set_affinity(s.rt, id, &third, 1), -NEAP_EINVAL);
    assert_null(sim_task(&s, id)->about->affinity);
    assert_int_equal(neap_set_cpus(s.rt, 3), 0);
    assert_int_equal(neap_set_affinity(s.rt, id, &third, 1), 0);
    assert_int_equal(neap_set_cpus(s.rt, 2), -NEAP_EINVAL);
    sim_end(&s);
}

static void durations_are_read_to_the_nanosecond(void **state)
{
    static const struct {
        const char *text;
        neap_ns ns;
    } good[] = {{"0", 0},
                {"7", 7},
                {"7ns", 7},
                {"250us", 250 * NEAP_US},
                {"10ms", 10 * NEAP_MS},
                {"1.5s", 1500 * NEAP_MS},
                {"2h", 7200 * NEAP_S},
                {"3m", 180 * NEAP_S},
                {"0.000000001s", 1},
                {"1.000000001s", NEAP_S + 1},
                {"0.123456789s", 123456789},
                {"0.1m", 6 * NEAP_S},
                {"0010ms", 10 * NEAP_MS},
                {"9000000000s", 9000000000 * NEAP_S}};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        neap_ns ns = -1;

        if (neap_parse_ns(good[i].text, &ns) != 0 || ns != good[i].ns)
            fail_msg("%s: %lld", good[i].text, (long long)ns);
    }
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const junk[] = {"",     "abc",  "ms",   "-1",   "-1ms",  "+1ms",
                                       "1 ms", " 1ms", "1ms ", "1msx", "1MS",   "0x10",
                                       "1e3",  "1.",   "1.s",  ".5s",  "1.2.3", "1,5s",
                                       "1d",   "inf",  "nan",  "1s1s", "--"};
    static const char *const far[] = {"9223372036854775808", "99999999999999999999s",
                                      "3000000h", "9223372037s",
                                      "18446744073709551617"};
    neap_ns ns = 42;

    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        if (neap_parse_ns(junk[i], &ns) != -NEAP_EINVAL)
            fail_msg("\"%s\" is read as %lld", junk[i], (long long)ns);
        assert_non_null(strstr(neap_last_error(), junk[i]));
    }
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        if (neap_parse_ns(far[i], &ns) != -NEAP_ERANGE)
            fail_msg("\"%s\" is read as %lld", far[i], (long long)ns);
    }
    assert_ns(ns, 42);
}

static void the_nearest_word_is_suggested(void **state)
{
    static const char *const words[] = {"fair", "priority", "round_robin", "rr", NULL};
    static const char *const none[] = {NULL};

    assert_string_equal(neap_suggest("fiar", words), "fair");
    assert_string_equal(neap_suggest("far", words), "fair");
    assert_string_equal(neap_suggest("FAIR", words), "fair");
    assert_string_equal(neap_suggest("prioritty", words), "priority");
    assert_string_equal(neap_suggest("roundrobin", words), "round_robin");
    assert_null(neap_suggest("lottery", words));
    assert_null(neap_suggest("fair", none));
    assert_null(neap_suggest("a word that is longer than any that we know", words));
    assert_null(neap_suggest("", words));
}

static void options_carry_their_size(void **state)
{
    neap_options o = {.clock = NEAP_CLOCK_VIRTUAL};

    assert_int_equal(neap_new(&refused, &o), -NEAP_EINVAL);
    assert_int_equal(neap_new(&refused, NULL), -NEAP_EINVAL);
}

static void policies_are_found_by_name_and_alias(void **state)
{
    assert_string_equal(neap_policy_find("rr")->name, "round_robin");
    assert_ptr_equal(neap_policy_find("cfs"), neap_policy_find("fair"));
    assert_ptr_equal(neap_policy_find("prio"), neap_policy_find("priority"));
    assert_null(neap_policy_find("nobody"));
    assert_null(neap_policy_find(NULL));
    for (size_t i = 1; neap_policy_at(i); i++)
        assert_true(strcmp(neap_policy_at(i - 1)->name, neap_policy_at(i)->name) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quantum_is_1ms_to_1s),
        cmocka_unit_test(a_wait_is_bounded_by_10ms_or_more),
        cmocka_unit_test(an_actuator_is_one_of_three),
        cmocka_unit_test(cpus_are_1_to_1024),
        cmocka_unit_test(a_priority_is_0_to_10),
        cmocka_unit_test(a_priority_gives_its_weight),
        cmocka_unit_test(a_weight_is_1_to_10000),
        cmocka_unit_test(boost_at_10_and_lower_at_0_change_nothing),
        cmocka_unit_test(times_of_a_task_are_not_negative),
        cmocka_unit_test(an_affinity_meets_the_cpus),
        cmocka_unit_test(durations_are_read_to_the_nanosecond),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(the_nearest_word_is_suggested),
        cmocka_unit_test(options_carry_their_size),
        cmocka_unit_test(policies_are_found_by_name_and_alias),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
