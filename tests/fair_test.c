/* fair_test.c - shares by weight. In virtual time.
 *
 * The bound (Goyal, Guo & Vin, 1996): for any two tasks that stayed ready on one cpu,
 * |S_i/w_i - S_j/w_j| <= q/w_i + q/w_j, where q is the longest turn that anybody had.
 */
#include "sim.h"
#include <stdio.h>

enum { MOST = 16 };

/* Checks the bound for all tasks that are there, with turns of at most `q`. */
static void check_pairs(const sim *s, neap_ns q)
{
    for (neap_task *a = neap_next(s->rt, 0); a; a = neap_next(s->rt, a->id)) {
        for (neap_task *b = neap_next(s->rt, a->id); b; b = neap_next(s->rt, b->id)) {
            /* both sides times w_a * w_b, which keeps them whole numbers */
            neap_ns lag = a->cpu_ns * b->weight - b->cpu_ns * a->weight;
            neap_ns bound = q * (a->weight + b->weight);

            if (lag > bound || -lag > bound)
                fail_msg("at %lld ns tasks %d (%d) and %d (%d): %lld, %lld ns",
                         (long long)neap_now(s->rt), (int)a->id, a->weight, (int)b->id,
                         b->weight, (long long)a->cpu_ns, (long long)b->cpu_ns);
        }
    }
}

static sim with_weights(const int *weight)
{
    sim s = sim_of("fair", .cpus = 1);

    for (; *weight; weight++)
        sim_add(&s, .weight = *weight);
    return s;
}

static void weights_1_2_4_share_7_seconds_1_2_4(void **state)
{
    sim s = with_weights((const int[]){50, 100, 200, 0});

    for (int i = 0; i < 7000; i++) {
        sim_run(&s, NEAP_MS);
        check_pairs(&s, SIM_QUANTUM);
    }
    assert_near(sim_ran(&s, 1), 1 * NEAP_S, 2 * SIM_QUANTUM);
    assert_near(sim_ran(&s, 2), 2 * NEAP_S, 2 * SIM_QUANTUM);
    assert_near(sim_ran(&s, 3), 4 * NEAP_S, 2 * SIM_QUANTUM);
    assert_ns(sim_charged(&s), 7 * NEAP_S);
    sim_end(&s);
}

static void thrice_the_weight_gets_thrice_the_time(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    neap_id light = sim_add(&s, .weight = 100);
    neap_id heavy = sim_add(&s, .weight = 300);

    sim_run(&s, 4 * NEAP_S);
    assert_near(sim_ran(&s, heavy), 3 * sim_ran(&s, light), 2 * SIM_QUANTUM);
    sim_end(&s);
}

static void no_pair_is_ever_further_apart_than_the_bound(void **state)
{
    static const int sets[][MOST] = {{1, 10000},
                                     {1, 1, 1},
                                     {33, 41, 51, 64, 80, 100, 125, 156, 195, 244, 305},
                                     {10000, 9999, 1},
                                     {7, 11, 13, 17, 19, 23},
                                     {100, 100, 100, 1},
                                     {3, 1000}};

    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        sim s = with_weights(sets[i]);

        for (int step = 0; step < 10000; step++) {
            sim_run(&s, 5 * NEAP_MS);
            check_pairs(&s, SIM_QUANTUM);
        }
        assert_ns(sim_charged(&s), 50 * NEAP_S);
        sim_end(&s);
    }
}

static uint64_t chance(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    return *x ^= *x << 17;
}

/* Turns that end early by a yield, and quanta that change, are charged what they
 * were. */
static void the_bound_holds_with_yields_and_changed_quanta(void **state)
{
    sim s = with_weights((const int[]){1, 33, 100, 305, 10000, 0});
    uint64_t x = 42;

    for (int step = 0; step < 30000; step++) {
        sim_run(&s, (neap_ns)(chance(&x) % 7000001));
        check_pairs(&s, 50 * NEAP_MS);
        if (chance(&x) % 3 == 0)
            neap_yield(s.rt, 0);
        if (chance(&x) % 50 == 0)
            neap_set_quantum(s.rt, NEAP_MS + (neap_ns)(chance(&x) % 49000000));
    }
    assert_ns(sim_charged(&s), neap_now(s.rt));
    sim_end(&s);
}

/* A task asks for nothing while it sleeps; when the others get its time, they share
 * it. */
static void a_yielder_is_charged_what_it_used(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    neap_id polite = sim_plain(&s), greedy = sim_plain(&s);

    for (int i = 0; i < 4000; i++) {
        if (sim_on(&s, 0) == polite) {
            sim_run(&s, 2 * NEAP_MS);
            if (sim_on(&s, 0) == polite)
                neap_task_yield(s.rt, polite);
        }
        sim_run(&s, 0);
        if (sim_on(&s, 0) == greedy)
            sim_run(&s, NEAP_MS);
        check_pairs(&s, SIM_QUANTUM);
    }
    /* It gets its half all the same, in more and shorter turns. */
    assert_near(sim_ran(&s, polite), sim_ran(&s, greedy), 2 * SIM_QUANTUM);
    assert_true(sim_task(&s, polite)->slices > 4 * sim_task(&s, greedy)->slices);
    assert_ns(sim_charged(&s), neap_now(s.rt));
    sim_end(&s);
}

static void a_newcomer_waits_two_slices_at_most_and_gets_no_back_pay(void **state)
{
    sim s = with_weights((const int[]){50, 100, 200, 0});
    neap_id late;

    sim_run(&s, 300 * NEAP_MS);
    late = sim_plain(&s);
    sim_run(&s, 9 * NEAP_S);
    assert_near(sim_ran(&s, late), 2 * NEAP_S, 2 * SIM_QUANTUM);
    assert_near(sim_ran(&s, 2), 100 * NEAP_MS * 6 / 7 + 2 * NEAP_S, 2 * SIM_QUANTUM);
    sim_end(&s);

    s = with_weights((const int[]){50, 100, 200, 0});
    sim_run(&s, 300 * NEAP_MS);
    late = sim_plain(&s);
    sim_run(&s, 2 * SIM_QUANTUM);
    assert_true(sim_task(&s, late)->slices > 0);
    sim_end(&s);
}

/* Equals that wait at the same virtual time came before it: one slice each. */
static void a_newcomer_among_equals_waits_one_slice_for_each(void **state)
{
    sim s = with_weights((const int[]){100, 100, 100, 0});
    neap_id late;
    neap_ns before[4];

    sim_run(&s, 300 * NEAP_MS);
    for (neap_id id = 1; id <= 3; id++)
        before[id] = sim_ran(&s, id);
    late = sim_plain(&s);
    sim_run(&s, 40 * SIM_QUANTUM);
    assert_ns(sim_task(&s, late)->longest_wait_ns, 3 * SIM_QUANTUM);
    assert_near(sim_ran(&s, late), 10 * SIM_QUANTUM, SIM_QUANTUM);
    for (neap_id id = 1; id <= 3; id++)
        assert_near(sim_ran(&s, id) - before[id], 10 * SIM_QUANTUM, SIM_QUANTUM);
    sim_end(&s);
}

/* The same after one ran alone for long: it must not be made to wait for what nobody
 * else wanted, and neither gets more than its half from then on. */
static void newcomers_share_at_once_with_one_that_ran_alone(void **state)
{
    for (int cpus = 1; cpus <= 3; cpus++) {
        sim s = sim_of("fair", .cpus = cpus);
        neap_ns before;

        sim_plain(&s);
        sim_run(&s, 10 * NEAP_S);
        before = sim_ran(&s, 1);
        for (int i = 0; i < cpus; i++)
            sim_plain(&s);
        sim_run(&s, NEAP_S);
        for (neap_id id = 2; id <= (neap_id)cpus + 1; id++)
            assert_near(sim_ran(&s, id), NEAP_S * cpus / (cpus + 1), 3 * SIM_QUANTUM);
        assert_near(sim_ran(&s, 1) - before, NEAP_S * cpus / (cpus + 1),
                    3 * SIM_QUANTUM);
        sim_end(&s);
    }
}

static void one_that_slept_comes_back_with_a_slice_of_credit_at_most(void **state)
{
    sim s = with_weights((const int[]){100, 100, 0});
    neap_ns slept, stayed;

    sim_run(&s, 105 * NEAP_MS);
    slept = sim_on(&s, 0) == 1 ? 1 : 2;
    stayed = 3 - slept;
    assert_int_equal(neap_task_block(s.rt, (neap_id)slept), 0);
    sim_run(&s, 10 * NEAP_S);
    assert_int_equal(neap_task_wake(s.rt, (neap_id)slept), 0);

    neap_ns his = sim_ran(&s, (neap_id)slept), mine = sim_ran(&s, (neap_id)stayed);

    for (int i = 0; i < 1000; i++) {
        sim_run(&s, NEAP_MS);
        assert_true(sim_ran(&s, (neap_id)slept) - his <=
                    sim_ran(&s, (neap_id)stayed) - mine + 3 * SIM_QUANTUM);
    }
    assert_near(sim_ran(&s, (neap_id)slept) - his, NEAP_S / 2, 2 * SIM_QUANTUM);
    sim_end(&s);
}

/* Many short sleeps must not add up to more than the share. */
static void one_that_sleeps_often_gets_no_more_than_its_share(void **state)
{
    sim s = with_weights((const int[]){100, 100, 0});

    for (int i = 0; i < 1000; i++) {
        while (sim_on(&s, 0) != 1)
            sim_run(&s, NEAP_MS);
        sim_run(&s, 3 * NEAP_MS);
        if (sim_on(&s, 0) == 1)
            neap_task_block(s.rt, 1);
        sim_run(&s, NEAP_MS);
        if (sim_state(&s, 1) == NEAP_STATE_BLOCKED)
            neap_task_wake(s.rt, 1);
        sim_run(&s, 0);
    }
    assert_true(sim_ran(&s, 1) <= sim_ran(&s, 2) + 3 * SIM_QUANTUM);
    sim_end(&s);
}

static void polling_every_millisecond_changes_no_account(void **state)
{
    sim polled = with_weights((const int[]){50, 100, 200, 0});
    sim left = with_weights((const int[]){50, 100, 200, 0});

    for (int i = 0; i < 3000; i++) {
        sim_run(&polled, NEAP_MS);
        neap_run_for(polled.rt, 0);
    }
    sim_run(&left, 3 * NEAP_S);
    for (neap_id id = 1; id <= 3; id++) {
        const neap_task *a = sim_task(&polled, id), *b = sim_task(&left, id);
        neap_times at, bt;

        neap_task_times(polled.rt, a, &at);
        neap_task_times(left.rt, b, &bt);
        assert_ns(a->cpu_ns, b->cpu_ns);
        assert_ns(a->vruntime, b->vruntime);
        assert_int_equal(a->slices, b->slices);
        assert_int_equal(a->preemptions, b->preemptions);
        assert_memory_equal(&at, &bt, sizeof at);
    }
    assert_int_equal(sim_stats(&polled).decisions, sim_stats(&left).decisions);
    assert_int_equal(sim_stats(&polled).late_ticks, 0);
    sim_end(&polled);
    sim_end(&left);
}

static void not_a_nanosecond_is_lost_to_rounding(void **state)
{
    sim s = with_weights((const int[]){7, 13, 305, 0});
    uint64_t x = 7;

    for (int i = 0; i < 5000; i++) {
        sim_run(&s, (neap_ns)(chance(&x) % 20000003));
        if (chance(&x) % 2)
            neap_yield(s.rt, 0);
        neap_trigger(s.rt);
        sim_run(&s, 0);
        assert_ns(sim_charged(&s), neap_now(s.rt));
        for (neap_id id = 1; id <= 3; id++) {
            const neap_task *t = sim_task(&s, id);

            if (sim_on(&s, 0) != id) /* vruntime is exact whenever it is not running */
                assert_near(t->vruntime, t->cpu_ns * 100 / t->weight, 1);
        }
    }
    sim_end(&s);
}

static void three_equals_on_two_cpus_get_two_thirds(void **state)
{
    sim s = sim_of("fair", .cpus = 2);

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    for (int i = 0; i < 1500; i++) {
        sim_run(&s, 2 * NEAP_MS);
        assert_int_not_equal(sim_on(&s, 0), sim_on(&s, 1));
    }
    for (neap_id id = 1; id <= 3; id++)
        assert_near(sim_ran(&s, id), 2 * NEAP_S, SIM_QUANTUM);
    assert_ns(sim_charged(&s), 6 * NEAP_S);
    sim_end(&s);
}

/* It is owed more than a cpu, which it cannot use. That is no debt of the others. */
static void what_a_too_heavy_one_could_not_use_is_no_claim_later(void **state)
{
    sim s = sim_of("fair", .cpus = 2);
    neap_id heavy = sim_add(&s, .weight = 400), light = 2;
    neap_ns before;

    for (int i = 0; i < 2; i++)
        sim_add(&s, .weight = 100);
    sim_run(&s, 20 * NEAP_S);
    assert_near(sim_ran(&s, heavy), 20 * NEAP_S, 5 * SIM_QUANTUM);
    assert_near(sim_ran(&s, light), 10 * NEAP_S, 5 * SIM_QUANTUM);
    before = sim_ran(&s, heavy);
    neap_set_cpus(s.rt, 1);
    sim_run(&s, 6 * NEAP_S);
    /* Its share of one cpu is two thirds: 4 s; and at most two of its slices of 4
     * each. */
    assert_near(sim_ran(&s, heavy) - before, 4 * NEAP_S, 12 * SIM_QUANTUM);
    assert_int_equal(sim_stats(&s).ejections, 0);
    sim_end(&s);
}

static void a_new_weight_counts_from_then_on(void **state)
{
    sim s = with_weights((const int[]){100, 100, 0});
    neap_ns one, two;

    sim_run(&s, NEAP_S);
    assert_int_equal(neap_set_weight(s.rt, 1, 300), 0);
    one = sim_ran(&s, 1);
    two = sim_ran(&s, 2);
    sim_run(&s, 4 * NEAP_S);
    assert_near(sim_ran(&s, 1) - one, 3 * NEAP_S, 3 * SIM_QUANTUM);
    assert_near(sim_ran(&s, 2) - two, 1 * NEAP_S, 3 * SIM_QUANTUM);
    sim_end(&s);
}

static void a_priority_stands_for_its_weight(void **state)
{
    sim s = sim_of("fair", .cpus = 1);

    sim_ranked(&s, 5);
    sim_ranked(&s, 8);
    sim_run(&s, 295 * SIM_QUANTUM * 10);
    assert_near(sim_ran(&s, 1), 100 * SIM_QUANTUM * 10, 2 * SIM_QUANTUM);
    assert_near(sim_ran(&s, 2), 195 * SIM_QUANTUM * 10, 2 * SIM_QUANTUM);
    sim_end(&s);
}

static void equals_take_turns_in_order_of_arrival(void **state)
{
    sim s = with_weights((const int[]){100, 100, 100, 0});

    sim_run(&s, 65 * NEAP_MS);
    assert_string_equal(sim_turns(&s, 0), "1 2 3 1 2 3 1");
    sim_end(&s);
}

static void what_can_be_served_is_shared_by_weight_on_several_cpus(void **state)
{
    static const int weight[] = {305, 200, 100, 33};
    sim s = sim_of("fair", .cpus = 2);

    for (int i = 0; i < 4; i++)
        sim_add(&s, .weight = weight[i]);
    sim_run(&s, 30 * NEAP_S);
    for (int i = 0; i < 4; i++)
        assert_near(sim_ran(&s, (neap_id)i + 1), 60 * NEAP_S * weight[i] / 638,
                    5 * SIM_QUANTUM);
    sim_end(&s);
}

/* Nor for one that comes back with credit: a newcomer gets none. */
static void the_floor_never_goes_back(void **state)
{
    sim s = with_weights((const int[]){100, 100, 0});
    neap_id late;

    sim_run(&s, 100 * NEAP_MS);
    neap_task_block(s.rt, sim_on(&s, 0) == 1 ? 1 : 2);
    sim_run(&s, NEAP_S);
    neap_task_wake(s.rt, sim_state(&s, 1) == NEAP_STATE_BLOCKED ? 1 : 2);
    sim_run(&s, 0);
    late = sim_plain(&s);
    assert_ns(sim_task(&s, late)->vruntime,
              sim_task(&s, sim_on(&s, 0))->vruntime + SIM_QUANTUM);
    sim_end(&s);
}

static void a_preempted_one_keeps_its_place_before_its_equals(void **state)
{
    sim s = sim_of("fair", .cpus = 2);

    for (int i = 0; i < 3; i++)
        sim_plain(&s);
    sim_run(&s, 0);
    neap_set_cpus(s.rt, 1);
    sim_run(&s, 25 * NEAP_MS);
    assert_string_equal(sim_turns(&s, 0), "1 2 3");
    sim_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_1_2_4_share_7_seconds_1_2_4),
        cmocka_unit_test(thrice_the_weight_gets_thrice_the_time),
        cmocka_unit_test(no_pair_is_ever_further_apart_than_the_bound),
        cmocka_unit_test(the_bound_holds_with_yields_and_changed_quanta),
        cmocka_unit_test(a_yielder_is_charged_what_it_used),
        cmocka_unit_test(a_newcomer_waits_two_slices_at_most_and_gets_no_back_pay),
        cmocka_unit_test(a_newcomer_among_equals_waits_one_slice_for_each),
        cmocka_unit_test(newcomers_share_at_once_with_one_that_ran_alone),
        cmocka_unit_test(one_that_slept_comes_back_with_a_slice_of_credit_at_most),
        cmocka_unit_test(one_that_sleeps_often_gets_no_more_than_its_share),
        cmocka_unit_test(polling_every_millisecond_changes_no_account),
        cmocka_unit_test(not_a_nanosecond_is_lost_to_rounding),
        cmocka_unit_test(three_equals_on_two_cpus_get_two_thirds),
        cmocka_unit_test(what_a_too_heavy_one_could_not_use_is_no_claim_later),
        cmocka_unit_test(a_new_weight_counts_from_then_on),
        cmocka_unit_test(a_priority_stands_for_its_weight),
        cmocka_unit_test(equals_take_turns_in_order_of_arrival),
        cmocka_unit_test(what_can_be_served_is_shared_by_weight_on_several_cpus),
        cmocka_unit_test(the_floor_never_goes_back),
        cmocka_unit_test(a_preempted_one_keeps_its_place_before_its_equals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
