/* bursts_test.c - virtual tasks that need so much CPU time, and then something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <neap/neap.h>

enum { MOST = 16 };

/* What was told, and what to do then. */
typedef struct ends {
    int n;
    neap_ns at[MOST];
    neap_id task[MOST];
    void (*then)(neap_runtime *rt, neap_task *t);
} ends;

static void on_burst(void *user, neap_runtime *rt, neap_task *t)
{
    ends *e = user;

    assert_true(e->n < MOST);
    e->at[e->n] = neap_now(rt);
    e->task[e->n++] = t->id;
    assert_true(t->state == NEAP_STATE_RUNNING);
    if (e->then)
        e->then(rt, t);
}

static void finish(neap_runtime *rt, neap_task *t)
{
    assert_int_equal(neap_task_finish(rt, t->id, 0), 0);
}

static void sleep_on(neap_runtime *rt, neap_task *t)
{
    assert_int_equal(neap_task_block(rt, t->id), 0);
}

static neap_runtime *open_with(ends *e, const char *policy, int cpus)
{
    neap_options o = {.size = sizeof o,
                      .policy = policy,
                      .cpus = cpus,
                      .clock = NEAP_CLOCK_VIRTUAL,
                      .user = e,
                      .on_burst = on_burst};
    neap_runtime *rt;

    assert_int_equal(neap_new(&rt, &o), 0);
    return rt;
}

static neap_id add(neap_runtime *rt, neap_ns burst)
{
    neap_id id;

    assert_int_equal(neap_add(rt, NULL, &id), 0);
    assert_int_equal(neap_set_burst(rt, id, burst), 0);
    return id;
}

static void a_burst_ends_at_its_very_instant(void **state)
{
    ends e = {.then = finish};
    neap_runtime *rt = open_with(&e, "rr", 1);

    add(rt, 12345678);
    assert_int_equal(neap_run(rt), 0);
    assert_int_equal(e.n, 1);
    assert_true(e.at[0] == 12345678 && neap_now(rt) == 12345678);
    neap_free(rt);
}

static void only_time_on_a_cpu_counts(void **state)
{
    ends e = {.then = finish};
    neap_runtime *rt = open_with(&e, "rr", 1);

    add(rt, 15 * NEAP_MS); /* 10, then 5 after the other's 10 */
    add(rt, 15 * NEAP_MS);
    assert_int_equal(neap_run(rt), 0);
    assert_true(e.at[0] == 25 * NEAP_MS && e.at[1] == 30 * NEAP_MS);
    neap_free(rt);
}

static void one_that_ends_with_its_slice_is_not_queued_again(void **state)
{
    ends e = {.then = finish};
    neap_runtime *rt = open_with(&e, "rr", 1);
    neap_stats s;

    add(rt, 10 * NEAP_MS);
    add(rt, 10 * NEAP_MS);
    assert_int_equal(neap_run(rt), 0);
    neap_get_stats(rt, &s);
    assert_int_equal(s.dispatches, 2);
    assert_int_equal(s.preemptions, 0);
    neap_free(rt);
}

static void on_several_cpus_all_that_end_are_told_in_order_of_cpu(void **state)
{
    ends e = {.then = sleep_on};
    neap_runtime *rt = open_with(&e, "fair", 3);
    neap_id id[3];

    for (int i = 0; i < 3; i++)
        id[i] = add(rt, NEAP_MS);
    assert_int_equal(neap_run_for(rt, NEAP_S), 0);
    assert_int_equal(e.n, 3);
    for (int i = 0; i < 3; i++) {
        assert_true(e.task[i] == id[i] && e.at[i] == NEAP_MS);
        assert_true(neap_find(rt, id[i])->state == NEAP_STATE_BLOCKED);
    }
    neap_free(rt);
}

static void a_burst_that_nobody_follows_up_runs_for_ever(void **state)
{
    ends e = {.then = NULL};
    neap_runtime *rt = open_with(&e, "rr", 1);
    neap_id id = add(rt, NEAP_MS);

    assert_int_equal(neap_run(rt), -NEAP_EENDLESS);
    assert_int_equal(e.n, 1);
    assert_int_equal(neap_run_for(rt, NEAP_S), 0);
    assert_true(neap_find(rt, id)->cpu_ns == NEAP_S + NEAP_MS);
    neap_free(rt);
}

static void what_makes_no_sense_is_refused(void **state)
{
    ends e = {.then = finish};
    neap_runtime *rt = open_with(&e, "rr", 1);
    neap_id id = add(rt, NEAP_FOREVER);

    assert_int_equal(neap_set_burst(rt, id, 0), -NEAP_ERANGE);
    assert_int_equal(neap_set_burst(rt, id + 1, NEAP_MS), -NEAP_ENOTASK);
    neap_free(rt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_ends_at_its_very_instant),
        cmocka_unit_test(only_time_on_a_cpu_counts),
        cmocka_unit_test(one_that_ends_with_its_slice_is_not_queued_again),
        cmocka_unit_test(on_several_cpus_all_that_end_are_told_in_order_of_cpu),
        cmocka_unit_test(a_burst_that_nobody_follows_up_runs_for_ever),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
