/* priority_test.c - the highest priority runs, equals take turns. In virtual time. */
#include "sim.h"
#include <string.h>

static void only_the_highest_run_and_they_alternate(void **state)
{
    sim s = sim_of("prio", .cpus = 1);

    sim_ranked(&s, 3);
    sim_ranked(&s, 8);
    sim_ranked(&s, 5);
    sim_ranked(&s, 8);
    sim_run(&s, 55 * NEAP_MS);
    assert_string_equal(sim_turns(&s, 0), "2 4 2 4 2 4");
    sim_run(&s,
            10 * NEAP_S); /* far beyond the bound of the watchdog: that is the order */
    assert_ns(sim_ran(&s, 1), 0);
    assert_ns(sim_ran(&s, 3), 0);
    assert_int_equal(sim_stats(&s).ejections, 0);
    neap_task_finish(s.rt, 2, 0);
    neap_task_finish(s.rt, 4, 0);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 3);
    sim_end(&s);
}

static void four_equals_share_a_thousand_turns_in_order(void **state)
{
    sim s = sim_of("priority", .cpus = 1);
    const char *turns;

    for (int i = 0; i < 4; i++)
        sim_ranked(&s, 6);
    sim_run(&s, 1000 * SIM_QUANTUM);
    for (neap_id id = 1; id <= 4; id++)
        assert_near((neap_ns)sim_task(&s, id)->slices, 250, 1);
    turns = sim_turns(&s, 0);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(turns[2 * i], '1' + (int)(i % 4));
    sim_end(&s);
}

static void a_higher_one_that_arrives_runs_at_once(void **state)
{
    sim s = sim_of("prio", .cpus = 1);

    sim_ranked(&s, 5);
    sim_ranked(&s, 5);
    sim_run(&s, 4 * NEAP_MS);
    sim_ranked(&s, 9);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 3);
    assert_int_equal(sim_task(&s, 1)->preemptions, 1);
    sim_end(&s);
}

static void a_preempted_one_keeps_its_place_and_the_rest_of_its_slice(void **state)
{
    sim s = sim_of("prio", .cpus = 1);

    for (int i = 0; i < 3; i++)
        sim_ranked(&s, 5);
    sim_run(&s, 4 * NEAP_MS);
    sim_ranked(&s, 9);
    sim_run(&s, 20 * NEAP_MS);
    neap_task_finish(s.rt, 4, 0);
    sim_run(&s, 5 * NEAP_MS);
    assert_int_equal(sim_on(&s, 0), 1); /* not 2, who was waiting */
    sim_run(&s, NEAP_MS);
    assert_ns(sim_ran(&s, 1), SIM_QUANTUM);
    assert_int_equal(sim_on(&s, 0), 2);
    sim_run(&s, 25 * NEAP_MS);
    assert_string_equal(sim_turns(&s, 0), "1 4 1 2 3 1");
    sim_end(&s);
}

static void one_preempted_at_the_end_of_its_slice_gets_a_millisecond(void **state)
{
    sim s = sim_of("prio", .cpus = 1);

    sim_ranked(&s, 5);
    sim_ranked(&s, 5);
    sim_run(&s, 9900 * NEAP_US);
    sim_ranked(&s, 9);
    sim_run(&s, NEAP_MS);
    neap_task_finish(s.rt, 3, 0);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 1);
    sim_run(&s, NEAP_MS);
    assert_int_equal(sim_on(&s, 0), 2);
    assert_ns(sim_ran(&s, 1), 10900 * NEAP_US);
    sim_end(&s);
}

static void of_two_cpus_the_lower_one_is_taken(void **state)
{
    sim s = sim_of("prio", .cpus = 2);

    sim_ranked(&s, 4);
    sim_ranked(&s, 3);
    sim_run(&s, 2 * NEAP_MS);
    assert_int_equal(sim_on(&s, 0), 1);
    assert_int_equal(sim_on(&s, 1), 2);
    sim_ranked(&s, 5);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 1);
    assert_int_equal(sim_on(&s, 1), 3);
    sim_end(&s);
}

static void an_equal_or_lower_one_that_arrives_waits(void **state)
{
    sim s = sim_of("prio", .cpus = 1);

    sim_ranked(&s, 5);
    sim_run(&s, 2 * NEAP_MS);
    sim_ranked(&s, 5);
    sim_ranked(&s, 4);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 1);
    assert_int_equal(sim_stats(&s).preemptions, 0);
    sim_end(&s);
}

static void a_higher_one_takes_no_cpu_that_it_may_not_use(void **state)
{
    const uint64_t first = 1;
    sim s = sim_of("prio", .cpus = 2);

    sim_ranked(&s, 6);
    sim_ranked(&s, 1);
    sim_run(&s, NEAP_MS);
    sim_ranked(&s, 5);
    assert_int_equal(neap_set_affinity(s.rt, 3, &first, 1), 0);
    sim_run(&s, 100 * NEAP_MS);
    assert_ns(sim_ran(&s, 3), 0);
    assert_int_equal(sim_on(&s, 1), 2);
    sim_end(&s);
}

static void a_boosted_one_that_waits_overtakes(void **state)
{
    sim s = sim_of("prio", .cpus = 1);

    sim_ranked(&s, 5);
    sim_ranked(&s, 5);
    sim_run(&s, 3 * NEAP_MS);
    assert_int_equal(neap_boost(s.rt, 2), 0);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 2);
    assert_int_equal(neap_lower(s.rt, 2), 0);
    sim_run(&s, 20 * NEAP_MS);
    assert_true(sim_ran(&s, 1) > 3 * NEAP_MS);
    sim_end(&s);
}

/* Without aging the low one starves; with it, it waits for as many steps as it lies
 * below. */
static void aging_lifts_one_level_each_time(void **state)
{
    const neap_param aging = {"aging", "50ms"};
    sim s = sim_of("prio", .cpus = 1, .params = {&aging, 1});

    sim_ranked(&s, 8);
    sim_ranked(&s, 5);
    sim_run(&s, 2 * NEAP_S);
    /* Three levels up at 50 ms each, decided each quantum; then the other's turn. */
    assert_near(sim_task(&s, 2)->longest_wait_ns, 160 * NEAP_MS, 10 * NEAP_MS);
    /* It runs one quantum, and falls back to its own level. */
    assert_near(sim_ran(&s, 2), 2 * NEAP_S * 10 / 170, 30 * NEAP_MS);
    assert_int_equal(sim_task(&s, 2)->priority, 5);
    sim_end(&s);
}

static void aging_that_is_no_duration_is_refused(void **state)
{
    const neap_param wrong[] = {{"aging", "soon"}, {"agein", "1s"}};
    neap_options o = {.size = sizeof o, .policy = "prio", .clock = NEAP_CLOCK_VIRTUAL};
    neap_runtime *rt;

    o.params = (neap_params){&wrong[0], 1};
    assert_true(neap_new(&rt, &o) < 0);
    assert_non_null(strstr(neap_last_error(), "aging"));
    o.params = (neap_params){&wrong[1], 1};
    assert_true(neap_new(&rt, &o) < 0);
    assert_non_null(strstr(neap_last_error(), "did you mean \"aging\""));
}

static void three_on_two_cpus_get_two_thirds_each(void **state)
{
    sim s = sim_of("prio", .cpus = 2);

    for (int i = 0; i < 3; i++)
        sim_ranked(&s, 5);
    sim_run(&s, 3 * NEAP_S);
    for (neap_id id = 1; id <= 3; id++)
        assert_near(sim_ran(&s, id), 2 * NEAP_S, SIM_QUANTUM);
    sim_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_highest_run_and_they_alternate),
        cmocka_unit_test(four_equals_share_a_thousand_turns_in_order),
        cmocka_unit_test(a_higher_one_that_arrives_runs_at_once),
        cmocka_unit_test(a_preempted_one_keeps_its_place_and_the_rest_of_its_slice),
        cmocka_unit_test(one_preempted_at_the_end_of_its_slice_gets_a_millisecond),
        cmocka_unit_test(of_two_cpus_the_lower_one_is_taken),
        cmocka_unit_test(an_equal_or_lower_one_that_arrives_waits),
        cmocka_unit_test(a_higher_one_takes_no_cpu_that_it_may_not_use),
        cmocka_unit_test(a_boosted_one_that_waits_overtakes),
        cmocka_unit_test(aging_lifts_one_level_each_time),
        cmocka_unit_test(aging_that_is_no_duration_is_refused),
        cmocka_unit_test(three_on_two_cpus_get_two_thirds_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
