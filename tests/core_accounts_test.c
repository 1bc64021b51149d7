/* core_accounts_test.c - nothing is lost, nothing is counted twice: times, charges,
 * counts. */
#include "rig.h"
#include <string.h>

/* Times. */

static void each_state_has_its_own_account(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *other = rig_live(r), *t;
    neap_times times;

    t = rig_process(r);
    rig_pass(r, 10 * NEAP_MS); /* ready */
    rig_pass(r, 5 * NEAP_MS);  /* starting */
    rig_started(r, t);
    rig_pass(r, 3 * NEAP_MS); /* running */
    neap_core_block(r->core, r->now, t);
    rig_pass(r, 70 * NEAP_MS); /* blocked */
    neap_core_pause_task(r->core, r->now, t);
    rig_pass(r, 40 * NEAP_MS); /* paused */
    times = rig_times(r, t);
    assert_ns(times.ready, 10 * NEAP_MS);
    assert_ns(times.start, 5 * NEAP_MS);
    assert_ns(times.run, 3 * NEAP_MS);
    assert_ns(times.blocked, 70 * NEAP_MS);
    assert_ns(times.paused, 40 * NEAP_MS);
    assert_ns(rig_sum(times), 128 * NEAP_MS);
    assert_ns(t->longest_wait_ns, 10 * NEAP_MS);
    assert_ns(rig_times(r, other).run, 120 * NEAP_MS);
    rig_end(r);
}

static void
a_process_runs_and_a_virtual_task_rests_while_the_scheduler_is_paused(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *v = rig_virtual(r), *later = rig_process(r);

    rig_pass(r, 5 * NEAP_MS);
    neap_core_pause(r->core, r->now);
    rig_pass(r, NEAP_S);
    assert_ns(rig_times(r, a).run, NEAP_S + 5 * NEAP_MS);
    assert_ns(rig_times(r, v).paused, NEAP_S);
    assert_ns(rig_times(r, v).ready, 5 * NEAP_MS);
    assert_ns(rig_times(r, later).ready, NEAP_S + 5 * NEAP_MS);
    assert_ns(v->cpu_ns, 0);
    neap_core_resume(r->core, r->now);
    rig_pass(r, 15 * NEAP_MS);
    assert_ns(rig_times(r, v).paused, NEAP_S);
    assert_ns(rig_times(r, v).run, 10 * NEAP_MS);
    assert_ns(v->cpu_ns, 10 * NEAP_MS);
    rig_end(r);
}

static void a_virtual_task_that_runs_rests_likewise(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    neap_times times;

    sim_plain(&s);
    sim_plain(&s);
    sim_run(&s, 4 * NEAP_MS);
    assert_int_equal(neap_pause(s.rt), 0);
    sim_run(&s, NEAP_S);
    assert_ns(sim_charged(&s), 4 * NEAP_MS);
    assert_int_equal(neap_resume(s.rt), 0);
    sim_run(&s, 6 * NEAP_MS);
    assert_int_equal(sim_on(&s, 0), 2);
    assert_ns(sim_ran(&s, 1), 10 * NEAP_MS);
    neap_task_times(s.rt, sim_task(&s, 1), &times);
    assert_ns(times.paused, NEAP_S);
    assert_ns(times.run, 10 * NEAP_MS);
    assert_int_equal(sim_stats(&s).late_ticks, 0);
    sim_end(&s);
}

static void the_longest_wait_is_the_longest_at_one_go(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a, *b;

    a = rig_virtual(r);
    b = rig_virtual(r);
    rig_pass(r, 25 * NEAP_MS);
    assert_ns(b->longest_wait_ns, 10 * NEAP_MS);
    rig_virtual(r);
    rig_virtual(r);
    rig_pass(r, NEAP_S);
    assert_ns(a->longest_wait_ns, 30 * NEAP_MS);
    assert_ns(b->longest_wait_ns, 30 * NEAP_MS);
    rig_end(r);
}

/* Counts. */

static void one_alone_is_switched_to_once_and_never_again(void **state)
{
    static const char *const policies[] = {"rr", "prio", "fair"};

    for (int i = 0; i < 3; i++) {
        sim s = sim_of(policies[i], .cpus = 1);
        uint64_t decisions;

        sim_plain(&s);
        sim_run(&s, 0);
        decisions = sim_stats(&s).decisions;
        sim_run(&s, 60 * NEAP_S);
        assert_int_equal(sim_stats(&s).decisions, decisions);
        neap_set_weight(s.rt, 1, 50); /* a decision, but no reason to take its cpu */
        sim_run(&s, 40 * NEAP_S);
        assert_int_equal(sim_stats(&s).decisions, decisions + 1);
        assert_int_equal(sim_stats(&s).context_switches, 1);
        assert_int_equal(sim_stats(&s).dispatches, 1);
        assert_int_equal(sim_stats(&s).preemptions, 0);
        assert_int_equal(sim_stats(&s).voluntary, 0);
        assert_int_equal(sim_stats(&s).late_ticks, 0);
        assert_string_equal(sim_turns(&s, 0), "1");
        assert_ns(sim_charged(&s), 100 * NEAP_S);
        sim_end(&s);
    }
}

static void there_is_no_deadline_when_nobody_waits(void **state)
{
    static const char *const policies[] = {"rr", "prio", "fair"};

    for (int i = 0; i < 3; i++) {
        rig *r = rig_of(policies[i], .cpus = 3);
        neap_task *last = NULL;

        rig_decide(r);
        assert_int_equal(neap_core_next(r->core), NEAP_FOREVER);
        for (int k = 0; k < 3; k++) {
            last = rig_live(r);
            assert_int_equal(neap_core_next(r->core), NEAP_FOREVER);
        }
        rig_pass(r, NEAP_MS);
        rig_process(r);
        rig_decide(r);
        assert_ns(neap_core_next(r->core), r->now + 9 * NEAP_MS);
        rig_exit(r, last);
        assert_int_equal(neap_core_next(r->core), NEAP_FOREVER);
        rig_end(r);
    }
}

static void a_decision_with_nothing_due_is_none(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    uint64_t decisions;

    rig_live(r);
    rig_process(r);
    rig_decide(r);
    decisions = rig_stats(r).decisions;
    for (int i = 0; i < 9; i++) {
        rig_delay(r, NEAP_MS);
        assert_string_equal(rig_decide(r), "");
    }
    assert_int_equal(rig_stats(r).decisions, decisions);
    rig_end(r);
}

static void a_preemption_is_a_turn_that_another_got(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_virtual(r), *b = rig_virtual(r);

    rig_pass(r, 35 * NEAP_MS); /* 1 2 1 2 */
    assert_int_equal(a->preemptions, 2);
    assert_int_equal(b->preemptions, 1);
    assert_int_equal(rig_stats(r).preemptions, 3);
    assert_int_equal(rig_stats(r).dispatches, 4);
    assert_int_equal(rig_stats(r).context_switches, 4);
    neap_core_yield(r->core, r->now, b); /* voluntary, though another gets it */
    rig_decide(r);
    neap_core_block(r->core, r->now, a);
    rig_decide(r);
    assert_int_equal(rig_stats(r).preemptions, 3);
    assert_int_equal(rig_stats(r).voluntary, 2);
    neap_core_trigger(r->core, r->now); /* b is alone: it gets its cpu back */
    rig_decide(r);
    assert_int_equal(rig_stats(r).preemptions, 3);
    rig_exit(r, b);
    assert_int_equal(rig_stats(r).voluntary, 3);
    rig_end(r);
}

static void
a_switch_is_counted_when_the_task_of_a_cpu_is_another_than_last(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_virtual(r);

    rig_decide(r);
    neap_core_block(r->core, r->now, a);
    rig_pass(r, NEAP_S);
    neap_core_wake(r->core, r->now, a);
    rig_decide(r);
    assert_int_equal(rig_stats(r).dispatches, 2);
    assert_int_equal(rig_stats(r).context_switches, 1);
    rig_end(r);
}

static void a_tick_is_late_beyond_a_tenth_of_a_quantum(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);

    rig_live(r);
    rig_live(r);
    rig_delay(r, 11 * NEAP_MS);
    rig_decide(r);
    assert_int_equal(rig_stats(r).late_ticks, 0);
    rig_started(r, neap_core_current(r->core, 0));
    rig_delay(r, 12 * NEAP_MS);
    rig_decide(r);
    assert_int_equal(rig_stats(r).late_ticks, 1);
    assert_ns(rig_stats(r).late, 2 * NEAP_MS);
    rig_end(r);
}

/* A decision that is only a little late does not move the grid of the slices. */
static void slices_stay_on_the_grid(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_ns first;

    rig_virtual(r);
    rig_virtual(r);
    rig_decide(r);
    first = neap_core_next(r->core);
    for (int i = 1; i <= 100; i++) {
        rig_delay(r, neap_core_next(r->core) - r->now + 50 * NEAP_US);
        rig_decide(r);
        assert_ns(neap_core_next(r->core), first + i * SIM_QUANTUM);
    }
    rig_end(r);
}

/* A life at random: rig_decide() checks every step. */

static uint64_t chance;

static int below(int n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (int)(chance % (uint64_t)n);
}

static neap_task *any(const rig *r)
{
    neap_task *list[64];
    int n = 0;

    for (neap_task *t = neap_core_after(r->core, 0); t && n < 64;
         t = neap_core_after(r->core, t->id))
        list[n++] = t;
    return n ? list[below(n)] : NULL;
}

static void measure_all(rig *r)
{
    for (neap_task *t = neap_core_after(r->core, 0); t;
         t = neap_core_after(r->core, t->id)) {
        if (neap_core_is_process(t))
            neap_core_measured(r->core, r->now, t, rig_used(t));
    }
}

static void change_the_runtime(rig *r)
{
    static const char *const policies[] = {"rr", "prio", "fair"};

    switch (below(6)) {
    case 0:
        neap_core_set_cpus(r->core, r->now, 1 + below(4));
        break;
    case 1:
        neap_core_set_quantum(r->core, r->now, NEAP_MS + below(30000000));
        break;
    case 2:
        measure_all(r);
        assert_int_equal(neap_core_set_policy(r->core, r->now,
                                              neap_policy_find(policies[below(3)]),
                                              NULL),
                         0);
        break;
    case 3:
        measure_all(r);
        neap_core_pause(r->core, r->now);
        break;
    case 4:
        neap_core_resume(r->core, r->now);
        measure_all(r);
        break;
    default:
        measure_all(r);
        neap_core_trigger(r->core, r->now);
    }
}

static void change_a_task(rig *r, neap_task *t)
{
    uint64_t mask = (uint64_t)(1 + below(7)); /* one of the first cpu's, or refused */

    if (neap_core_is_process(t))
        neap_core_measured(r->core, r->now, t, rig_used(t));
    switch (below(9)) {
    case 0:
        if (neap_core_block(r->core, r->now, t) == 0 && below(2))
            rig_stir(t);
        break;
    case 1:
        neap_core_wake(r->core, r->now, t);
        break;
    case 2:
        neap_core_pause_task(r->core, r->now, t);
        break;
    case 3:
        neap_core_resume_task(r->core, r->now, t);
        break;
    case 4:
        neap_core_yield(r->core, r->now, t);
        break;
    case 5:
        neap_core_set_priority(r->core, r->now, t, below(11));
        break;
    case 6:
        neap_core_set_weight(r->core, r->now, t, 1 + below(10000));
        break;
    case 7:
        neap_core_set_affinity(r->core, r->now, t, below(3) ? NULL : &mask, 1);
        break;
    default:
        if (below(3) == 0)
            rig_exit(r, t);
    }
}

static bool has_work(const rig *r, int cpu)
{
    for (neap_task *t = neap_core_after(r->core, 0); t;
         t = neap_core_after(r->core, t->id)) {
        if (t->state == NEAP_STATE_READY && neap_task_may_use(t, cpu))
            return true;
    }
    return false;
}

static void check_nobody_waits_beside_a_free_cpu(const rig *r)
{
    for (int i = 0; i < neap_core_ctx(r->core)->cpus; i++) {
        if (!neap_core_current(r->core, i) && !neap_core_is_paused(r->core))
            assert_false(has_work(r, i));
    }
}

static void live(rig *r)
{
    neap_task *t = any(r);

    if (rig_stats(r).active < 12 && below(3) == 0)
        rig_add(r, &(neap_spec){.weight = 1 + below(500)},
                below(3) ? NEAP_PROCESS : NEAP_VIRTUAL);
    else if (t && t->state == NEAP_STATE_STARTING && below(2))
        rig_started(r, t);
    else if (t && below(4))
        change_a_task(r, t);
    else
        change_the_runtime(r);
    rig_decide(r);
    check_nobody_waits_beside_a_free_cpu(r);
    if (below(2))
        rig_pass(r, below(40000000));
    else
        rig_delay(r, below(15000000));
    rig_decide(r);
}

static void a_life_at_random_keeps_the_books(void **state)
{
    for (uint64_t seed = 1; seed <= 300; seed++) {
        neap_ns max_hold = seed % 2 ? 0 : (neap_ns)(10 + seed % 50) * NEAP_MS;
        rig *r = rig_of("fair", .cpus = 2, .max_hold = max_hold);
        neap_ns sum = 0;

        chance = seed * UINT64_C(0x9e3779b97f4a7c15);
        for (int i = 0; i < 200; i++)
            live(r);
        neap_core_resume(r->core, r->now);
        measure_all(r);
        rig_decide(r);
        for (neap_task *t = neap_core_after(r->core, 0); t;
             t = neap_core_after(r->core, t->id)) {
            if (neap_core_is_process(t))
                assert_ns(t->cpu_ns, rig_used(t));
            sum += neap_core_is_process(t) ? t->cpu_ns : 0;
        }
        assert_true(sum <= r->busy);
        assert_int_equal(rig_stats(r).failures, 0);
        rig_end(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_own_account),
        cmocka_unit_test(
            a_process_runs_and_a_virtual_task_rests_while_the_scheduler_is_paused),
        cmocka_unit_test(a_virtual_task_that_runs_rests_likewise),
        cmocka_unit_test(the_longest_wait_is_the_longest_at_one_go),
        cmocka_unit_test(one_alone_is_switched_to_once_and_never_again),
        cmocka_unit_test(there_is_no_deadline_when_nobody_waits),
        cmocka_unit_test(a_decision_with_nothing_due_is_none),
        cmocka_unit_test(a_preemption_is_a_turn_that_another_got),
        cmocka_unit_test(
            a_switch_is_counted_when_the_task_of_a_cpu_is_another_than_last),
        cmocka_unit_test(a_tick_is_late_beyond_a_tenth_of_a_quantum),
        cmocka_unit_test(slices_stay_on_the_grid),
        cmocka_unit_test(a_life_at_random_keeps_the_books),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
