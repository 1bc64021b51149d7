/* core_failures_test.c - what the core does with a policy that fails, lies or lets
 * wait. */
#include "diary.h"
#include <string.h>

/* Bad answers and failures. */

static void check_nothing_was_lost(sim *s, int tasks)
{
    assert_int_equal(sim_stats(s).active, tasks);
    assert_ns(sim_charged(s), neap_now(s->rt));
    for (neap_task *t = neap_next(s->rt, 0); t; t = neap_next(s->rt, t->id))
        assert_true(t->slices > 0);
}

static void three_bad_picks_hand_over_to_fair(void **state)
{
    sim s = with_diary(&diary);

    for (int i = 0; i < 4; i++)
        sim_plain(&s);
    neap_task_pause(s.rt, 4);
    sim_run(&s, 5 * NEAP_MS);
    plan.bad_pick = 4; /* not in its hands */
    sim_run(&s, 5 * NEAP_MS);
    assert_int_equal(sim_stats(&s).failures, 1);
    assert_int_equal(sim_told(&s, NEAP_REPORT_FAILURE)->count, 1);
    assert_string_equal(sim_told(&s, NEAP_REPORT_FAILURE)->hook, "pick");
    assert_int_equal(sim_told(&s, NEAP_REPORT_FAILURE)->task, 4);
    assert_int_equal(sim_on(&s, 0), 2); /* who has waited longest */
    assert_string_equal(sim_stats(&s).policy, "diary");
    sim_run(&s, 20 * NEAP_MS);
    assert_int_equal(sim_stats(&s).failures, 3);
    assert_string_equal(sim_stats(&s).policy, "fair");
    assert_int_equal(sim_told(&s, NEAP_REPORT_FAILURE)->count, 1);
    assert_int_equal(sim_told(&s, NEAP_REPORT_EJECTED)->count, 1);
    assert_string_equal(sim_told(&s, NEAP_REPORT_EJECTED)->policy, "diary");
    assert_non_null(
        strstr(sim_told(&s, NEAP_REPORT_EJECTED)->message, "three failures"));
    assert_non_null(strstr(sim_told(&s, NEAP_REPORT_EJECTED)->trace, "task 4"));
    assert_int_equal(plan.reason, NEAP_EJECTED);
    neap_task_resume(s.rt, 4);
    sim_run(&s, 400 * NEAP_MS);
    check_nothing_was_lost(&s, 4);
    for (neap_id id = 1; id <= 3; id++)
        assert_near(sim_ran(&s, id), 110 * NEAP_MS, 2 * SIM_QUANTUM);
    sim_end(&s);
}

static void every_kind_of_bad_pick_is_refused(void **state)
{
    const uint64_t second = 2;

    for (neap_id bad = 1; bad <= 4; bad++) {
        sim s;

        s = with_diary(&diary);
        neap_set_cpus(s.rt, 2);
        for (int i = 0; i < 5; i++)
            sim_plain(&s); /* 1 and 2 run, 3 may not use the first cpu, 4 pauses */
        neap_set_affinity(s.rt, 3, &second, 1);
        neap_task_pause(s.rt, 4);
        sim_run(&s, 5 * NEAP_MS);
        assert_int_equal(sim_on(&s, 0), 1);
        plan.bad_pick = bad == 1 ? 2 : bad; /* 2 runs on, 1 yields */
        neap_yield(s.rt, 0);
        sim_run(&s, 0);
        assert_int_equal(sim_stats(&s).failures, 1);
        assert_int_not_equal(sim_on(&s, 0), 0);
        assert_int_not_equal(sim_on(&s, 0), sim_on(&s, 1));
        assert_int_not_equal(sim_on(&s, 0), 3);
        assert_int_not_equal(sim_on(&s, 0), 4);
        sim_run(&s, NEAP_S);
        assert_ns(sim_charged(&s), 2 * neap_now(s.rt));
        sim_end(&s);
    }
}

static void a_failure_in_any_hook_is_answered_by_the_default(void **state)
{
    static const char *const hooks[] = {"enqueue", "dequeue", "pick",
                                        "slice",   "running", "stopping",
                                        "tick",    "update",  "preempt"};

    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        sim s = with_diary(&diary);

        for (int k = 0; k < 4; k++)
            sim_plain(&s);
        plan.slice = 30 * NEAP_MS; /* so that there are ticks within it */
        sim_run(&s, 5 * NEAP_MS);
        plan.fails = hooks[i];
        sim_plain(&s);
        for (int k = 0; k < 6; k++) {
            for (neap_id id = 1; id <= 5; id++)
                neap_set_weight(s.rt, id, 100);
            neap_trigger(s.rt);
            sim_run(&s, 20 * NEAP_MS);
        }
        plan.fails = NULL;
        if (sim_told(&s, NEAP_REPORT_FAILURE)->count != 1)
            fail_msg("%s: told %d times", hooks[i],
                     sim_told(&s, NEAP_REPORT_FAILURE)->count);
        assert_string_equal(sim_told(&s, NEAP_REPORT_FAILURE)->hook, hooks[i]);
        assert_string_equal(sim_told(&s, NEAP_REPORT_FAILURE)->message, "as planned");
        assert_string_equal(sim_told(&s, NEAP_REPORT_FAILURE)->trace, "where it was");
        if (sim_stats(&s).ejections != 1)
            fail_msg("%s: %d ejections", hooks[i], (int)sim_stats(&s).ejections);
        assert_string_equal(sim_stats(&s).policy, "fair");
        sim_run(&s, NEAP_S);
        check_nothing_was_lost(&s, 5);
        sim_end(&s);
    }
}

static void failures_far_apart_eject_nobody(void **state)
{
    sim s = with_diary(&diary);

    sim_plain(&s);
    for (int i = 0; i < 6; i++) {
        plan.fails = "update";
        neap_set_weight(s.rt, 1, 100);
        plan.fails = NULL;
        sim_run(&s, 5001 * NEAP_MS);
    }
    assert_int_equal(sim_stats(&s).failures, 6);
    assert_int_equal(sim_stats(&s).ejections, 0);
    plan.fails = "update";
    for (int i = 0; i < 2; i++)
        neap_set_weight(s.rt, 1, 100);
    sim_run(&s, 0);
    assert_string_equal(sim_stats(&s).policy, "fair");
    assert_int_equal(sim_on(&s, 0),
                     1); /* in the same decision, and nobody lost a cpu */
    sim_end(&s);
}

static void of_a_condemned_policy_no_more_failures_are_told(void **state)
{
    sim s = with_diary(&diary);

    sim_plain(&s);
    plan.fails = "update";
    for (int i = 0; i < 3; i++)
        neap_set_weight(s.rt, 1, 100);
    plan.fails = "enqueue";
    sim_plain(&s);
    plan.fails = NULL;
    assert_int_equal(sim_stats(&s).failures, 4);
    sim_run(&s, NEAP_MS);
    assert_int_equal(sim_told(&s, NEAP_REPORT_FAILURE)->count, 1);
    assert_int_equal(sim_stats(&s).ejections, 1);
    sim_end(&s);
}

static void a_slice_below_a_millisecond_is_made_one_and_counted(void **state)
{
    sim s = with_diary(&diary);

    plan.slice = 10 * NEAP_US;
    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, 3500 * NEAP_US);
    assert_string_equal(sim_turns(&s, 0), "1 2 1 2");
    assert_int_equal(sim_stats(&s).clamped, 4);
    assert_int_equal(sim_stats(&s).failures, 0);
    sim_end(&s);
}

static void a_slice_of_its_own_ends_though_nobody_waits(void **state)
{
    sim s = with_diary(&diary);

    plan.slice = 25 * NEAP_MS;
    sim_plain(&s);
    sim_run(&s, 110 * NEAP_MS);
    assert_int_equal(sim_task(&s, 1)->slices, 5);
    assert_int_equal(sim_stats(&s).context_switches, 1);
    assert_int_equal(sim_stats(&s).preemptions, 0);
    sim_end(&s);
}

/* The watchdog. */

static const neap_policy *variant(neap_policy *copy, unsigned flags)
{
    *copy = diary;
    copy->flags = flags;
    return copy;
}

static void one_that_never_picks_is_ejected(void **state)
{
    sim s = with_diary(&diary);

    sim_plain(&s);
    plan.picks_nothing = true;
    sim_run(&s, 900 * NEAP_MS);
    assert_int_equal(sim_on(&s, 0), 0);
    assert_string_equal(sim_stats(&s).policy, "diary");
    sim_run(&s, 200 * NEAP_MS);
    assert_int_equal(sim_on(&s, 0), 1);
    assert_string_equal(sim_stats(&s).policy, "fair");
    assert_non_null(strstr(sim_told(&s, NEAP_REPORT_EJECTED)->message, "has waited"));
    sim_end(&s);
}

static void unless_it_idles_by_design(void **state)
{
    neap_policy idles;
    sim s = with_diary(variant(&idles, NEAP_IDLES));

    sim_plain(&s);
    plan.picks_nothing = true;
    sim_run(&s, 10 * NEAP_S);
    assert_int_equal(sim_stats(&s).ejections, 0);
    plan.picks_nothing = false;
    sim_run(&s, 20 * NEAP_MS); /* it is asked again each quantum */
    assert_int_equal(sim_on(&s, 0), 1);
    sim_end(&s);
}

static void one_that_lets_a_task_starve_is_ejected(void **state)
{
    neap_policy table = diary;
    sim s;

    table.tick = NULL; /* nothing makes the core read the accounts on the way */
    s = with_diary(&table);
    plan.slice = NEAP_FOREVER;
    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, 5 * NEAP_S);
    assert_string_equal(sim_stats(&s).policy, "fair");
    assert_true(sim_task(&s, 2)->longest_wait_ns <= 2 * NEAP_S + SIM_QUANTUM);
    /* From then on each has its half: fair begins without a past. */
    assert_near(sim_ran(&s, 2), (5 * NEAP_S - sim_task(&s, 2)->longest_wait_ns) / 2,
                2 * SIM_QUANTUM);
    sim_end(&s);
}

/* Nobody has waited for longer than all those before it had their turns. */
static void unless_it_had_a_crowd_to_serve_that_is_gone(void **state)
{
    enum { CROWD = 300 };
    sim s = with_diary(&diary);

    plan.slice = 5 * SIM_QUANTUM;
    for (int i = 0; i < CROWD; i++)
        sim_plain(&s);
    for (int i = 0; i < CROWD; i++) {
        sim_run(&s, plan.slice);
        assert_int_equal(neap_task_pause(s.rt, (neap_id)i + 1), 0);
    }
    assert_int_equal(sim_stats(&s).ejections, 0);
    sim_end(&s);
}

static void unless_it_starves_by_design(void **state)
{
    neap_policy starves;
    sim s = with_diary(variant(&starves, NEAP_STARVES));

    plan.slice = NEAP_FOREVER;
    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, 10 * NEAP_S);
    assert_int_equal(sim_stats(&s).ejections, 0);
    assert_ns(sim_ran(&s, 2), 0);
    sim_end(&s);
}

static void each_exemption_is_from_its_own_case_only(void **state)
{
    neap_policy table;
    sim s = with_diary(variant(&table, NEAP_STARVES));

    sim_plain(&s);
    plan.picks_nothing = true;
    sim_run(&s, 3 * NEAP_S);
    assert_int_equal(sim_stats(&s).ejections, 1);
    sim_end(&s);

    s = with_diary(variant(&table, NEAP_IDLES));
    plan.slice = NEAP_FOREVER;
    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, 5 * NEAP_S);
    assert_int_equal(sim_stats(&s).ejections, 1);
    sim_end(&s);
}

static void time_that_the_scheduler_was_paused_is_no_waiting(void **state)
{
    sim s = with_diary(&diary);

    sim_plain(&s);
    plan.picks_nothing = true;
    sim_run(&s, 500 * NEAP_MS);
    neap_pause(s.rt);
    sim_run(&s, 10 * NEAP_S);
    neap_resume(s.rt);
    sim_run(&s, 400 * NEAP_MS);
    assert_int_equal(sim_stats(&s).ejections, 0);
    sim_end(&s);
}

static void a_light_task_may_wait_long_by_right(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    static neap_policy copy;

    copy = *neap_policy_find("fair");
    copy.name = "copy"; /* so that it is not its own fallback */
    neap_set_policy(s.rt, NULL, &copy, NULL);
    sim_add(&s, .weight = 1);
    sim_add(&s, .weight = 10000);
    sim_run(&s, 350 * NEAP_S);
    assert_int_equal(sim_stats(&s).ejections, 0);
    assert_true(sim_task(&s, 1)->longest_wait_ns > 90 * NEAP_S);
    sim_end(&s);
}

static void one_whose_enqueue_failed_is_kept_by_the_core(void **state)
{
    sim s = with_diary(&diary);

    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, NEAP_MS);
    plan.fails = "enqueue";
    sim_plain(&s);
    plan.fails = NULL;
    since_last();
    neap_task_pause(s.rt, 3);
    assert_string_equal(since_last(), ""); /* the policy does not hold it */
    neap_task_resume(s.rt, 3);
    sim_run(&s, 90 * NEAP_MS);
    assert_string_equal(sim_turns(&s, 0), "1 2 3 1 2 3 1 2 3 1");
    sim_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_bad_picks_hand_over_to_fair),
        cmocka_unit_test(every_kind_of_bad_pick_is_refused),
        cmocka_unit_test(a_failure_in_any_hook_is_answered_by_the_default),
        cmocka_unit_test(failures_far_apart_eject_nobody),
        cmocka_unit_test(of_a_condemned_policy_no_more_failures_are_told),
        cmocka_unit_test(a_slice_below_a_millisecond_is_made_one_and_counted),
        cmocka_unit_test(a_slice_of_its_own_ends_though_nobody_waits),
        cmocka_unit_test(one_that_never_picks_is_ejected),
        cmocka_unit_test(unless_it_idles_by_design),
        cmocka_unit_test(one_that_lets_a_task_starve_is_ejected),
        cmocka_unit_test(unless_it_had_a_crowd_to_serve_that_is_gone),
        cmocka_unit_test(unless_it_starves_by_design),
        cmocka_unit_test(each_exemption_is_from_its_own_case_only),
        cmocka_unit_test(time_that_the_scheduler_was_paused_is_no_waiting),
        cmocka_unit_test(a_light_task_may_wait_long_by_right),
        cmocka_unit_test(one_whose_enqueue_failed_is_kept_by_the_core),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
