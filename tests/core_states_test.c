/* core_states_test.c - every state, every event: what is legal, what it does, what is
 * ordered. */
#include "rig.h"
#include <string.h>

/* Brings a task of a fresh rig into each state. */
static neap_task *in_state(rig *r, neap_state state)
{
    neap_task *t = rig_process(r);

    if (state == NEAP_STATE_READY)
        return t;
    rig_decide(r);
    if (state == NEAP_STATE_STARTING)
        return t;
    rig_started(r, t);
    if (state == NEAP_STATE_BLOCKED)
        assert_int_equal(neap_core_block(r->core, r->now, t), 0);
    else if (state == NEAP_STATE_PAUSED)
        assert_int_equal(neap_core_pause_task(r->core, r->now, t), 0);
    else if (state == NEAP_STATE_ENDED)
        neap_core_ended(r->core, r->now, t, NEAP_HOW_EXIT, 0);
    rig_decide(r);
    return t;
}

typedef int event_fn(neap_core *core, neap_ns now, neap_task *t);

static void every_event_in_every_state_is_done_or_refused(void **state)
{
    /* What becomes of it; NEW: refused. */
    static const struct {
        event_fn *event;
        neap_state becomes[NEAP_STATES];
    } table[] = {
        {neap_core_block, {[NEAP_STATE_RUNNING] = NEAP_STATE_BLOCKED}},
        {neap_core_wake, {[NEAP_STATE_BLOCKED] = NEAP_STATE_READY}},
        {neap_core_pause_task,
         {[NEAP_STATE_READY] = NEAP_STATE_PAUSED,
          [NEAP_STATE_STARTING] = NEAP_STATE_STARTING,
          [NEAP_STATE_RUNNING] = NEAP_STATE_PAUSED,
          [NEAP_STATE_BLOCKED] = NEAP_STATE_PAUSED}},
        {neap_core_resume_task, {[NEAP_STATE_PAUSED] = NEAP_STATE_READY}},
        {neap_core_yield, {[NEAP_STATE_RUNNING] = NEAP_STATE_READY}},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (int from = NEAP_STATE_READY; from < NEAP_STATES; from++) {
            rig *r = rig_of("rr", .cpus = 1);
            neap_task *t = in_state(r, (neap_state)from);
            neap_state to = table[i].becomes[from];
            int answer;

            assert_int_equal(t->state, from);
            answer = table[i].event(r->core, r->now, t);
            if (to == NEAP_STATE_NEW) {
                assert_int_equal(answer, -NEAP_ESTATE);
                assert_non_null(
                    strstr(neap_last_error(), neap_state_name((neap_state)from)));
            } else {
                assert_int_equal(answer, 0);
            }
            assert_int_equal(t->state, to == NEAP_STATE_NEW ? (neap_state)from : to);
            rig_decide(r);
            rig_end(r);
        }
    }
}

static void a_task_ends_in_every_state(void **state)
{
    for (int from = NEAP_STATE_READY; from < NEAP_STATES; from++) {
        rig *r = rig_of("rr", .cpus = 1);
        neap_task *t = in_state(r, (neap_state)from), *other = rig_live(r);
        neap_id id = t->id;

        rig_exit(r, t);
        assert_null(neap_core_find(r->core, id));
        if (other->state == NEAP_STATE_STARTING)
            rig_started(r, other);
        assert_int_equal(other->state, NEAP_STATE_RUNNING);
        assert_int_equal(rig_stats(r).active, 1);
        rig_end(r);
    }
}

static void the_process_is_started_at_the_first_turn_only(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_process(r), *b = rig_process(r);

    assert_string_equal(rig_decide(r), "start 1");
    assert_string_equal(rig_started(r, a), "");
    rig_pass(r, 10 * NEAP_MS);
    assert_string_equal(r->orders, "hold 1 start 2");
    rig_started(r, b);
    rig_pass(r, 10 * NEAP_MS);
    assert_string_equal(r->orders, "hold 2 run 1");
    rig_end(r);
}

static void the_slice_begins_when_it_has_started(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_process(r), *b = rig_process(r);

    rig_pass(r, NEAP_S); /* an exec that takes long */
    assert_int_equal(a->state, NEAP_STATE_STARTING);
    assert_ns(rig_times(r, a).start, NEAP_S);
    rig_started(r, a);
    rig_pass(r, 9 * NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_pass(r, NEAP_MS);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    assert_ns(a->cpu_ns, 10 * NEAP_MS);
    rig_end(r);
}

static void a_pause_while_starting_is_done_when_it_has_started(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_process(r);

    rig_process(r);
    rig_decide(r);
    assert_int_equal(neap_core_pause_task(r->core, r->now, a), 0);
    assert_int_equal(neap_core_pause_task(r->core, r->now, a), -NEAP_ESTATE);
    assert_string_equal(rig_decide(r), "");
    assert_int_equal(a->state, NEAP_STATE_STARTING);
    assert_string_equal(rig_started(r, a), "hold 1 start 2");
    assert_int_equal(a->state, NEAP_STATE_PAUSED);
    assert_int_equal(neap_core_resume_task(r->core, r->now, a), 0);
    assert_int_equal(a->state, NEAP_STATE_READY);
    rig_end(r);
}

static void a_pause_while_starting_can_be_taken_back(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_process(r);

    rig_decide(r);
    assert_int_equal(neap_core_pause_task(r->core, r->now, a), 0);
    assert_int_equal(neap_core_resume_task(r->core, r->now, a), 0);
    assert_int_equal(neap_core_resume_task(r->core, r->now, a), -NEAP_ESTATE);
    assert_string_equal(rig_started(r, a), "");
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_end(r);
}

static void a_cpu_lost_while_starting_is_given_up_when_it_has_started(void **state)
{
    rig *r = rig_of("prio", .cpus = 1);
    neap_task *low = rig_process_at(r, 3), *high;

    rig_decide(r);
    high = rig_process_at(r, 8);
    assert_string_equal(rig_decide(r), "");
    assert_string_equal(rig_started(r, low), "hold 1 start 2");
    assert_int_equal(low->state, NEAP_STATE_READY);
    assert_int_equal(high->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void a_trigger_while_starting_is_kept_too(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_process(r);

    rig_process(r);
    rig_decide(r);
    neap_core_trigger(r->core, r->now);
    assert_string_equal(rig_decide(r), "");
    assert_string_equal(rig_started(r, a), "hold 1 start 2");
    rig_end(r);
}

static void a_start_that_fails_gives_the_cpu_to_the_next(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_process(r), *b = rig_process(r);

    rig_decide(r);
    neap_core_ended(r->core, r->now, a, NEAP_HOW_ERROR, 2);
    assert_string_equal(rig_decide(r), "start 2");
    assert_int_equal(a->state, NEAP_STATE_ENDED);
    assert_int_equal(neap_core_how(a), NEAP_HOW_ERROR);
    neap_core_started(r->core, r->now, a); /* too late: nothing */
    assert_int_equal(a->state, NEAP_STATE_ENDED);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void a_sleeper_is_not_held_and_a_woken_one_is(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_pass(r, 3 * NEAP_MS);
    assert_int_equal(neap_core_block(r->core, r->now, a), 0);
    assert_string_equal(rig_decide(r), "start 2");
    assert_true(rig_released(a));
    rig_started(r, b);
    rig_pass(r, 3 * NEAP_MS);
    assert_int_equal(neap_core_wake(r->core, r->now, a), 0);
    assert_string_equal(rig_decide(r), "hold 1");
    rig_pass(r, 7 * NEAP_MS);
    assert_string_equal(r->orders, "hold 2 run 1");
    rig_end(r);
}

static void one_that_wakes_beside_a_free_cpu_gets_no_order(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r);

    neap_core_block(r->core, r->now, a);
    rig_pass(r, NEAP_S);
    neap_core_wake(r->core, r->now, a);
    assert_string_equal(rig_decide(r), "");
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    assert_true(rig_released(a));
    rig_end(r);
}

static void a_sleeper_that_is_paused_is_held(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r);

    neap_core_block(r->core, r->now, a);
    rig_decide(r);
    neap_core_pause_task(r->core, r->now, a);
    assert_string_equal(rig_decide(r), "hold 1");
    neap_core_resume_task(r->core, r->now, a);
    assert_string_equal(rig_decide(r), "run 1");
    rig_end(r);
}

static void all_holds_stand_before_all_releases(void **state)
{
    rig *r = rig_of("rr", .cpus = 4);
    neap_task *first[4];

    for (int i = 0; i < 4; i++)
        first[i] = rig_live(r);
    for (int i = 0; i < 4; i++)
        rig_process(r);
    rig_pass(r, 10 * NEAP_MS);
    assert_string_equal(r->orders,
                        "hold 1 hold 2 hold 3 hold 4 start 5 start 6 start 7 start 8");
    for (int i = 0; i < 4; i++)
        assert_false(rig_released(first[i]));
    rig_end(r);
}

static void a_paused_scheduler_lets_all_that_started_go(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r), *c;

    rig_pass(r, 10 * NEAP_MS);
    rig_started(r, b);
    c = rig_process(r);
    rig_pass(r, 5 * NEAP_MS);
    assert_int_equal(neap_core_pause(r->core, r->now), 0);
    assert_int_equal(neap_core_pause(r->core, r->now), -NEAP_ESTATE);
    assert_string_equal(rig_decide(r), "run 1");
    assert_int_equal(neap_core_next(r->core), NEAP_FOREVER);
    rig_pass(r, NEAP_S);
    assert_int_equal(c->state, NEAP_STATE_READY); /* nothing new begins */
    assert_ns(rig_used(a), NEAP_S + 10 * NEAP_MS);

    assert_int_equal(neap_core_resume(r->core, r->now), 0);
    assert_int_equal(neap_core_resume(r->core, r->now), -NEAP_ESTATE);
    neap_core_measured(r->core, r->now, a, rig_used(a));
    neap_core_measured(r->core, r->now, b, rig_used(b));
    assert_string_equal(rig_decide(r), "hold 1");
    assert_int_equal(b->state, NEAP_STATE_RUNNING);
    rig_pass(r, 5 * NEAP_MS); /* the slice had 5 ms left */
    assert_int_not_equal(b->state, NEAP_STATE_RUNNING);
    assert_ns(a->cpu_ns, rig_used(a));
    assert_ns(b->cpu_ns, rig_used(b));
    rig_end(r);
}

static void
one_paused_by_the_user_stays_held_while_the_scheduler_is_paused(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r);

    neap_core_pause_task(r->core, r->now, a);
    rig_decide(r);
    neap_core_pause(r->core, r->now);
    assert_string_equal(rig_decide(r), "");
    neap_core_resume_task(r->core, r->now, a);
    assert_string_equal(rig_decide(r), "run 1");
    neap_core_resume(r->core, r->now);
    assert_string_equal(rig_decide(r), "");
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_end(r);
}

static void
one_that_starts_while_the_scheduler_is_paused_has_a_whole_slice_after(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_process(r);

    rig_process(r);
    rig_decide(r);
    neap_core_pause(r->core, r->now);
    rig_pass(r, NEAP_S);
    rig_started(r, a);
    rig_pass(r, NEAP_S);
    neap_core_resume(r->core, r->now);
    rig_pass(r, 9 * NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_pass(r, NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_READY);
    rig_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_in_every_state_is_done_or_refused),
        cmocka_unit_test(a_task_ends_in_every_state),
        cmocka_unit_test(the_process_is_started_at_the_first_turn_only),
        cmocka_unit_test(the_slice_begins_when_it_has_started),
        cmocka_unit_test(a_pause_while_starting_is_done_when_it_has_started),
        cmocka_unit_test(a_pause_while_starting_can_be_taken_back),
        cmocka_unit_test(a_cpu_lost_while_starting_is_given_up_when_it_has_started),
        cmocka_unit_test(a_trigger_while_starting_is_kept_too),
        cmocka_unit_test(a_start_that_fails_gives_the_cpu_to_the_next),
        cmocka_unit_test(a_sleeper_is_not_held_and_a_woken_one_is),
        cmocka_unit_test(one_that_wakes_beside_a_free_cpu_gets_no_order),
        cmocka_unit_test(a_sleeper_that_is_paused_is_held),
        cmocka_unit_test(all_holds_stand_before_all_releases),
        cmocka_unit_test(a_paused_scheduler_lets_all_that_started_go),
        cmocka_unit_test(
            one_paused_by_the_user_stays_held_while_the_scheduler_is_paused),
        cmocka_unit_test(
            one_that_starts_while_the_scheduler_is_paused_has_a_whole_slice_after),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
