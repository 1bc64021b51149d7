/* core_changes_test.c - what is changed while tasks run: parameters, cpus, charges,
 * policies. */
#include "rig.h"
#include <string.h>

/* A policy that writes down what it was told, on top of first come, first served. */
struct told {
    neap_ns ran, corrected;
    int updates;
};
static struct told told;

static void telling_stopping(neap_ctx *c, neap_task *t, neap_ns ran, neap_why why)
{
    told.ran += ran;
}

static bool telling_tick(neap_ctx *c, neap_task *t, neap_ns ran)
{
    told.ran += ran;
    return false;
}

static void telling_update(neap_ctx *c, neap_task *t, neap_what what)
{
    told.updates++;
    if (what == NEAP_CHARGED)
        told.corrected += c->charged;
    else
        assert_ns(c->charged, 0);
}

static const neap_policy telling = {.name = "telling",
                                    .stopping = telling_stopping,
                                    .tick = telling_tick,
                                    .update = telling_update};

/* Ids. */

static void ids_are_never_used_again(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_id last = 0;

    for (int i = 0; i < 200; i++) {
        neap_task *t = rig_live(r);

        assert_true(t->id > last);
        last = t->id;
        if (i % 3)
            rig_exit(r, t);
        assert_ptr_equal(neap_core_find(r->core, last), i % 3 ? NULL : t);
    }
    rig_end(r);
}

static void the_tasks_are_walked_in_order_of_id(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_id last = 0;
    int n = 0;

    for (int i = 0; i < 100; i++) {
        neap_task *t = rig_virtual(r);

        if (i % 4)
            rig_exit(r, t);
    }
    for (neap_task *t = neap_core_after(r->core, 0); t;
         t = neap_core_after(r->core, t->id), n++) {
        assert_true(t->id > last);
        assert_ptr_equal(neap_core_find(r->core, t->id), t);
        last = t->id;
    }
    assert_int_equal(n, 25);
    assert_null(neap_core_find(r->core, 0));
    assert_null(neap_core_find(r->core, last + 100));
    rig_end(r);
}

static void a_stale_id_is_an_error_everywhere(void **state)
{
    sim s = sim_of("fair", .cpus = 1);
    neap_id id = sim_plain(&s);

    sim_run(&s, NEAP_MS);
    neap_task_finish(s.rt, id, 0);
    sim_run(&s, 0);
    assert_null(neap_find(s.rt, id));
    assert_int_equal(neap_set_priority(s.rt, id, 3), -ESRCH);
    assert_int_equal(neap_boost(s.rt, id), -ESRCH);
    assert_int_equal(neap_lower(s.rt, id), -ESRCH);
    assert_int_equal(neap_set_weight(s.rt, id, 3), -ESRCH);
    assert_int_equal(neap_set_deadline(s.rt, id, 3), -ESRCH);
    assert_int_equal(neap_set_estimate(s.rt, id, 3), -ESRCH);
    assert_int_equal(neap_set_period(s.rt, id, 3), -ESRCH);
    assert_int_equal(neap_set_group(s.rt, id, 3), -ESRCH);
    assert_int_equal(neap_set_name(s.rt, id, "x"), -ESRCH);
    assert_int_equal(neap_set_affinity(s.rt, id, NULL, 0), -ESRCH);
    assert_int_equal(neap_task_pause(s.rt, id), -ESRCH);
    assert_int_equal(neap_task_resume(s.rt, id), -ESRCH);
    assert_int_equal(neap_task_yield(s.rt, id), -ESRCH);
    assert_int_equal(neap_task_block(s.rt, id), -ESRCH);
    assert_int_equal(neap_task_wake(s.rt, id), -ESRCH);
    assert_int_equal(neap_task_finish(s.rt, id, 0), -ESRCH);
    assert_int_equal(neap_task_signal(s.rt, id, 15), -ESRCH);
    assert_int_equal(neap_task_kill(s.rt, id, NEAP_KILL_NOW), -ESRCH);
    assert_int_equal(neap_wait(s.rt, id, NULL, NULL), -ESRCH);
    sim_end(&s);
}

/* Charges. */

static void a_late_decision_charges_what_was_used(void **state)
{
    rig *r = rig_of("fair", .cpus = 1);
    neap_task *a = rig_live(r);

    rig_process(r);
    rig_decide(r);
    rig_delay(r, 73 * NEAP_MS);
    rig_decide(r);
    assert_ns(a->cpu_ns, 73 * NEAP_MS);
    assert_ns(a->vruntime, 73 * NEAP_MS);
    assert_int_equal(rig_stats(r).late_ticks, 1);
    assert_ns(rig_stats(r).late, 63 * NEAP_MS);
    rig_end(r);
}

static void a_correction_is_told_once_and_is_in_no_later_ran(void **state)
{
    rig *r = rig_of(NULL, .policy = &telling);
    neap_task *a = rig_live(r);

    told = (struct told){0, 0, 0};
    rig_process(r);
    rig_pass(r, 10 * NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_READY);
    assert_ns(told.ran, 10 * NEAP_MS);

    neap_core_measured(r->core, r->now, a, 13 * NEAP_MS);
    assert_ns(told.corrected, 3 * NEAP_MS);
    assert_ns(a->cpu_ns, 13 * NEAP_MS);
    neap_core_measured(r->core, r->now, a, 13 * NEAP_MS);
    neap_core_measured(r->core, r->now, a, 12 * NEAP_MS); /* went back: ignored */
    assert_ns(told.corrected, 3 * NEAP_MS);
    assert_int_equal(told.updates, 1);

    rig_exit(r, neap_core_find(r->core, 2));
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    neap_core_measured(r->core, r->now, a, 20 * NEAP_MS); /* it runs: no correction */
    assert_int_equal(told.updates, 1);
    neap_core_pause_task(r->core, r->now, a);
    assert_ns(told.ran, 17 * NEAP_MS);
    assert_ns(told.ran + told.corrected, a->cpu_ns);
    rig_end(r);
}

static void fair_takes_a_correction_into_the_order(void **state)
{
    rig *r = rig_of("fair", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r), *c = rig_process(r);

    rig_pass(r, 10 * NEAP_MS);
    rig_started(r, b);
    neap_core_measured(r->core, r->now, a, 45 * NEAP_MS);
    assert_ns(a->vruntime, 45 * NEAP_MS);
    rig_pass(r, 10 * NEAP_MS);
    rig_started(r, c);
    rig_pass(r, 55 * NEAP_MS);
    assert_int_equal(a->slices, 1); /* it waits until the others have had as much */
    rig_end(r);
}

static void what_one_used_that_has_ended_is_on_its_account(void **state)
{
    rig *r = rig_of("fair", .cpus = 1);
    neap_task *a = rig_live(r);

    rig_pass(r, 5 * NEAP_MS);
    neap_core_ended(r->core, r->now, a, NEAP_HOW_EXIT, 0);
    neap_core_measured(r->core, r->now, a, 6 * NEAP_MS);
    assert_ns(a->cpu_ns, 6 * NEAP_MS);
    rig_decide(r);
    rig_end(r);
}

/* cpus. */

static void fewer_and_more_cpus_while_tasks_run(void **state)
{
    rig *r = rig_of("rr", .cpus = 4);

    for (int i = 0; i < 4; i++)
        rig_live(r);
    rig_pass(r, 5 * NEAP_MS);
    assert_int_equal(neap_core_set_cpus(r->core, r->now, 2), 0);
    assert_string_equal(rig_decide(r), "hold 3 hold 4");
    assert_int_equal(rig_stats(r).preemptions, 0); /* nobody else got those cpus */
    rig_pass(r, 5 * NEAP_MS);
    /* They kept their place and, below, the rest of their slices. */
    assert_string_equal(r->orders, "hold 1 hold 2 run 4 run 3");
    rig_pass(r, 5 * NEAP_MS);
    assert_string_equal(r->orders, "hold 4 hold 3 run 1 run 2");
    assert_int_equal(neap_core_set_cpus(r->core, r->now, 8), 0);
    assert_string_equal(rig_decide(r), "run 4 run 3");
    assert_int_equal(neap_core_next(r->core), NEAP_FOREVER);
    assert_ns(r->busy, 4 * 5 * NEAP_MS + 2 * 10 * NEAP_MS);
    rig_end(r);
}

static void a_cpu_that_is_gone_is_left_by_one_that_was_starting_on_it(void **state)
{
    rig *r = rig_of("rr", .cpus = 2);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_decide(r);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    assert_int_equal(neap_core_set_cpus(r->core, r->now, 1), 0);
    assert_string_equal(rig_decide(r), "");
    assert_string_equal(rig_started(r, b), "hold 2");
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_pass(r, 10 * NEAP_MS);
    assert_int_equal(b->state, NEAP_STATE_RUNNING);
    rig_end(r);
}

static void cpus_that_would_leave_a_task_none_are_refused(void **state)
{
    const uint64_t third = 4;
    rig *r = rig_of("rr", .cpus = 3);
    neap_task *a = rig_live(r);

    assert_int_equal(neap_core_set_affinity(r->core, r->now, a, &third, 1), 0);
    rig_decide(r);
    assert_int_equal(a->cpu, 2);
    assert_int_equal(neap_core_set_cpus(r->core, r->now, 2), -NEAP_EINVAL);
    assert_int_equal(rig_stats(r).cpus, 3);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_end(r);
}

static void an_affinity_moves_a_task_and_keeps_it_there(void **state)
{
    const uint64_t second = 2, none[2] = {0, 1};
    rig *r = rig_of("fair", .cpus = 2);
    neap_task *a = rig_live(r);

    assert_int_equal(a->cpu, 0);
    assert_int_equal(neap_core_set_affinity(r->core, r->now, a, &second, 1), 0);
    rig_decide(r);
    assert_int_equal(a->cpu, 1);
    assert_int_equal(neap_core_set_affinity(r->core, r->now, a, none, 2), -NEAP_EINVAL);
    rig_live(r);
    for (int i = 0; i < 50; i++) {
        if (i == 10)
            rig_live(r);
        rig_pass(r, 5 * NEAP_MS);
        assert_int_not_equal(a->cpu, 0);
    }
    assert_int_equal(neap_core_set_affinity(r->core, r->now, a, NULL, 0), 0);
    rig_pass(r, NEAP_S);
    assert_int_equal(rig_stats(r).failures, 0);
    rig_end(r);
}

/* Decisions that are asked for. */

static void a_trigger_ends_every_slice(void **state)
{
    rig *r = rig_of("rr", .cpus = 2);

    for (int i = 0; i < 2; i++)
        rig_live(r);
    rig_process(r);
    rig_pass(r, NEAP_MS);
    neap_core_trigger(r->core, r->now);
    assert_string_equal(rig_decide(r), "hold 2 start 3");
    rig_end(r);
}

static void a_yield_is_voluntary_and_ends_the_slice(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_pass(r, 2 * NEAP_MS);
    assert_int_equal(neap_core_yield(r->core, r->now, b), -NEAP_ESTATE);
    assert_int_equal(neap_core_yield(r->core, r->now, a), 0);
    assert_string_equal(rig_decide(r), "hold 1 start 2");
    assert_int_equal(turns_of(a).voluntary, 1);
    assert_int_equal(a->preemptions, 0);
    assert_int_equal(rig_stats(r).voluntary, 1);
    rig_end(r);
}

static void a_new_quantum_is_that_of_the_next_slices(void **state)
{
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *a = rig_virtual(r), *b = rig_virtual(r);

    rig_pass(r, 5 * NEAP_MS);
    neap_core_set_quantum(r->core, r->now, 100 * NEAP_MS);
    rig_pass(r, 5 * NEAP_MS);
    assert_int_equal(b->state, NEAP_STATE_RUNNING);
    rig_pass(r, 99 * NEAP_MS);
    assert_int_equal(b->state, NEAP_STATE_RUNNING);
    rig_pass(r, NEAP_MS);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    rig_end(r);
}

static void a_name_is_copied(void **state)
{
    char name[] = "before";
    rig *r = rig_of("rr", .cpus = 1);
    neap_task *t = rig_add(r, &(neap_spec){.name = name}, NEAP_VIRTUAL);

    strcpy(name, "other");
    assert_string_equal(t->about->name, "before");
    assert_int_equal(neap_core_set_name(r->core, t, "after"), 0);
    assert_string_equal(t->about->name, "after");
    rig_end(r);
}

static neap_ns endless_slice(neap_ctx *c, neap_task *t)
{
    return NEAP_FOREVER;
}
static const neap_policy endless = {
    .name = "endless", .slice = endless_slice, .flags = NEAP_STARVES};

static void a_slice_without_end_does_not_outlive_its_policy(void **state)
{
    rig *r = rig_of(NULL, .policy = &endless);
    neap_task *a = rig_live(r), *b = rig_process(r);

    rig_pass(r, 10 * NEAP_S);
    assert_int_equal(a->state, NEAP_STATE_RUNNING);
    neap_core_set_policy(r->core, r->now, neap_policy_find("rr"), NULL);
    rig_pass(r, 10 * NEAP_MS);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    rig_end(r);
}

static void nor_does_one_that_was_given_to_a_task_while_starting(void **state)
{
    rig *r = rig_of(NULL, .policy = &endless);
    neap_task *a = rig_process(r), *b = rig_process(r);

    rig_decide(r);
    neap_core_set_policy(r->core, r->now, neap_policy_find("rr"), NULL);
    rig_started(r, a);
    rig_pass(r, 10 * NEAP_MS);
    assert_int_equal(b->state, NEAP_STATE_STARTING);
    rig_end(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_never_used_again),
        cmocka_unit_test(the_tasks_are_walked_in_order_of_id),
        cmocka_unit_test(a_stale_id_is_an_error_everywhere),
        cmocka_unit_test(a_late_decision_charges_what_was_used),
        cmocka_unit_test(a_correction_is_told_once_and_is_in_no_later_ran),
        cmocka_unit_test(fair_takes_a_correction_into_the_order),
        cmocka_unit_test(what_one_used_that_has_ended_is_on_its_account),
        cmocka_unit_test(fewer_and_more_cpus_while_tasks_run),
        cmocka_unit_test(a_cpu_that_is_gone_is_left_by_one_that_was_starting_on_it),
        cmocka_unit_test(cpus_that_would_leave_a_task_none_are_refused),
        cmocka_unit_test(an_affinity_moves_a_task_and_keeps_it_there),
        cmocka_unit_test(a_trigger_ends_every_slice),
        cmocka_unit_test(a_yield_is_voluntary_and_ends_the_slice),
        cmocka_unit_test(a_new_quantum_is_that_of_the_next_slices),
        cmocka_unit_test(a_name_is_copied),
        cmocka_unit_test(a_slice_without_end_does_not_outlive_its_policy),
        cmocka_unit_test(nor_does_one_that_was_given_to_a_task_while_starting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
