/* core_force_test.c - max_hold: who has been held for so long gets 1 ms, whatever the
 * policy says. */
#include "diary.h"
#include "rig.h"
#include <string.h>

#define BOUND (100 * NEAP_MS)

static neap_task *low(rig *r)
{
    return rig_process_at(r, 2);
}

/* Its turn comes now, and it has exec'd. */
static neap_task *start(rig *r, neap_task *t)
{
    rig_decide(r);
    for (int i = 0; i < 40 && t->state == NEAP_STATE_READY; i++) {
        neap_core_trigger(r->core, r->now);
        rig_decide(r);
    }
    rig_started(r, t);
    return t;
}

/* Three that have had a turn each, then one that is more important. */
static rig *three_starve(neap_task *starved[3], neap_task **high)
{
    rig *r = rig_of("prio", .max_hold = BOUND, .quantum = 30 * NEAP_MS);

    for (int i = 0; i < 3; i++)
        starved[i] = start(r, low(r));
    *high = start(r, rig_process_at(r, 8));
    return r;
}

static void each_that_starves_gets_a_millisecond_each_time(void **state)
{
    neap_task *t[3], *high;
    rig *r = three_starve(t, &high);
    neap_ns had[3];

    for (int i = 0; i < 3; i++)
        had[i] = rig_used(t[i]);
    rig_pass(r, 10 * NEAP_S);
    for (int i = 0; i < 3; i++) {
        assert_in_range(turns_of(t[i]).forced, 96, 100);
        assert_near(rig_used(t[i]) - had[i], (neap_ns)turns_of(t[i]).forced * NEAP_MS,
                    NEAP_MS);
        assert_true(t[i]->longest_wait_ns <= BOUND + 3 * NEAP_MS);
    }
    assert_int_equal(turns_of(high).forced, 0);
    assert_int_equal(rig_stats(r).forced, turns_of(t[0]).forced +
                                              turns_of(t[1]).forced +
                                              turns_of(t[2]).forced);
    assert_near(rig_used(high), 10 * NEAP_S - (neap_ns)rig_stats(r).forced * NEAP_MS,
                NEAP_MS);
    assert_int_equal(rig_stats(r).ejections, 0);
    rig_end(r);
}

static void one_that_has_never_started_is_held_by_nobody(void **state)
{
    rig *r = rig_of("prio", .max_hold = BOUND);
    neap_task *high = rig_process_at(r, 8), *never = low(r);

    rig_decide(r);
    rig_started(r, high);
    rig_pass(r, NEAP_S);
    assert_int_equal(never->state, NEAP_STATE_READY);
    assert_int_equal(rig_stats(r).forced, 0);
    rig_end(r);
}

static void the_rest_of_a_slice_that_was_cut_is_not_lost(void **state)
{
    neap_task *t[3], *high;
    rig *r = three_starve(t, &high);

    rig_pass(r, 90 * NEAP_MS);
    assert_int_equal(high->slices, 4);
    rig_pass(r, 13 * NEAP_MS); /* cut after 10 ms, for 3 */
    assert_int_equal(rig_stats(r).forced, 3);
    assert_int_equal(high->slices, 5);
    assert_int_equal(high->preemptions, 1);
    rig_pass(r, 19 * NEAP_MS);
    assert_int_equal(high->slices, 5);
    rig_pass(r, NEAP_MS);
    assert_int_equal(high->slices, 6);
    rig_end(r);
}

static neap_ns endless_slice(neap_ctx *c, neap_task *t)
{
    return NEAP_FOREVER;
}

static const neap_policy endless = {
    .name = "endless", .flags = NEAP_STARVES, .slice = endless_slice};

static void a_slice_without_end_is_cut(void **state)
{
    rig *r = rig_of(NULL, .policy = &endless, .max_hold = BOUND);
    neap_task *a = start(r, rig_process(r)), *b = start(r, rig_process(r));

    assert_ns(neap_core_next(r->core) - r->now, BOUND);
    rig_pass(r, BOUND);
    assert_string_equal(r->orders, "hold 2 run 1");
    rig_pass(r, NEAP_MS);
    assert_string_equal(r->orders, "hold 1 run 2");
    rig_pass(r, BOUND);
    assert_int_equal(turns_of(a).forced, 2);
    assert_int_equal(turns_of(b).forced, 0);
    rig_end(r);
}

static void two_cpus_serve_two_at_a_time(void **state)
{
    rig *r = rig_of(NULL, .policy = &endless, .max_hold = BOUND, .cpus = 2);
    neap_task *t[5];

    for (int i = 0; i < 5; i++)
        t[i] = start(r, rig_process(r));
    rig_pass(r, 10 * NEAP_S);
    for (int i = 0; i < 5; i++)
        assert_true(t[i]->longest_wait_ns <= BOUND + 2 * NEAP_MS);
    assert_ns(r->busy, 2 * 10 * NEAP_S);
    rig_end(r);
}

/* It waits for a cpu that it may use, and asks for no decision meanwhile. */
static void one_is_forced_where_it_may_run(void **state)
{
    uint64_t second = 2;
    rig *r = rig_of(NULL, .policy = &endless, .max_hold = BOUND, .cpus = 2);
    neap_task *a = rig_live(r), *b = rig_live(r), *c = rig_process(r);

    neap_core_set_affinity(r->core, r->now, a, &second, 1);
    rig_decide(r); /* cpu 0 starts c, a waits for that of b */
    assert_int_equal(c->state, NEAP_STATE_STARTING);
    assert_int_equal(a->state, NEAP_STATE_READY);
    rig_pass(r, BOUND);
    assert_int_equal(a->cpu, 1);
    assert_int_equal(b->state, NEAP_STATE_READY);
    rig_pass(r, NEAP_MS);
    assert_int_equal(b->cpu, 1);
    rig_end(r);
}

static void beside_one_that_is_starting_it_waits_on(void **state)
{
    rig *r = rig_of(NULL, .policy = &endless, .max_hold = BOUND);
    neap_task *a = rig_live(r), *b = rig_process(r);

    neap_core_trigger(r->core, r->now);
    rig_pass(r, NEAP_S);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    assert_true(neap_core_next(r->core) > r->now);
    assert_int_equal(turns_of(a).forced, 0);
    rig_started(r, b);
    assert_int_equal(turns_of(a).forced, 1);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_end(r);
}

static void waits_begin_anew_after_a_pause_of_the_scheduler(void **state)
{
    neap_task *t[3], *high;
    rig *r = three_starve(t, &high);

    rig_pass(r, 50 * NEAP_MS);
    neap_core_pause(r->core, r->now);
    rig_pass(r, NEAP_S);
    neap_core_resume(r->core, r->now);
    rig_pass(r, BOUND - NEAP_MS);
    assert_int_equal(rig_stats(r).forced, 0);
    rig_pass(r, 3 * NEAP_MS);
    assert_int_equal(rig_stats(r).forced, 3);
    rig_end(r);
}

static void a_newcomer_does_not_cut_a_forced_turn_short(void **state)
{
    neap_task *t[3], *high, *higher;
    rig *r = three_starve(t, &high);

    while (!turns_of(t[0]).forced)
        rig_pass(r, NEAP_MS / 2);
    assert_int_equal(t[0]->state, NEAP_STATE_RUNNING);
    higher = rig_process_at(r, 10);
    rig_decide(r);
    assert_int_equal(higher->state, NEAP_STATE_READY);
    rig_pass(r, 3 * NEAP_MS); /* all three are due */
    assert_int_equal(higher->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void a_new_policy_takes_over_in_a_forced_turn(void **state)
{
    neap_task *t[3], *high;
    rig *r = three_starve(t, &high);

    while (!turns_of(t[0]).forced)
        rig_pass(r, NEAP_MS / 2);
    neap_core_set_policy(r->core, r->now, neap_policy_find("rr"), NULL);
    rig_pass(r, NEAP_MS);
    assert_int_equal(t[0]->state, NEAP_STATE_READY);
    rig_pass(r, NEAP_S);
    assert_int_equal(rig_stats(r).failures, 0);
    assert_near(rig_used(t[1]), rig_used(t[2]), 11 * NEAP_MS);
    rig_end(r);
}

static void one_that_sleeps_or_is_paused_is_not_held_against_its_will(void **state)
{
    neap_task *t[3], *high;
    rig *r = three_starve(t, &high);

    while (!turns_of(t[0]).forced)
        rig_pass(r, NEAP_MS / 2);
    rig_block(r, t[0]); /* in its forced turn: the next one's begins */
    neap_core_pause_task(r->core, r->now, t[1]);
    rig_pass(r, NEAP_S);
    assert_int_equal(turns_of(t[0]).forced, 1);
    assert_int_equal(turns_of(t[1]).forced, 1);
    assert_in_range(turns_of(t[2]).forced, 9, 10);
    rig_exit(r, t[2]);
    rig_pass(r, NEAP_S);
    rig_wake(r, t[0]);
    rig_pass(r, BOUND);
    assert_int_equal(turns_of(t[0]).forced, 2);
    rig_end(r);
}

static rig *one_that_is_not_picked(neap_task **t)
{
    rig *r;

    diary_fresh(NULL);
    r = rig_of(NULL, .policy = &diary, .max_hold = BOUND);
    *t = rig_live(r);
    plan.picks_nothing = true;
    neap_core_trigger(r->core, r->now);
    rig_decide(r);
    since_last();
    return r;
}

static void the_policy_hears_that_it_is_taken_out_of_its_hands(void **state)
{
    neap_task *t;
    rig *r = one_that_is_not_picked(&t);

    rig_pass(r, BOUND);
    assert_string_equal(since_last(), "dequeue 1 forced, running 1, ");
    rig_pass(r, NEAP_MS); /* its turn ends though nobody waits */
    assert_string_equal(since_last(), "stopping 1 expired, enqueue 1 expired, ");
    assert_int_equal(t->state, NEAP_STATE_READY);
    rig_end(r);
}

static void one_that_never_picks_is_ejected_all_the_same(void **state)
{
    neap_task *t;
    rig *r = one_that_is_not_picked(&t);

    rig_pass(r, 3 * NEAP_S);
    assert_int_equal(rig_stats(r).ejections, 1);
    rig_end(r);
}

/* All of the time goes to forced turns: that is not the policy's fault. */
static void one_that_is_not_asked_is_not_blamed(void **state)
{
    rig *r = rig_of("rr", .max_hold = 10 * NEAP_MS, .quantum = NEAP_MS);

    for (int i = 0; i < 30; i++)
        start(r, rig_process(r));
    rig_process(r); /* never has its turn */
    rig_pass(r, 20 * NEAP_S);
    assert_int_equal(rig_stats(r).ejections, 0);
    rig_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_that_starves_gets_a_millisecond_each_time),
        cmocka_unit_test(one_that_has_never_started_is_held_by_nobody),
        cmocka_unit_test(the_rest_of_a_slice_that_was_cut_is_not_lost),
        cmocka_unit_test(a_slice_without_end_is_cut),
        cmocka_unit_test(two_cpus_serve_two_at_a_time),
        cmocka_unit_test(one_is_forced_where_it_may_run),
        cmocka_unit_test(beside_one_that_is_starting_it_waits_on),
        cmocka_unit_test(waits_begin_anew_after_a_pause_of_the_scheduler),
        cmocka_unit_test(a_newcomer_does_not_cut_a_forced_turn_short),
        cmocka_unit_test(a_new_policy_takes_over_in_a_forced_turn),
        cmocka_unit_test(one_that_sleeps_or_is_paused_is_not_held_against_its_will),
        cmocka_unit_test(the_policy_hears_that_it_is_taken_out_of_its_hands),
        cmocka_unit_test(one_that_never_picks_is_ejected_all_the_same),
        cmocka_unit_test(one_that_is_not_asked_is_not_blamed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
