/* core_sleep_test.c - a process that sleeps: it has no cpu, is not held, and is charged
 * for what it uses all the same. */
#include "diary.h"
#include "rig.h"
#include <string.h>

static void its_cpu_goes_to_the_next_in_the_same_decision(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_pass(r, 3 * NEAP_MS);
    assert_string_equal(rig_block(r, a), "start 2");
    assert_int_equal(a->cpu, NEAP_NO_CPU);
    assert_true(rig_released(a));
    rig_started(r, b);
    rig_pass(r, NEAP_S);
    assert_ns(rig_times(r, a).blocked, NEAP_S);
    assert_ns(rig_used(b), NEAP_S);
    rig_end(r);
}

static void sleepers_alone_ask_for_no_decision(void **state)
{
    rig *r = rig_of("fair", .cpus = 2);

    for (int i = 0; i < 5; i++)
        rig_block(r, rig_live(r));
    assert_ns(neap_core_next(r->core), NEAP_FOREVER);
    rig_live(r); /* nobody waits beside it */
    assert_ns(neap_core_next(r->core), NEAP_FOREVER);
    rig_end(r);
}

/* Several wake at once: those who get no cpu are held, before anybody is let go. */
static void of_those_who_wake_some_run_on_and_the_rest_are_held(void **state)
{
    rig *r = rig_of("rr", .cpus = 2);
    neap_task *t[4];

    for (int i = 0; i < 4; i++) {
        t[i] = rig_live(r);
        rig_block(r, t[i]);
    }
    for (int i = 0; i < 4; i++)
        neap_core_wake(r->core, r->now, t[i]);
    assert_string_equal(rig_decide(r), "hold 3 hold 4");
    rig_pass(r, 10 * NEAP_MS); /* the slice began when they were picked */
    assert_string_equal(r->orders, "hold 1 hold 2 run 3 run 4");
    rig_end(r);
}

static void one_that_wakes_and_sleeps_again_unseen_keeps_the_books(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r);

    rig_pass(r, 3 * NEAP_MS);
    neap_core_block(r->core, r->now, a);
    neap_core_wake(r->core, r->now, a);
    assert_string_equal(rig_decide(r), "");
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    assert_int_equal(rig_stats(r).voluntary, 1);
    assert_int_equal(rig_stats(r).preemptions, 0);
    assert_int_equal(rig_stats(r).context_switches, 1);
    rig_end(r);
}

static void the_times_of_a_sleeper_are_exact(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_live(r);
    neap_times times;

    rig_pass(r, 4 * NEAP_MS);
    rig_block(r, a);
    rig_started(r, b);
    rig_delay(r, 7 * NEAP_MS);
    neap_core_pause(r->core, r->now);
    rig_delay(r, 5 * NEAP_MS); /* it sleeps all the same */
    neap_core_resume(r->core, r->now);
    rig_delay(r, 2 * NEAP_MS);
    rig_wake(r, a); /* b's slice goes on */
    rig_delay(r, NEAP_MS);
    neap_core_pause_task(r->core, r->now, a);
    rig_delay(r, 9 * NEAP_MS);
    times = rig_times(r, a);
    assert_ns(times.run, 4 * NEAP_MS);
    assert_ns(times.blocked, 14 * NEAP_MS);
    assert_ns(times.ready, NEAP_MS);
    assert_ns(times.paused, 9 * NEAP_MS);
    rig_end(r);
}

static void what_it_used_before_it_was_noticed_is_charged(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r);

    rig_block(r, a);
    rig_stir(a);
    rig_pass(r, 6 * NEAP_MS);
    neap_core_measured(r->core, r->now, a, rig_used(a));
    assert_ns(a->cpu_ns, 6 * NEAP_MS);
    assert_ns(rig_times(r, a).blocked, 6 * NEAP_MS);
    assert_ns(rig_times(r, a).run, 0);
    rig_wake(r, a);
    rig_pass(r, 2 * NEAP_MS);
    assert_ns(a->cpu_ns, 8 * NEAP_MS);
    rig_exit(r, a);
    rig_end(r);
}

/* Two of equal weight under fair: `b` sleeps for a second, `a` runs. By how much has b
 * run less than a, or more, from then on, at most? */
static neap_ns gap_after_sleep(bool stirs)
{
    rig *r = rig_of("fair", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_live(r);
    neap_ns gap = 0, from;

    rig_pass(r, 10 * NEAP_MS);
    rig_started(r, b);
    rig_pass(r, 5 * NEAP_MS);
    rig_block(r, b);
    from = rig_used(b) - rig_used(a);
    if (stirs)
        rig_stir(b);
    rig_pass(r, NEAP_S);
    rig_wake(r, b);
    if (!stirs)
        from = rig_used(b) - rig_used(a);
    for (int i = 0; i < 3000; i++) {
        rig_pass(r, NEAP_MS);
        gap = rig_used(b) - rig_used(a) - from;
        if (i > 2500) /* a has caught up on what b took beside it */
            assert_true(gap >= -20 * NEAP_MS && gap <= 30 * NEAP_MS);
        assert_true(gap <= 30 * NEAP_MS);
    }
    rig_end(r);
    return gap;
}

static void fair_gives_a_sleeper_no_back_pay(void **state)
{
    gap_after_sleep(false);
}

static void and_what_it_took_beside_the_others_it_owes_them(void **state)
{
    gap_after_sleep(true);
}

static void the_user_may_hold_a_sleeper(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_block(r, a);
    rig_started(r, b);
    neap_core_pause_task(r->core, r->now, a);
    assert_string_equal(rig_decide(r), "hold 1");
    assert_int_equal(neap_core_wake(r->core, r->now, a), -NEAP_ESTATE);
    neap_core_resume_task(r->core, r->now, a);
    assert_int_equal(a->state, NEAP_STATE_READY); /* it has to say that it sleeps */
    assert_string_equal(rig_decide(r), "");
    rig_pass(r, 10 * NEAP_MS);
    assert_string_equal(r->orders, "hold 2 run 1");
    rig_end(r);
}

static void a_paused_scheduler_leaves_a_sleeper_alone(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_block(r, a);
    rig_started(r, b);
    neap_core_pause(r->core, r->now);
    assert_string_equal(rig_decide(r), "");
    assert_string_equal(rig_wake(r, a), ""); /* it runs freely, as b does */
    rig_pass(r, 30 * NEAP_MS);
    neap_core_resume(r->core, r->now);
    assert_string_equal(rig_decide(r), "hold 1");
    rig_block(r, b);
    assert_true(rig_released(b));
    neap_core_pause(r->core, r->now);
    rig_block(r, a);
    neap_core_resume(r->core, r->now);
    assert_string_equal(rig_decide(r), "");
    assert_ns(neap_core_next(r->core), NEAP_FOREVER);
    rig_end(r);
}

static void it_may_end_in_its_sleep(void **state)
{
    rig *r = rig_of("fair", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_block(r, a);
    rig_started(r, b);
    rig_stir(a);
    rig_pass(r, 3 * NEAP_MS);
    rig_exit(r, a); /* its last CPU time is on its account; no order: it is gone */
    assert_string_equal(r->orders, "");
    assert_int_equal(rig_stats(r).active, 1);
    rig_end(r);
}

static void a_sleeper_is_alive_for_max_alive(void **state)
{
    rig *r = rig_of("rr", .cpus = 1, .max_alive = 1);
    neap_task *a = rig_live(r), *b = rig_process(r);

    assert_string_equal(rig_block(r, a), "");
    assert_int_equal(rig_stats(r).waiting, 1);
    assert_string_equal(rig_wake(r, a), "");
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_exit(r, a);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void it_wakes_under_another_policy_or_on_fewer_cpus(void **state)
{
    rig *r = rig_of("fair", .cpus = 2);
    neap_task *a = rig_live(r), *b = rig_live(r), *c = rig_live(r);

    rig_block(r, a);
    rig_started(r, c);
    neap_core_set_policy(r->core, r->now, neap_policy_find("prio"), NULL);
    neap_core_set_cpus(r->core, r->now, 1);
    rig_decide(r);
    neap_core_set_priority(r->core, r->now, a, 9);
    assert_string_equal(rig_wake(r, a), b->cpu == 0 ? "hold 2" : "hold 3");
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_end(r);
}

static void the_policy_hears_of_every_step(void **state)
{
    rig *r;
    neap_task *a, *b;

    diary_fresh(NULL);
    r = rig_of(NULL, .policy = &diary);
    a = rig_live(r);
    b = rig_live(r);
    since_last();
    rig_pass(r, 3 * NEAP_MS);
    rig_block(r, a);
    assert_string_equal(since_last(), "stopping 1 blocked, slice 2, ");
    rig_started(r, b);
    rig_stir(a);
    rig_pass(r, 3 * NEAP_MS);
    assert_string_equal(since_last(), "running 2, update 1, ");
    rig_wake(r, a);
    assert_string_equal(since_last(), "enqueue 1 woken, preempt 1, ");
    rig_decide(r);
    assert_string_equal(since_last(), "");
    rig_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_cpu_goes_to_the_next_in_the_same_decision),
        cmocka_unit_test(sleepers_alone_ask_for_no_decision),
        cmocka_unit_test(of_those_who_wake_some_run_on_and_the_rest_are_held),
        cmocka_unit_test(one_that_wakes_and_sleeps_again_unseen_keeps_the_books),
        cmocka_unit_test(the_times_of_a_sleeper_are_exact),
        cmocka_unit_test(what_it_used_before_it_was_noticed_is_charged),
        cmocka_unit_test(fair_gives_a_sleeper_no_back_pay),
        cmocka_unit_test(and_what_it_took_beside_the_others_it_owes_them),
        cmocka_unit_test(the_user_may_hold_a_sleeper),
        cmocka_unit_test(a_paused_scheduler_leaves_a_sleeper_alone),
        cmocka_unit_test(it_may_end_in_its_sleep),
        cmocka_unit_test(a_sleeper_is_alive_for_max_alive),
        cmocka_unit_test(it_wakes_under_another_policy_or_on_fewer_cpus),
        cmocka_unit_test(the_policy_hears_of_every_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
