/* simulate_test.c - workloads in virtual time, through <neap/sim.h>. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <neap/sim.h>
#include <string.h>

#define MS NEAP_MS
#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define WORK(list) .work = (list), .phases = COUNT(list)

static char problem[200];

/* What each task was like, in order of end. */
typedef struct rows {
    int n;
    neap_sim_done done[32];
    neap_meter_task figures[32];
} rows;

static void on_task(void *user, const neap_sim_done *done)
{
    rows *r = user;

    assert_true(r->n < 32);
    r->done[r->n] = *done;
    r->figures[r->n++] = *done->figures;
}

static neap_sim_options options(const char *policy, const neap_sim_task *tasks,
                                size_t n, rows *r)
{
    return (neap_sim_options){
        .size = sizeof(neap_sim_options),
        .runtime = {.size = sizeof(neap_options), .policy = policy},
        .tasks = tasks,
        .n_tasks = n,
        .task_size = sizeof *tasks,
        .problem = problem,
        .problem_room = sizeof problem,
        .user = r,
        .on_task = r ? on_task : NULL};
}

static neap_sim *simulate(const neap_sim_options *o)
{
    neap_sim *sim = NULL;

    problem[0] = '\0';
    if (neap_simulate(&sim, o) < 0)
        fail_msg("%s", problem);
    return sim;
}

static void a_task_runs_sleeps_and_runs_again(void **state)
{
    static const neap_ns work[] = {5 * MS, 20 * MS, 5 * MS};
    neap_sim_task task = {WORK(work), .arrival = 3 * MS, .times = 2};
    rows r = {0};
    neap_sim_options o = options("rr", &task, 1, &r);
    neap_sim *sim = simulate(&o);

    assert_int_equal(r.n, 1);
    assert_int_equal(r.figures[0].cpu, 20 * MS); /* 5, 5 and 5, 5 */
    assert_int_equal(r.figures[0].end, 63 * MS);
    assert_int_equal(r.figures[0].wait, 0);
    assert_int_equal(neap_sim_result(sim)->end, 63 * MS);
    neap_sim_free(sim);
}

static void a_sleep_at_the_very_end_is_left_out(void **state)
{
    static const neap_ns work[] = {5 * MS, 20 * MS};
    neap_sim_task task = {WORK(work), .times = 3};
    rows r = {0};
    neap_sim_options o = options("rr", &task, 1, &r);

    neap_sim_free(simulate(&o));
    assert_int_equal(r.figures[0].end, 55 * MS);
}

static void a_periodic_task_is_released_each_period(void **state)
{
    static const neap_ns work[] = {4 * MS};
    neap_sim_task task = {WORK(work), .times = 5, .spec = {.period = 10 * MS}};
    rows r = {0};
    neap_sim_options o = options("rr", &task, 1, &r);
    neap_sim *sim = simulate(&o);

    assert_int_equal(r.figures[0].end, 44 * MS);
    assert_int_equal(neap_sim_result(sim)->meter.deadlines, 5);
    assert_int_equal(neap_sim_result(sim)->meter.missed, 0);
    neap_sim_free(sim);
}

/* It needs 15 ms each 10: the third round ends at 45, 15 after its deadline. */
static void a_periodic_task_that_needs_too_much_falls_behind(void **state)
{
    static const neap_ns work[] = {15 * MS};
    neap_sim_task task = {WORK(work), .times = 3, .spec = {.period = 10 * MS}};
    neap_sim_options o = options("rr", &task, 1, NULL);
    neap_sim *sim = simulate(&o);

    assert_int_equal(neap_sim_result(sim)->meter.missed, 3);
    assert_int_equal(neap_sim_result(sim)->meter.latest, 15 * MS);
    neap_sim_free(sim);
}

static void children_come_when_their_parent_says(void **state)
{
    static const neap_ns work[] = {10 * MS, 5 * MS, 10 * MS}, little[] = {1 * MS};
    const neap_sim_task tasks[] = {
        {WORK(work)},
        {WORK(little), .parent = 1, .after = 0},
        {WORK(little), .parent = 1, .after = 1},
        {WORK(little), .parent = 1, .after = NEAP_SIM_AT_END, .arrival = 7 * MS},
        {WORK(little), .parent = 4, .after = NEAP_SIM_AT_END},
    };
    rows r = {0};
    neap_sim_options o = options("rr", tasks, COUNT(tasks), &r);
    neap_ns arrival[5] = {0}, end = 0;

    o.runtime.cpus = 4;
    neap_sim_free(simulate(&o));
    assert_int_equal(r.n, 5);
    for (int i = 0; i < 5; i++) {
        arrival[r.done[i].index] = r.figures[i].arrival;
        end = r.figures[i].end;
    }
    assert_int_equal(arrival[1], 0);
    assert_int_equal(arrival[2], 10 * MS);
    assert_int_equal(arrival[3], 32 * MS);
    assert_int_equal(arrival[4], 33 * MS);
    assert_int_equal(end, 34 * MS);
}

static void copies_come_one_after_the_other(void **state)
{
    static const neap_ns work[] = {1 * MS};
    neap_sim_task task = {WORK(work), .count = 4, .every = 10 * MS, .arrival = 5 * MS};
    rows r = {0};
    neap_sim_options o = options("rr", &task, 1, &r);

    neap_sim_free(simulate(&o));
    assert_int_equal(r.n, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(r.done[i].copy, i);
        assert_int_equal(r.figures[i].arrival, (5 + 10 * i) * MS);
    }
}

/* A million jobs, of which never more than a few are there. */
static void jobs_that_are_over_need_no_room(void **state)
{
    static const neap_ns work[] = {1 * MS};
    neap_sim_task task = {WORK(work), .count = 100000, .every = 2 * MS};
    neap_sim_options o = options("fair", &task, 1, NULL);
    neap_sim *sim = simulate(&o);

    assert_int_equal(neap_sim_result(sim)->meter.ended, 100000);
    assert_int_equal(neap_sim_result(sim)->meter.wait.max, 0);
    neap_sim_free(sim);
}

/* The meter counts from what it is told what the runtime counts itself. */
static void meter_and_runtime_agree(void **state)
{
    static const neap_ns a[] = {7 * MS, 3 * MS}, b[] = {31 * MS},
                         c[] = {2 * MS, 5 * MS};
    static const char *const policies[] = {"rr", "fair", "priority"};
    const neap_sim_task tasks[] = {
        {WORK(a), .times = 50, .count = 5, .spec = {.weight = 300}},
        {WORK(b), .times = 20, .count = 7, .every = 13 * MS},
        {WORK(c), .times = 90, .count = 3,
         .spec = {.has_priority = true, .priority = 8}},
    };

    for (size_t p = 0; p < COUNT(policies); p++) {
        for (int cpus = 1; cpus <= 4; cpus++) {
            neap_sim_options o = options(policies[p], tasks, COUNT(tasks), NULL);
            const neap_sim_report *r;
            neap_sim *sim;

            o.runtime.cpus = cpus;
            sim = simulate(&o);
            r = neap_sim_result(sim);

            assert_int_equal(r->meter.context_switches, r->stats.context_switches);
            assert_int_equal(r->meter.preemptions, r->stats.preemptions);
            assert_int_equal(r->meter.ended, 15);
            assert_int_equal(r->meter.busy,
                             5 * 50 * 7 * MS + 7 * 20 * 31 * MS + 3 * 90 * 2 * MS);
            neap_sim_free(sim);
        }
    }
}

static void the_same_again_is_the_same_to_the_bit(void **state)
{
    static const neap_ns a[] = {7 * MS, 3 * MS}, b[] = {31 * MS};
    const neap_sim_task tasks[] = {
        {WORK(a), .times = 50, .count = 5, .spec = {.weight = 300}},
        {WORK(b), .times = 20, .count = 7, .every = 13 * MS},
    };
    neap_sim_options o = options("fair", tasks, COUNT(tasks), NULL);
    neap_sim *first = simulate(&o), *second = simulate(&o);
    neap_meter_report one = neap_sim_result(first)->meter;
    neap_meter_report two = neap_sim_result(second)->meter;

    assert_memory_equal(&one.jain, &two.jain, sizeof one.jain);
    assert_memory_equal(&one.rms_error, &two.rms_error, sizeof one.rms_error);
    assert_int_equal(one.lag, two.lag);
    assert_int_equal(one.stretch.mean, two.stretch.mean);
    neap_sim_free(first);
    neap_sim_free(second);
}

static void a_limit_cuts_it_off(void **state)
{
    neap_sim_task task = {.count = 2};
    rows r = {0};
    neap_sim_options o = options("rr", &task, 1, &r);
    neap_sim *sim;

    o.limit = NEAP_S;
    sim = simulate(&o);
    assert_true(neap_sim_result(sim)->limited);
    assert_int_equal(neap_sim_result(sim)->end, NEAP_S);
    assert_int_equal(neap_sim_result(sim)->meter.busy, NEAP_S);
    assert_int_equal(r.n, 2);
    assert_true(r.figures[0].end == -1 && r.figures[0].cpu == NEAP_S / 2);
    neap_sim_free(sim);
}

static void one_without_end_needs_a_limit(void **state)
{
    neap_sim_task task = {.count = 2};
    neap_sim_options o = options("rr", &task, 1, NULL);
    neap_sim *sim;

    assert_int_equal(neap_simulate(&sim, &o), -NEAP_EENDLESS);
    assert_non_null(strstr(problem, "limit"));
}

static neap_task *pick_none(neap_ctx *c, int cpu)
{
    return NULL;
}

static void enqueue_none(neap_ctx *c, neap_task *t, neap_why why)
{
}

static void a_policy_that_runs_nobody_is_found_out(void **state)
{
    static const neap_policy lazy = {.name = "lazy",
                                     .flags = NEAP_IDLES | NEAP_STARVES,
                                     .enqueue = enqueue_none,
                                     .dequeue = enqueue_none,
                                     .pick = pick_none};
    static const neap_ns work[] = {MS};
    neap_sim_task task = {WORK(work)};
    neap_sim_options o = options(NULL, &task, 1, NULL);
    neap_sim *sim;

    o.runtime.table = &lazy;
    assert_int_equal(neap_simulate(&sim, &o), -NEAP_EENDLESS);
    assert_non_null(strstr(problem, "empty"));
}

static int refuse_odd(neap_ctx *c, neap_task *t)
{
    return t->weight % 2 ? -NEAP_EPOLICY : 0;
}

static void whom_the_policy_refuses_does_not_come(void **state)
{
    static const neap_policy picky = {.name = "picky", .init_task = refuse_odd};
    static const neap_ns work[] = {MS};
    const neap_sim_task tasks[] = {{WORK(work), .spec = {.weight = 2}},
                                   {WORK(work), .spec = {.weight = 3}}};
    neap_sim_options o = options(NULL, tasks, 2, NULL);
    neap_sim *sim;

    o.runtime.table = &picky;
    sim = simulate(&o);
    assert_int_equal(neap_sim_result(sim)->refused, 1);
    assert_int_equal(neap_sim_result(sim)->meter.ended, 1);
    neap_sim_free(sim);
}

static void what_makes_no_sense_is_refused(void **state)
{
    static const neap_ns none[] = {0};
    const neap_sim_task zero = {WORK(none)}, early = {.arrival = -1},
                        lost = {.parent = 7, .work = none};
    neap_sim_options o = options("rr", &zero, 1, NULL);
    neap_sim *sim;

    assert_int_equal(neap_simulate(&sim, &o), -NEAP_EINVAL);
    assert_string_equal(problem, "task 1: each phase must be at least 1 ns");
    o.tasks = &early;
    assert_int_equal(neap_simulate(&sim, &o), -NEAP_EINVAL);
    o.tasks = &lost;
    assert_int_equal(neap_simulate(&sim, &o), -NEAP_EINVAL);
    o.runtime.policy = "nobody";
    o.n_tasks = 0;
    assert_int_equal(neap_simulate(&sim, &o), -NEAP_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_runs_sleeps_and_runs_again),
        cmocka_unit_test(a_sleep_at_the_very_end_is_left_out),
        cmocka_unit_test(a_periodic_task_is_released_each_period),
        cmocka_unit_test(a_periodic_task_that_needs_too_much_falls_behind),
        cmocka_unit_test(children_come_when_their_parent_says),
        cmocka_unit_test(copies_come_one_after_the_other),
        cmocka_unit_test(jobs_that_are_over_need_no_room),
        cmocka_unit_test(meter_and_runtime_agree),
        cmocka_unit_test(the_same_again_is_the_same_to_the_bit),
        cmocka_unit_test(a_limit_cuts_it_off),
        cmocka_unit_test(one_without_end_needs_a_limit),
        cmocka_unit_test(a_policy_that_runs_nobody_is_found_out),
        cmocka_unit_test(whom_the_policy_refuses_does_not_come),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
