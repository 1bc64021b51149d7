/* callbacks_test.c - what a callback sees, and what it may do. In virtual time. */
#include "sim.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct scene {
    neap_runtime *rt;
    char page[512];
    bool on_exit_ends_next, on_switch_ends_it, on_exit_adds;
    int forgotten;
} scene;

static void write_down(scene *s, const char *word, neap_id a, neap_id b)
{
    size_t n = strlen(s->page);

    snprintf(s->page + n, sizeof s->page - n, "%s %d %d, ", word, (int)a, (int)b);
}

static void on_switch(void *user, neap_runtime *rt, int cpu, neap_task *from,
                      neap_task *to)
{
    scene *s = user;

    write_down(s, "switch", from ? from->id : 0, to ? to->id : 0);
    if (s->on_switch_ends_it && to)
        assert_int_equal(neap_task_finish(rt, to->id, 0), 0);
}

static void on_exit_of(void *user, neap_runtime *rt, neap_task *t, neap_how how,
                       int code)
{
    scene *s = user;
    neap_task *current = neap_current(rt, 0);

    write_down(s, "exit", t->id, (neap_id)code);
    assert_null(current == t ? t : NULL);
    if (s->on_exit_ends_next && current)
        assert_int_equal(neap_task_finish(rt, current->id, 0), 0);
    if (s->on_exit_adds) {
        s->on_exit_adds = false;
        assert_int_equal(neap_add(rt, NULL, NULL), 0);
    }
}

static void on_forget(void *user, neap_runtime *rt, neap_task *t)
{
    ((scene *)user)->forgotten++;
}

static void open_scene(scene *s, int tasks)
{
    neap_options o = {.size = sizeof o,
                      .policy = "rr",
                      .cpus = 1,
                      .clock = NEAP_CLOCK_VIRTUAL,
                      .user = s,
                      .on_switch = on_switch,
                      .on_exit = on_exit_of,
                      .on_forget = on_forget};

    memset(s, 0, sizeof *s);
    assert_int_equal(neap_new(&s->rt, &o), 0);
    for (int i = 0; i < tasks; i++)
        assert_int_equal(neap_add(s->rt, NULL, NULL), 0);
    assert_int_equal(neap_run_for(s->rt, NEAP_MS), 0);
}

static void close_scene(scene *s, int tasks)
{
    neap_free(s->rt);
    assert_int_equal(s->forgotten, tasks); /* each once, whatever happened */
}

static void the_cpu_is_filled_before_the_exit_is_told(void **state)
{
    scene s;

    open_scene(&s, 2);
    neap_task_finish(s.rt, 1, 4);
    neap_run_for(s.rt, NEAP_MS);
    assert_string_equal(s.page, "switch 0 1, switch 1 2, exit 1 4, ");
    close_scene(&s, 2);
}

/* Each switch is told, also of those who end while an exit is being told. */
static void one_that_ends_in_an_exit_callback_is_switched_from(void **state)
{
    scene s;

    open_scene(&s, 3);
    s.on_exit_ends_next = true;
    neap_task_finish(s.rt, 1, 0);
    neap_run_for(s.rt, NEAP_MS);
    assert_string_equal(s.page,
                        "switch 0 1, switch 1 2, exit 1 0, switch 2 3, exit 2 0, "
                        "switch 3 0, exit 3 0, ");
    close_scene(&s, 3);
}

static void one_that_ends_when_it_is_switched_to_is_switched_from(void **state)
{
    scene s;

    open_scene(&s, 2);
    s.on_switch_ends_it = true;
    neap_task_finish(s.rt, 1, 0);
    neap_run_for(s.rt, NEAP_MS);
    assert_string_equal(s.page,
                        "switch 0 1, switch 1 2, exit 1 0, switch 2 0, exit 2 0, ");
    close_scene(&s, 2);
}

static void an_exit_callback_may_add_a_task(void **state)
{
    scene s;

    open_scene(&s, 1);
    s.on_exit_adds = true;
    neap_task_finish(s.rt, 1, 0);
    neap_run_for(s.rt, 5 * NEAP_MS);
    assert_ns(neap_find(s.rt, 2)->cpu_ns, 5 * NEAP_MS);
    close_scene(&s, 2);
}

static void signals_end_a_virtual_task_as_they_would_a_process(void **state)
{
    static const int deadly[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    sim s = sim_of("rr", .cpus = 1);

    for (int i = 0; i < 5; i++) {
        neap_id id = sim_plain(&s);

        assert_int_equal(neap_task_signal(s.rt, id, SIGUSR1), 0);
        assert_int_equal(neap_task_signal(s.rt, id, SIGSTOP), 0);
        sim_run(&s, NEAP_MS);
        assert_int_equal(sim_how(&s, id), NEAP_HOWS);
        assert_int_equal(neap_task_signal(s.rt, id, deadly[i]), 0);
        sim_run(&s, NEAP_MS);
        assert_int_equal(sim_how(&s, id), NEAP_HOW_SIGNAL);
        assert_int_equal(sim_code(&s, id), deadly[i]);
    }
    assert_int_equal(neap_task_signal(s.rt, sim_plain(&s), 65), -NEAP_EINVAL);
    sim_end(&s);
}

static void the_end_of_all_is_told_of_each(void **state)
{
    sim s = sim_of("fair", .cpus = 2);

    for (int i = 0; i < 5; i++)
        sim_plain(&s);
    sim_run(&s, 30 * NEAP_MS);
    neap_task_pause(s.rt, 1);
    assert_int_equal(neap_end(s.rt, NEAP_KILL_GRACE), 0);
    assert_int_equal(neap_run(s.rt), 0);
    for (neap_id id = 1; id <= 5; id++)
        assert_int_equal(sim_how(&s, id), NEAP_HOW_ENDED);
    assert_int_equal(sim_stats(&s).active, 0);
    sim_end(&s);
}

static void part(neap_ctx *c, neap_reason reason)
{
    neap_log(c, "the last word");
    neap_fail(c, "and it broke", NULL);
}

static void on_report(void *user, neap_runtime *rt, const neap_report *report)
{
    scene *s = user;

    write_down(s, report->message, report->kind, (neap_id)s->forgotten);
}

static void what_exit_says_is_told_last_of_all(void **state)
{
    const neap_policy parting = {.name = "parting", .exit = part};
    scene s = {0};
    neap_options o = {.size = sizeof o,
                      .table = &parting,
                      .cpus = 1,
                      .clock = NEAP_CLOCK_VIRTUAL,
                      .user = &s,
                      .on_report = on_report,
                      .on_forget = on_forget};

    assert_int_equal(neap_new(&s.rt, &o), 0);
    assert_int_equal(neap_add(s.rt, NULL, NULL), 0);
    neap_free(s.rt);
    assert_string_equal(s.page, "the last word 0 1, and it broke 1 1, ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cpu_is_filled_before_the_exit_is_told),
        cmocka_unit_test(one_that_ends_in_an_exit_callback_is_switched_from),
        cmocka_unit_test(one_that_ends_when_it_is_switched_to_is_switched_from),
        cmocka_unit_test(an_exit_callback_may_add_a_task),
        cmocka_unit_test(signals_end_a_virtual_task_as_they_would_a_process),
        cmocka_unit_test(the_end_of_all_is_told_of_each),
        cmocka_unit_test(what_exit_says_is_told_last_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
