/* timers_test.c - the runtime as a small event runtime: timers, in virtual time. */
#include "sim.h"

enum { MOST = 64 };

/* What happened to one timer. */
typedef struct probe {
    sim *s;
    neap_timer id;
    int calls, drops;
    neap_ns at[MOST];
    struct probe *also;    /* whom to cancel in the callback */
    int cancel_at;         /* in which call; 0: never */
    neap_ns again;         /* what to ask for in the callback; 0: nothing */
    struct probe *rearmed; /* whom to arm again in the callback */
    neap_ns rearm_by;
    int rearms; /* how often */
} probe;

static void dropped(void *user)
{
    ((probe *)user)->drops++;
}

static void called(void *user, neap_runtime *rt, neap_timer id)
{
    probe *p = user;

    assert_true(id == p->id);
    if (p->calls < MOST)
        p->at[p->calls] = neap_now(rt);
    p->calls++;
    if (p->calls == p->cancel_at)
        neap_cancel(rt, p->also ? p->also->id : p->id);
    if (p->rearms-- > 0)
        assert_int_equal(neap_rearm(rt, p->rearmed->id, p->rearm_by), 0);
    if (p->again)
        assert_int_equal(neap_after(rt, p->again, called, p, NULL, &p->id), 0);
}

static void after(sim *s, probe *p, neap_ns delay)
{
    p->s = s;
    assert_int_equal(neap_after(s->rt, delay, called, p, dropped, &p->id), 0);
    assert_true(p->id != 0);
}

static void every(sim *s, probe *p, neap_ns period)
{
    p->s = s;
    assert_int_equal(neap_every(s->rt, period, called, p, dropped, &p->id), 0);
}

static void one_is_called_once_and_in_time(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p = {0};

    after(&s, &p, 35 * NEAP_MS);
    sim_run(&s, 34 * NEAP_MS);
    assert_int_equal(p.calls, 0);
    sim_run(&s, NEAP_MS);
    assert_int_equal(p.calls, 1);
    assert_int_equal(p.drops, 1);
    assert_ns(p.at[0], 35 * NEAP_MS);
    sim_run(&s, NEAP_S);
    assert_int_equal(p.calls, 1);
    assert_int_equal(neap_cancel(s.rt, p.id), -NEAP_ENOTFOUND);
    sim_end(&s);
    assert_int_equal(p.drops, 1);
}

static void they_are_called_in_order_of_time_then_of_making(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p[5] = {{0}};
    static const neap_ns delay[] = {30, 10, 20, 10, 0};

    for (int i = 0; i < 5; i++)
        after(&s, &p[i], delay[i] * NEAP_MS);
    p[1].also = &p[3]; /* of the two at 10 ms the first can still cancel the second */
    p[1].cancel_at = 1;
    sim_run(&s, NEAP_S);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(p[i].calls, i != 3);
        assert_int_equal(p[i].drops, 1);
        if (i != 3)
            assert_ns(p[i].at[0], delay[i] * NEAP_MS);
    }
    sim_end(&s);
}

static void a_periodic_one_does_not_drift(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p = {0};
    const neap_ns period = 7 * NEAP_MS + 3;

    sim_run(&s, 11);
    every(&s, &p, period);
    sim_run(&s, 50 * period);
    assert_int_equal(p.calls, 50);
    for (int i = 0; i < 50; i++)
        assert_ns(p.at[i], 11 + (i + 1) * period);
    assert_int_equal(p.drops, 0);
    sim_end(&s);
    assert_int_equal(p.drops, 1);
}

static void one_that_cancels_itself_is_not_called_again(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p = {.cancel_at = 3};

    every(&s, &p, 5 * NEAP_MS);
    sim_run(&s, NEAP_S);
    assert_int_equal(p.calls, 3);
    assert_int_equal(p.drops, 1);
    sim_end(&s);
    assert_int_equal(p.drops, 1);
}

static void one_that_is_called_once_may_try_to_cancel_itself(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p = {.cancel_at = 1};

    after(&s, &p, 5 * NEAP_MS);
    sim_run(&s, NEAP_S);
    assert_int_equal(p.calls, 1);
    assert_int_equal(p.drops, 1);
    sim_end(&s);
}

static void one_may_cancel_another(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe victim = {0}, killer = {.also = &victim, .cancel_at = 2};

    every(&s, &victim, 4 * NEAP_MS);
    every(&s, &killer, 10 * NEAP_MS);
    sim_run(&s, NEAP_S);
    assert_int_equal(killer.calls, MOST + 36);
    assert_int_equal(victim.calls, 5); /* at 4, 8, 12, 16 and 20: it was made first */
    assert_int_equal(victim.drops, 1);
    sim_end(&s);
}

static void cancelled_from_outside_it_is_dropped_at_once(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p[20] = {{0}};

    for (int i = 0; i < 20; i++)
        after(&s, &p[i], (20 - i) * NEAP_MS);
    for (int i = 0; i < 20; i += 3) {
        assert_int_equal(neap_cancel(s.rt, p[i].id), 0);
        assert_int_equal(p[i].drops, 1);
        assert_int_equal(neap_cancel(s.rt, p[i].id), -NEAP_ENOTFOUND);
    }
    sim_run(&s, NEAP_S);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(p[i].calls, i % 3 != 0);
        assert_int_equal(p[i].drops, 1);
        if (p[i].calls)
            assert_ns(p[i].at[0], (20 - i) * NEAP_MS);
    }
    sim_end(&s);
}

static void one_may_be_made_in_a_callback(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p = {.again = 10 * NEAP_MS};

    after(&s, &p, 10 * NEAP_MS);
    sim_run(&s, 100 * NEAP_MS);
    assert_int_equal(p.calls, 10);
    for (int i = 0; i < 10; i++)
        assert_ns(p.at[i], (i + 1) * 10 * NEAP_MS);
    sim_end(&s);
}

static void many_made_in_callbacks_are_all_called(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p[100] = {{0}};

    for (int i = 0; i < 100; i++) {
        p[i].again = (i % 7 + 1) * NEAP_MS;
        after(&s, &p[i], (i % 5) * NEAP_MS);
    }
    sim_run(&s, 50 * NEAP_MS);
    for (int i = 0; i < 100; i++)
        assert_int_equal(p[i].calls, (50 - i % 5) / (i % 7 + 1) + 1);
    sim_end(&s);
}

static void armed_again_it_comes_at_its_new_time(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe later = {0}, sooner = {0}, phase = {0};

    after(&s, &later, 10 * NEAP_MS);
    after(&s, &sooner, 100 * NEAP_MS);
    every(&s, &phase, 10 * NEAP_MS);
    sim_run(&s, 5 * NEAP_MS);
    assert_int_equal(neap_rearm(s.rt, later.id, 50 * NEAP_MS), 0);
    assert_int_equal(neap_rearm(s.rt, sooner.id, NEAP_MS), 0);
    assert_int_equal(neap_rearm(s.rt, phase.id, 2 * NEAP_MS), 0);
    sim_run(&s, NEAP_S);
    assert_ns(later.at[0], 55 * NEAP_MS);
    assert_ns(sooner.at[0], 6 * NEAP_MS);
    for (int i = 0; i < 5; i++)
        assert_ns(phase.at[i], (7 + 10 * i) * NEAP_MS);
    assert_int_equal(later.calls + sooner.calls, 2);
    assert_int_equal(neap_rearm(s.rt, later.id, 0), -NEAP_ENOTFOUND);
    assert_int_equal(neap_rearm(s.rt, phase.id, -1), -NEAP_ERANGE);
    sim_end(&s);
    assert_int_equal(later.drops + sooner.drops + phase.drops, 3);
}

static void in_its_call_one_may_arm_itself_again(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p = {.rearmed = &p, .rearm_by = 3 * NEAP_MS, .rearms = 4};

    after(&s, &p, 10 * NEAP_MS);
    sim_run(&s, 20 * NEAP_MS);
    assert_int_equal(p.calls, 4);
    assert_int_equal(p.drops, 0);
    sim_run(&s, NEAP_S);
    assert_int_equal(p.calls, 5);
    assert_int_equal(p.drops, 1);
    for (int i = 0; i < 5; i++)
        assert_ns(p.at[i], (10 + 3 * i) * NEAP_MS);
    sim_end(&s);
}

static void armed_again_in_its_call_it_may_be_cancelled(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p = {.rearmed = &p, .rearm_by = NEAP_S, .rearms = 1};

    after(&s, &p, 10 * NEAP_MS);
    sim_run(&s, 20 * NEAP_MS);
    assert_int_equal(neap_cancel(s.rt, p.id), 0);
    sim_run(&s, 2 * NEAP_S);
    assert_int_equal(p.calls, 1);
    assert_int_equal(p.drops, 1);
    sim_end(&s);
}

static void two_that_arm_each_other_for_now_let_time_pass(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe a = {.rearms = 20}, b = {.rearmed = &a, .rearms = 20};

    a.rearmed = &b;
    every(&s, &a, 10 * NEAP_MS);
    every(&s, &b, 10 * NEAP_MS);
    sim_run(&s, 15 * NEAP_MS);
    assert_true(a.calls >= 20 && b.calls >= 20);
    sim_end(&s);
}

/* Those that are there are the right ones, whoever was cancelled and made anew. */
static void ids_of_many_that_come_and_go_stay_their_own(void **state)
{
    static probe p[1000];
    sim s = sim_of("fair", .cpus = 1);
    uint64_t seed = 1;

    for (int i = 0; i < 1000; i++)
        after(&s, &p[i], (i * 37 % 1000 + 1) * NEAP_MS);
    for (int i = 0; i < 20000; i++) {
        probe *one = &p[(seed = seed * 6364136223846793005u + 1) >> 33 & 511];
        neap_timer old = one->id;

        assert_int_equal(neap_cancel(s.rt, old), 0);
        after(&s, one, (neap_ns)(seed >> 40 & 1023) * NEAP_MS);
        assert_int_equal(neap_cancel(s.rt, old), -NEAP_ENOTFOUND);
    }
    sim_run(&s, 2 * NEAP_S);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(p[i].calls, 1);
        if (i >= 512)
            assert_ns(p[i].at[0], (i * 37 % 1000 + 1) * NEAP_MS);
    }
    sim_end(&s);
}

static void what_is_out_of_range_is_refused(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe p = {0};

    assert_int_equal(neap_after(s.rt, -1, called, &p, dropped, &p.id), -NEAP_ERANGE);
    assert_int_equal(neap_every(s.rt, 0, called, &p, dropped, &p.id), -NEAP_ERANGE);
    assert_int_equal(neap_every(s.rt, -NEAP_S, called, &p, dropped, &p.id),
                     -NEAP_ERANGE);
    assert_int_equal(p.drops, 0);
    assert_int_equal(neap_cancel(s.rt, 0), -NEAP_ENOTFOUND);
    after(&s, &p, NEAP_FOREVER);
    sim_run(&s, NEAP_S);
    after(&s, &p, NEAP_FOREVER);
    sim_run(&s, NEAP_S);
    assert_int_equal(p.calls, 0);
    sim_end(&s);
    assert_int_equal(p.drops, 2);
}

static void run_ends_when_no_task_and_no_single_timer_is_left(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    probe once = {0}, again = {0};

    every(&s, &again, 10 * NEAP_MS);
    after(&s, &once, 45 * NEAP_MS);
    assert_int_equal(neap_run(s.rt), 0);
    assert_ns(neap_now(s.rt), 45 * NEAP_MS);
    assert_int_equal(again.calls, 4);
    sim_plain(&s);
    neap_cancel(s.rt, again.id);
    assert_int_equal(neap_run(s.rt), -NEAP_EENDLESS);
    sim_end(&s);
}

static void stop_it(void *user, neap_runtime *rt, neap_timer id)
{
    neap_stop(rt);
    assert_int_equal(neap_run_for(rt, NEAP_MS), -NEAP_ESTATE);
}

static void a_callback_may_stop_the_run_but_not_run_it(void **state)
{
    sim s = sim_of("fair", .cpus = 1);

    sim_plain(&s);
    assert_int_equal(neap_after(s.rt, 30 * NEAP_MS, stop_it, NULL, NULL, NULL), 0);
    assert_int_equal(neap_run_for(s.rt, NEAP_S), 0);
    assert_ns(neap_now(s.rt), 30 * NEAP_MS);
    assert_ns(sim_ran(&s, 1), 30 * NEAP_MS);
    sim_end(&s);
}

static void finish_it(void *user, neap_runtime *rt, neap_timer id)
{
    assert_int_equal(neap_task_finish(rt, 1, 9), 0);
}

static void a_task_is_waited_for(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    neap_how how;
    int code;

    sim_plain(&s);
    sim_plain(&s);
    neap_after(s.rt, 30 * NEAP_MS, finish_it, NULL, NULL, NULL);
    assert_int_equal(neap_wait(s.rt, 1, &how, &code), 0);
    assert_int_equal(how, NEAP_HOW_EXIT);
    assert_int_equal(code, 9);
    assert_ns(neap_now(s.rt), 30 * NEAP_MS);
    assert_int_equal(neap_wait(s.rt, 2, &how, &code), -NEAP_EENDLESS);
    sim_end(&s);
}

static void call_again_now(void *user, neap_runtime *rt, neap_timer id)
{
    ++*(int *)user;
    neap_after(rt, 0, call_again_now, user, NULL, NULL);
}

/* Else a callback could keep the runtime in one turn for ever. */
static void one_made_for_now_is_called_in_the_next_turn(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    int calls = 0;

    neap_after(s.rt, 0, call_again_now, &calls, NULL, NULL);
    for (int i = 1; i <= 5; i++) {
        sim_run(&s, 0);
        assert_int_equal(calls, i);
    }
    sim_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_called_once_and_in_time),
        cmocka_unit_test(they_are_called_in_order_of_time_then_of_making),
        cmocka_unit_test(a_periodic_one_does_not_drift),
        cmocka_unit_test(one_that_cancels_itself_is_not_called_again),
        cmocka_unit_test(one_that_is_called_once_may_try_to_cancel_itself),
        cmocka_unit_test(one_may_cancel_another),
        cmocka_unit_test(cancelled_from_outside_it_is_dropped_at_once),
        cmocka_unit_test(one_may_be_made_in_a_callback),
        cmocka_unit_test(many_made_in_callbacks_are_all_called),
        cmocka_unit_test(armed_again_it_comes_at_its_new_time),
        cmocka_unit_test(in_its_call_one_may_arm_itself_again),
        cmocka_unit_test(armed_again_in_its_call_it_may_be_cancelled),
        cmocka_unit_test(two_that_arm_each_other_for_now_let_time_pass),
        cmocka_unit_test(ids_of_many_that_come_and_go_stay_their_own),
        cmocka_unit_test(what_is_out_of_range_is_refused),
        cmocka_unit_test(run_ends_when_no_task_and_no_single_timer_is_left),
        cmocka_unit_test(a_callback_may_stop_the_run_but_not_run_it),
        cmocka_unit_test(a_task_is_waited_for),
        cmocka_unit_test(one_made_for_now_is_called_in_the_next_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
