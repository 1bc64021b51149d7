/* meter_test.c - what a run was like, from events that are told by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <neap/meter.h>
#include <string.h>

#define MS NEAP_MS

static neap_meter *open_with(int cpus, size_t timeline)
{
    neap_meter_options o = {.size = sizeof o, .cpus = cpus, .timeline = timeline};
    neap_meter *m;

    assert_int_equal(neap_meter_new(&m, &o), 0);
    return m;
}

static neap_meter_slot add(neap_meter *m, neap_ns now, neap_id id, int weight)
{
    neap_meter_slot s;

    assert_int_equal(neap_meter_add(m, now, id, weight, &s), 0);
    return s;
}

static neap_meter_report finish(neap_meter *m, neap_ns now)
{
    neap_meter_report r;

    assert_int_equal(neap_meter_finish(m, now, &r), 0);
    return r;
}

static void near(double is, double wanted)
{
    assert_true(is > wanted - 1e-9 && is < wanted + 1e-9);
}

/* Two of equal weight, one after the other. */
static void times_of_two_jobs_in_a_row(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot a = add(m, 0, 1, 100), b = add(m, 0, 2, 100);
    neap_meter_report r;

    neap_meter_run(m, 0, a, 0);
    neap_meter_end(m, 10 * MS, a);
    neap_meter_run(m, 10 * MS, b, 0);
    neap_meter_end(m, 30 * MS, b);
    r = finish(m, 30 * MS);
    assert_int_equal(r.tasks, 2);
    assert_int_equal(r.ended, 2);
    assert_int_equal(r.turnaround.mean, 20 * MS);
    assert_int_equal(r.response.max, 10 * MS);
    assert_int_equal(r.wait.mean, 5 * MS);
    assert_int_equal(r.stretch.count, 2);
    assert_int_equal(r.slowdown.max, 1500);
    assert_int_equal(r.busy, 30 * MS);
    assert_int_equal(r.context_switches, 2);
    assert_int_equal(r.preemptions, 0);
    assert_int_equal(r.longest_waiter, 2);
    neap_meter_free(m);
}

static void losing_the_cpu_to_another_is_a_preemption(void **state)
{
    neap_meter *m = open_with(1, 8);
    neap_meter_slot a = add(m, 0, 1, 100), b = add(m, 0, 2, 100);
    neap_meter_report r;

    neap_meter_run(m, 0, a, 0);
    neap_meter_stop(m, 10 * MS, a, 0);
    neap_meter_run(m, 10 * MS, b, 0);
    neap_meter_block(m, 15 * MS, b);
    neap_meter_run(m, 15 * MS, a, 0);
    neap_meter_ready(m, 20 * MS, b);
    r = finish(m, 20 * MS);
    assert_int_equal(r.preemptions, 1);
    assert_int_equal(r.context_switches, 3);
    assert_int_equal(r.ended, 0);
    assert_int_equal(r.turnaround.count, 0);
    assert_int_equal(r.wait.count, 2);
    assert_int_equal(r.segments, 4); /* a, b, b sleeps, a */
    assert_int_equal(r.timeline[2].cpu, NEAP_METER_SLEEPS);
    assert_int_equal(r.timeline[2].from, 15 * MS);
    assert_int_equal(r.timeline[2].to, 20 * MS);
    neap_meter_free(m);
}

static void a_move_between_cpus_is_no_wait(void **state)
{
    neap_meter *m = open_with(2, 0);
    neap_meter_slot a = add(m, 0, 1, 100);
    neap_meter_report r;

    neap_meter_run(m, 0, a, 0);
    neap_meter_run(m, 10 * MS, a, 1);
    neap_meter_stop(m, 10 * MS, a, 0); /* not its cpu any more */
    neap_meter_end(m, 20 * MS, a);
    r = finish(m, 20 * MS);
    assert_int_equal(r.wait.max, 0);
    assert_int_equal(r.stretch.count, 1);
    assert_int_equal(r.busy, 20 * MS);
    neap_meter_free(m);
}

/* Weights 3 and 1 on one cpu, 10 ms of the light one first: 7.5 ms behind. */
static void lag_is_what_the_fluid_model_would_have_given(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot heavy = add(m, 0, 1, 300), light = add(m, 0, 2, 100);
    neap_meter_report r;

    neap_meter_run(m, 0, light, 0);
    neap_meter_stop(m, 10 * MS, light, 0);
    neap_meter_run(m, 10 * MS, heavy, 0);
    r = finish(m, 40 * MS);
    assert_int_equal(r.lag, 7500000);
    assert_int_equal(r.lagging, 1);
    near(r.jain, 1); /* 30 of 30, 10 of 10 */
    neap_meter_free(m);
}

/* On 2 cpus a task of weight 1000 beside two of 100 has one cpu, no more; the two share
 * the other. */
static void nobody_is_owed_more_than_one_cpu(void **state)
{
    neap_meter *m = open_with(2, 0);
    neap_meter_slot heavy = add(m, 0, 1, 1000);
    neap_meter_slot b = add(m, 0, 2, 100), c = add(m, 0, 3, 100);
    neap_meter_report r;

    neap_meter_run(m, 0, heavy, 0);
    neap_meter_run(m, 0, b, 1);
    neap_meter_stop(m, 10 * MS, b, 1);
    neap_meter_run(m, 10 * MS, c, 1);
    neap_meter_stop(m, 20 * MS, c, 1);
    r = finish(m, 20 * MS);
    assert_int_equal(r.lag, 5 * MS); /* of c, after 10 ms */
    near(r.jain, 1);
    neap_meter_free(m);
}

static void one_who_has_all_makes_an_index_of_one_over_n(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot s[4];
    neap_meter_report r;

    for (int i = 0; i < 4; i++)
        s[i] = add(m, 0, (neap_id)i + 1, 100);
    neap_meter_run(m, 0, s[2], 0);
    r = finish(m, NEAP_S);
    near(r.jain, 0.25);
    assert_int_equal(r.lag, 250 * MS);
    neap_meter_free(m);
}

/* A cycle of two equal tasks is 20 ms: 15 and 5 ms are 50 % too much and too little. */
static void the_error_of_a_cycle(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot a = add(m, 0, 1, 100), b = add(m, 0, 2, 100);
    neap_meter_report r;

    neap_meter_run(m, 0, a, 0);
    neap_meter_stop(m, 15 * MS, a, 0);
    neap_meter_run(m, 15 * MS, b, 0);
    neap_meter_stop(m, 20 * MS, b, 0);
    neap_meter_run(m, 20 * MS, a, 0);
    r = finish(m, 21 * MS);
    assert_int_equal(r.cycles, 1);
    near(r.rms_error, 0.5);
    neap_meter_free(m);
}

static void a_weight_that_changes_counts_from_then_on(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot a = add(m, 0, 1, 100), b = add(m, 0, 2, 100);
    neap_meter_report r;

    neap_meter_run(m, 0, a, 0);
    neap_meter_weight(m, 10 * MS, b, 300); /* 5 behind, which is forgotten; 3/4 now */
    neap_meter_stop(m, 30 * MS, a, 0);
    neap_meter_run(m, 30 * MS, b, 0);
    r = finish(m, 30 * MS);
    assert_int_equal(r.lag, 15 * MS);
    neap_meter_free(m);
}

static void a_wait_beyond_the_watchdogs_bound_is_starvation(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot a = add(m, 0, 1, 100);
    neap_meter_report r;

    add(m, 0, 2, 100);
    neap_meter_run(m, 0, a, 0);
    r = finish(m, NEAP_S + 1);
    assert_int_equal(r.starved, 1);
    assert_int_equal(r.stretch.max, NEAP_S + 1);
    neap_meter_free(m);
}

static void deadlines_are_met_or_missed(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot a = add(m, 0, 1, 100);
    neap_meter_report r;

    neap_meter_deadline(m, 10 * MS, a, 10 * MS);
    neap_meter_deadline(m, 30 * MS, a, 20 * MS);
    r = finish(m, 30 * MS);
    assert_int_equal(r.deadlines, 2);
    assert_int_equal(r.missed, 1);
    assert_int_equal(r.latest, 10 * MS);
    neap_meter_free(m);
}

/* Waits of 1, 2, ..., 250 ms: the nearest rank. */
static void percentiles_are_exact(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_report r;

    for (int i = 250; i >= 1; i--) {
        neap_meter_slot s = add(m, 0, (neap_id)i, 100);

        neap_meter_run(m, i * MS, s, 0);
        neap_meter_end(m, i * MS, s);
    }
    r = finish(m, 250 * MS);
    assert_true(r.response.exact);
    assert_int_equal(r.response.p50, 125 * MS);
    assert_int_equal(r.response.p95, 238 * MS);
    assert_int_equal(r.response.p99, 248 * MS);
    assert_int_equal(r.response.max, 250 * MS);
    assert_int_equal(r.response.mean, 125500000);
    neap_meter_free(m);
}

/* Two million stretches: 0, 1, ..., 1999999 us. */
static void percentiles_of_very_many_are_within_one_percent(void **state)
{
    neap_meter_options o = {
        .size = sizeof o, .cpus = 1, .without = NEAP_METER_FAIRNESS};
    neap_meter *m;
    neap_meter_slot s;
    neap_meter_report r;
    neap_ns now = 0;

    assert_int_equal(neap_meter_new(&m, &o), 0);
    s = add(m, 0, 1, 100);
    for (int i = 0; i < 2000000; i++) {
        now += i * NEAP_US;
        neap_meter_run(m, now, s, 0);
        neap_meter_stop(m, now, s, 0);
    }
    neap_meter_block(m, now, s);
    r = finish(m, now);
    assert_false(r.stretch.exact);
    assert_false(r.has_fairness);
    assert_true(r.stretch.p50 >= 999 * MS && r.stretch.p50 <= 1010 * MS);
    assert_true(r.stretch.p99 >= 1979 * MS && r.stretch.p99 <= 2000 * MS);
    assert_int_equal(r.stretch.max, 1999999 * NEAP_US);
    neap_meter_free(m);
}

static void the_timeline_is_bounded_and_says_where_it_ends(void **state)
{
    neap_meter *m = open_with(1, 3);
    neap_meter_slot a = add(m, 0, 1, 100), b = add(m, 0, 2, 100);
    neap_meter_report r;

    for (int i = 0; i < 5; i++) {
        neap_meter_slot now_on = i % 2 ? b : a;

        neap_meter_run(m, i * 10 * MS, now_on, 0);
        neap_meter_stop(m, (i + 1) * 10 * MS, now_on, 0);
    }
    r = finish(m, 50 * MS);
    assert_int_equal(r.segments, 3);
    assert_int_equal(r.timeline_to, 30 * MS);
    neap_meter_free(m);
}

static void what_does_not_fit_is_ignored(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot a = add(m, 0, 1, 100);
    neap_meter_report r;

    neap_meter_run(m, 1, 99, 0);
    neap_meter_run(m, 1, a, -1);
    neap_meter_run(m, 1, a, 100000);
    neap_meter_stop(m, 1, a, 0);
    neap_meter_ready(m, 1, a);
    neap_meter_end(m, 2, a);
    neap_meter_end(m, 3, a);
    neap_meter_run(m, 3, a, 0);
    r = finish(m, 4);
    assert_int_equal(r.ended, 1);
    assert_int_equal(r.busy, 0);
    neap_meter_free(m);
}

static void slots_are_used_again(void **state)
{
    neap_meter *m = open_with(1, 0);
    neap_meter_slot first = add(m, 0, 1, 100);

    neap_meter_end(m, 1, first);
    assert_int_equal(add(m, 1, 2, 100), first);
    finish(m, 1);
    neap_meter_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_two_jobs_in_a_row),
        cmocka_unit_test(losing_the_cpu_to_another_is_a_preemption),
        cmocka_unit_test(a_move_between_cpus_is_no_wait),
        cmocka_unit_test(lag_is_what_the_fluid_model_would_have_given),
        cmocka_unit_test(nobody_is_owed_more_than_one_cpu),
        cmocka_unit_test(one_who_has_all_makes_an_index_of_one_over_n),
        cmocka_unit_test(the_error_of_a_cycle),
        cmocka_unit_test(a_weight_that_changes_counts_from_then_on),
        cmocka_unit_test(a_wait_beyond_the_watchdogs_bound_is_starvation),
        cmocka_unit_test(deadlines_are_met_or_missed),
        cmocka_unit_test(percentiles_are_exact),
        cmocka_unit_test(percentiles_of_very_many_are_within_one_percent),
        cmocka_unit_test(the_timeline_is_bounded_and_says_where_it_ends),
        cmocka_unit_test(what_does_not_fit_is_ignored),
        cmocka_unit_test(slots_are_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
