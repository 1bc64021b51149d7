/* core_standstill_test.c - time in which nothing ran: it is nobody's turn and nobody's
 * wait. */
#include "rig.h"

static void it_is_paused_time_to_those_who_compete(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *runs = rig_live(r), *starts = rig_process(r), *sleeps = rig_live(r),
              *waits = rig_process(r), *paused = rig_process(r);
    neap_ns gap = 10 * NEAP_S;

    rig_pass(r, 10 * NEAP_MS);
    rig_started(r, starts);
    rig_pass(r, 10 * NEAP_MS);
    rig_started(r, sleeps);
    rig_block(r, sleeps);
    rig_started(r, waits);
    neap_core_pause_task(r->core, r->now, paused);
    rig_pass(r, 3 * NEAP_MS);
    rig_stand_still(r, gap);
    assert_ns(rig_times(r, runs).paused, gap);
    assert_ns(rig_times(r, starts).paused, gap);
    assert_ns(rig_times(r, waits).paused, gap);
    assert_ns(rig_times(r, paused).paused, gap + 3 * NEAP_MS);
    assert_ns(rig_times(r, sleeps).paused, 0);
    assert_ns(rig_times(r, sleeps).blocked, gap + 3 * NEAP_MS);
    rig_end(r);
}

static void a_turn_goes_on_where_it_was(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_pass(r, 4 * NEAP_MS);
    assert_string_equal(rig_stand_still(r, NEAP_S), "");
    rig_pass(r, 5 * NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_pass(r, NEAP_MS);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    assert_int_equal(rig_stats(r).late_ticks, 0);
    rig_end(r);
}

static void one_that_starts_meanwhile_has_its_slice_after(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_process(r);

    rig_process(r);
    rig_decide(r);
    rig_stand_still(r, NEAP_S);
    rig_started(r, a);
    assert_ns(rig_times(r, a).start, 0);
    rig_pass(r, 9 * NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_pass(r, NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_READY);
    rig_end(r);
}

static void it_is_no_wait_to_anybody(void **state)
{
    rig *r = rig_of("prio", .max_hold = 100 * NEAP_MS);
    neap_task *a = rig_live(r), *b;

    b = rig_process_at(r, 9);
    rig_decide(r);
    rig_started(r, b);
    rig_pass(r, 60 * NEAP_MS);
    rig_stand_still(r, 100 * NEAP_S);
    assert_int_equal(turns_of(a).forced, 0);
    rig_pass(r, 39 * NEAP_MS);
    assert_int_equal(turns_of(a).forced, 0);
    rig_pass(r, 2 * NEAP_MS);
    assert_int_equal(turns_of(a).forced, 1);
    assert_ns(a->longest_wait_ns, 100 * NEAP_MS);
    rig_end(r);
}

static void no_policy_is_blamed_for_it(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);

    rig_live(r);
    rig_process(r);
    rig_pass(r, 5 * NEAP_MS);
    for (int i = 0; i < 100; i++)
        rig_stand_still(r, 100 * NEAP_S);
    assert_int_equal(rig_stats(r).ejections, 0);
    rig_end(r);
}

static void virtual_time_stands_still_as_well(void **state)
{
    rig *r = rig_of("fair", .cpus = 1);
    neap_task *a = rig_virtual(r), *b = rig_virtual(r);

    rig_pass(r, 34 * NEAP_MS);
    rig_stand_still(r, NEAP_S);
    rig_pass(r, 26 * NEAP_MS);
    neap_core_settle(r->core, r->now);
    assert_ns(a->cpu_ns, 30 * NEAP_MS);
    assert_ns(b->cpu_ns, 30 * NEAP_MS);
    rig_end(r);
}

static void under_a_paused_scheduler_slices_move_once(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r);

    rig_process(r);
    rig_pass(r, 4 * NEAP_MS);
    neap_core_pause(r->core, r->now);
    rig_pass(r, NEAP_S);
    rig_stand_still(r, NEAP_S);
    rig_pass(r, NEAP_S);
    neap_core_resume(r->core, r->now);
    assert_ns(rig_times(r, a).run, 4 * NEAP_MS + 2 * NEAP_S);
    rig_pass(r, 5 * NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_pass(r, NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_READY);
    rig_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_paused_time_to_those_who_compete),
        cmocka_unit_test(a_turn_goes_on_where_it_was),
        cmocka_unit_test(one_that_starts_meanwhile_has_its_slice_after),
        cmocka_unit_test(it_is_no_wait_to_anybody),
        cmocka_unit_test(no_policy_is_blamed_for_it),
        cmocka_unit_test(virtual_time_stands_still_as_well),
        cmocka_unit_test(under_a_paused_scheduler_slices_move_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
