/* core_alive_test.c - no more than max_alive tasks are inside: who waits outside, and who
 * comes next. */
#include "rig.h"
#include <string.h>

static void beyond_max_alive_they_wait_by_priority_then_arrival(void **state)
{
    static const int priority[] = {5, 5, 7, 3, 7};
    rig *r = rig_of("rr", .max_alive = 1);
    char turns[64] = "";

    for (int i = 0; i < 5; i++)
        rig_process_at(r, priority[i]);
    assert_int_equal(rig_stats(r).waiting, 4);
    assert_int_equal(rig_stats(r).active, 5);
    while (rig_stats(r).active > 0) {
        neap_task *t;

        rig_decide(r);
        t = neap_core_current(r->core, 0);
        rig_started(r, t);
        rig_pass(r, 30 * NEAP_MS);
        assert_ptr_equal(neap_core_current(r->core, 0), t);
        turns[strlen(turns)] = (char)('0' + t->id);
        rig_exit(r, t);
    }
    assert_string_equal(turns, "13524");
    rig_end(r);
}

static void a_new_priority_counts_outside_too(void **state)
{
    rig *r = rig_of("rr", .max_alive = 1);
    neap_task *a = rig_live(r), *c;

    rig_process(r);
    c = rig_process(r);
    neap_core_set_priority(r->core, r->now, c, 6);
    rig_exit(r, a);
    assert_int_equal(c->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void one_that_is_ended_outside_was_never_admitted(void **state)
{
    rig *r = rig_of("rr", .max_alive = 1);
    neap_task *a = rig_live(r), *b = rig_process(r), *c = rig_process(r);

    rig_exit(r, b);
    assert_int_equal(rig_stats(r).waiting, 1);
    rig_exit(r, a);
    assert_int_equal(c->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void one_that_is_paused_outside_lets_the_next_one_in(void **state)
{
    rig *r = rig_of("rr", .max_alive = 1);
    neap_task *a = rig_live(r), *b = rig_process(r), *c = rig_process(r);

    assert_int_equal(neap_core_pause_task(r->core, r->now, b), 0);
    assert_int_equal(rig_stats(r).waiting, 1);
    rig_exit(r, a);
    assert_int_equal(c->state, NEAP_STATE_STARTING);
    assert_int_equal(neap_core_resume_task(r->core, r->now, b), 0);
    rig_decide(r);
    assert_int_equal(b->state, NEAP_STATE_READY);
    assert_int_equal(rig_stats(r).waiting, 1);
    rig_exit(r, c);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void a_new_policy_gets_only_those_who_are_inside(void **state)
{
    rig *r = rig_of("rr", .max_alive = 2);
    neap_task *a = rig_live(r);

    for (int i = 0; i < 4; i++)
        rig_process(r);
    rig_decide(r);
    assert_int_equal(neap_core_ctx(r->core)->ready, 1);
    assert_int_equal(
        neap_core_set_policy(r->core, r->now, neap_policy_find("prio"), NULL), 0);
    assert_int_equal(neap_core_ctx(r->core)->ready, 1);
    assert_int_equal(rig_stats(r).waiting, 3);
    rig_decide(r);
    rig_exit(r, a);
    assert_int_equal(rig_stats(r).waiting, 2);
    assert_int_equal(neap_core_find(r->core, 2)->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static neap_task *broken_pick(neap_ctx *c, int cpu)
{
    neap_fail(c, "no idea", NULL);
    return NULL;
}
static void broken_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
}
static const neap_policy broken = {.name = "broken",
                                   .enqueue = broken_enqueue,
                                   .dequeue = broken_enqueue,
                                   .pick = broken_pick};

static void the_fallback_of_an_ejected_policy_gets_no_others(void **state)
{
    rig *r = rig_of(NULL, .policy = &broken, .max_alive = 2);

    for (int i = 0; i < 5; i++)
        rig_live(r);
    for (int i = 0; i < 5; i++) {
        neap_core_trigger(r->core, r->now);
        rig_decide(r);
    }
    assert_int_equal(rig_stats(r).ejections, 1);
    assert_int_equal(rig_stats(r).waiting, 3);
    assert_int_equal(neap_core_ctx(r->core)->ready, 1);
    rig_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beyond_max_alive_they_wait_by_priority_then_arrival),
        cmocka_unit_test(a_new_priority_counts_outside_too),
        cmocka_unit_test(one_that_is_ended_outside_was_never_admitted),
        cmocka_unit_test(one_that_is_paused_outside_lets_the_next_one_in),
        cmocka_unit_test(a_new_policy_gets_only_those_who_are_inside),
        cmocka_unit_test(the_fallback_of_an_ejected_policy_gets_no_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
