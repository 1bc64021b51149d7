/* core_to_end_test.c - nothing is held: who has started keeps its cpu to its end. */
#include "diary.h"
#include "rig.h"
#include <string.h>

static void only_its_end_gives_a_cpu_to_the_next(void **state)
{
    rig *r = rig_of("rr", .hold = NEAP_HOLD_NEVER);
    neap_task *a = rig_live(r), *b = rig_process(r), *c = rig_process_at(r, 10);

    rig_pass(r, NEAP_S);
    neap_core_trigger(r->core, r->now);
    neap_core_set_quantum(r->core, r->now, NEAP_MS);
    assert_int_equal(neap_core_yield(r->core, r->now, a), -NEAP_EUNSUPPORTED);
    neap_core_set_policy(r->core, r->now, neap_policy_find("prio"), NULL);
    rig_pass(r, NEAP_S);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    assert_int_equal(a->slices, 1);
    assert_int_equal(rig_stats(r).preemptions, 0);
    rig_exit(r, a);
    assert_int_equal(b->state, NEAP_STATE_READY);
    assert_int_equal(c->state, NEAP_STATE_STARTING); /* the policy orders the starts */
    rig_end(r);
}

static void it_asks_for_no_decision_though_others_wait(void **state)
{
    rig *r = rig_of("fair", .hold = NEAP_HOLD_NEVER);

    rig_live(r);
    rig_process(r);
    rig_decide(r);
    assert_ns(neap_core_next(r->core), NEAP_FOREVER);
    rig_end(r);
}

static void nor_does_a_policy_that_ends_turns(void **state)
{
    rig *r;
    neap_task *a;

    diary_fresh(NULL);
    r = rig_of(NULL, .policy = &diary, .hold = NEAP_HOLD_NEVER);
    plan.slice = NEAP_MS;
    plan.resched = true;
    a = rig_live(r);
    rig_process(r);
    rig_pass(r, NEAP_S);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    assert_null(strstr(since_last(), "tick"));
    rig_end(r);
}

static void a_long_wait_is_not_the_policys_fault(void **state)
{
    rig *r = rig_of("rr", .hold = NEAP_HOLD_NEVER);
    neap_task *a = rig_live(r), *b = rig_process(r);

    for (int i = 0; i < 100; i++) {
        rig_pass(r, NEAP_S);
        neap_core_set_weight(r->core, r->now, a, 1 + i); /* something to decide about */
    }
    assert_int_equal(rig_stats(r).ejections, 0);
    rig_exit(r, a);
    rig_pass(r, 0);
    assert_int_equal(rig_stats(r).ejections, 0);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void one_that_starts_nobody_is_ejected(void **state)
{
    rig *r;

    diary_fresh(NULL);
    r = rig_of(NULL, .policy = &diary, .hold = NEAP_HOLD_NEVER);
    plan.picks_nothing = true;
    rig_process(r);
    rig_pass(r, 2 * NEAP_S);
    assert_int_equal(rig_stats(r).ejections, 1);
    rig_end(r);
}

static void the_user_may_still_hold_one(void **state)
{
    rig *r = rig_of("rr", .hold = NEAP_HOLD_NEVER);
    neap_task *a = rig_live(r), *b = rig_process(r);

    neap_core_pause_task(r->core, r->now, a);
    assert_string_equal(rig_decide(r), "hold 1 start 2");
    rig_started(r, b);
    neap_core_resume_task(r->core, r->now, a);
    rig_pass(r, NEAP_S);
    assert_int_equal(a->state, NEAP_STATE_READY);
    rig_exit(r, b);
    assert_string_equal(r->orders, "run 1");
    rig_end(r);
}

static void fewer_cpus_wait_for_those_who_are_there(void **state)
{
    sim s = sim_of("rr", .cpus = 2, .actuator = NEAP_ACTUATOR_NONE);

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    sim_run(&s, NEAP_S);
    neap_set_cpus(s.rt, 1);
    sim_run(&s, NEAP_S);
    assert_ns(sim_ran(&s, 2), 2 * NEAP_S);
    neap_task_finish(s.rt, 2, 0);
    sim_run(&s, NEAP_S);
    assert_ns(sim_ran(&s, 3), 0);
    neap_task_finish(s.rt, 1, 0);
    sim_run(&s, NEAP_S);
    assert_ns(sim_ran(&s, 3), NEAP_S);
    sim_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_its_end_gives_a_cpu_to_the_next),
        cmocka_unit_test(it_asks_for_no_decision_though_others_wait),
        cmocka_unit_test(nor_does_a_policy_that_ends_turns),
        cmocka_unit_test(a_long_wait_is_not_the_policys_fault),
        cmocka_unit_test(one_that_starts_nobody_is_ejected),
        cmocka_unit_test(the_user_may_still_hold_one),
        cmocka_unit_test(fewer_cpus_wait_for_those_who_are_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
