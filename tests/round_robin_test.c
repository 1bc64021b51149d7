/* round_robin_test.c - everybody in turn, one quantum each. In virtual time. */
#include "sim.h"

static void picks_go_round_one_quantum_each(void **state)
{
    sim s = sim_of("rr", .cpus = 1);

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    sim_run(&s, 7 * SIM_QUANTUM);
    assert_string_equal(sim_turns(&s, 0), "1 2 3 1 2 3 1 2");
    assert_ns(sim_ran(&s, 1), 3 * SIM_QUANTUM);
    assert_ns(sim_ran(&s, 2), 2 * SIM_QUANTUM);
    assert_ns(sim_ran(&s, 3), 2 * SIM_QUANTUM);
    sim_end(&s);
}

static void nothing_is_decided_within_a_slice(void **state)
{
    sim s = sim_of("rr", .cpus = 1);
    uint64_t decisions;

    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, 0);
    decisions = sim_stats(&s).decisions;
    sim_run(&s, 5 * NEAP_MS);
    assert_int_equal(sim_stats(&s).decisions, decisions);
    assert_int_equal(sim_on(&s, 0), 1);
    sim_run(&s, 5 * NEAP_MS);
    assert_int_equal(sim_stats(&s).decisions, decisions + 1);
    assert_int_equal(sim_on(&s, 0), 2);
    sim_end(&s);
}

static void one_removed_while_it_waits_never_runs(void **state)
{
    sim s = sim_of("rr", .cpus = 1);

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    sim_run(&s, 5 * NEAP_MS);
    assert_int_equal(neap_task_finish(s.rt, 2, 0), 0);
    sim_run(&s, 45 * NEAP_MS);
    assert_string_equal(sim_turns(&s, 0), "1 3 1 3 1 3");
    assert_int_equal(sim_how(&s, 2), NEAP_HOW_EXIT);
    sim_end(&s);
}

static void when_the_current_one_is_removed_the_next_runs_at_once(void **state)
{
    sim s = sim_of("rr", .cpus = 1);
    uint64_t decisions;

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    sim_run(&s, 4 * NEAP_MS);
    decisions = sim_stats(&s).decisions;
    neap_task_finish(s.rt, 1, 7);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 2);
    assert_int_equal(sim_stats(&s).decisions, decisions + 1);
    assert_int_equal(sim_code(&s, 1), 7);
    assert_null(neap_find(s.rt, 1));
    sim_run(&s, SIM_QUANTUM); /* a whole slice, not what the other had left */
    assert_ns(sim_ran(&s, 2), SIM_QUANTUM);
    assert_int_equal(sim_on(&s, 0), 3);
    sim_end(&s);
}

static void a_yield_gives_the_cpu_to_the_next(void **state)
{
    sim s = sim_of("rr", .cpus = 1);

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    sim_run(&s, 2 * NEAP_MS);
    assert_int_equal(neap_yield(s.rt, 0), 0);
    sim_run(&s, 0);
    assert_int_equal(sim_on(&s, 0), 2);
    assert_ns(sim_ran(&s, 1), 2 * NEAP_MS);
    sim_run(&s, 2 * SIM_QUANTUM);
    assert_int_equal(sim_on(&s, 0), 1);
    assert_int_equal(turns_of(sim_task(&s, 1)).voluntary, 1);
    assert_int_equal(sim_task(&s, 1)->preemptions, 0);
    sim_end(&s);
}

static void a_yield_of_one_that_is_alone_gives_it_the_cpu_again(void **state)
{
    sim s = sim_of("rr", .cpus = 1);

    sim_plain(&s);
    sim_run(&s, 2 * NEAP_MS);
    assert_int_equal(neap_yield(s.rt, 0), 0);
    sim_run(&s, NEAP_MS);
    assert_int_equal(sim_on(&s, 0), 1);
    assert_ns(sim_ran(&s, 1), 3 * NEAP_MS);
    assert_int_equal(sim_stats(&s).context_switches, 1);
    assert_int_equal(sim_stats(&s).preemptions, 0);
    assert_string_equal(sim_turns(&s, 0), "1");
    sim_end(&s);
}

static void a_newcomer_waits_one_quantum_for_each_before_it(void **state)
{
    sim s = sim_of("rr", .cpus = 1);
    neap_id late;

    for (int i = 0; i < 4; i++)
        sim_plain(&s);
    sim_run(&s, 25 * NEAP_MS);
    late = sim_plain(&s);
    sim_run(&s, NEAP_S);
    assert_ns(sim_task(&s, late)->longest_wait_ns, 4 * SIM_QUANTUM);
    sim_end(&s);
}

static void weights_and_priorities_mean_nothing(void **state)
{
    sim s = sim_of("rr", .cpus = 1);

    sim_add(&s, .weight = 10000);
    sim_ranked(&s, 0);
    sim_run(&s, NEAP_S);
    assert_ns(sim_ran(&s, 1), NEAP_S / 2);
    assert_ns(sim_ran(&s, 2), NEAP_S / 2);
    sim_end(&s);
}

static void three_on_two_cpus_get_two_thirds_each_and_never_both(void **state)
{
    sim s = sim_of("rr", .cpus = 2);

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    for (int i = 0; i < 600; i++) {
        sim_run(&s, 5 * NEAP_MS);
        assert_int_not_equal(sim_on(&s, 0), sim_on(&s, 1));
        assert_int_not_equal(sim_on(&s, 0), 0);
        assert_int_not_equal(sim_on(&s, 1), 0);
    }
    for (neap_id id = 1; id <= 3; id++)
        assert_near(sim_ran(&s, id), 2 * NEAP_S, SIM_QUANTUM);
    assert_ns(sim_charged(&s), 6 * NEAP_S);
    sim_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(picks_go_round_one_quantum_each),
        cmocka_unit_test(nothing_is_decided_within_a_slice),
        cmocka_unit_test(one_removed_while_it_waits_never_runs),
        cmocka_unit_test(when_the_current_one_is_removed_the_next_runs_at_once),
        cmocka_unit_test(a_yield_gives_the_cpu_to_the_next),
        cmocka_unit_test(a_yield_of_one_that_is_alone_gives_it_the_cpu_again),
        cmocka_unit_test(a_newcomer_waits_one_quantum_for_each_before_it),
        cmocka_unit_test(weights_and_priorities_mean_nothing),
        cmocka_unit_test(three_on_two_cpus_get_two_thirds_each_and_never_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
