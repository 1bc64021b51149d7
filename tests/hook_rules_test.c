/* hook_rules_test.c - what the headers say of hooks is so: all but [hook] is refused
 * there.
 *
 * c_api_test.lua sees to it that no function of a runtime is missing here.
 */
#include <neap/neap.h>
#include <neap/trace.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static neap_runtime *rt;
static bool tried;
static char problems[2000];

static void refused(const char *name, int r)
{
    size_t used = strlen(problems);

    if (r != -NEAP_EINHOOK)
        snprintf(problems + used, sizeof problems - used, "%s answers %d\n", name, r);
}

#define REFUSED(call) refused(#call, call)

static void on_timer(void *user, neap_runtime *r, neap_timer id)
{
}

static void try_the_runtime(void)
{
    REFUSED(neap_run(rt));
    REFUSED(neap_run_for(rt, 1));
    REFUSED(neap_set_policy(rt, "rr", NULL, NULL));
    REFUSED(neap_set_quantum(rt, NEAP_MS));
    REFUSED(neap_set_cpus(rt, 1));
    REFUSED(neap_pause(rt));
    REFUSED(neap_resume(rt));
    REFUSED(neap_suspend(rt));
    REFUSED(neap_trigger(rt));
    REFUSED(neap_yield(rt, 0));
    REFUSED(neap_end(rt, NEAP_KILL_NOW));
    REFUSED(neap_after(rt, 1, on_timer, NULL, NULL, NULL));
    REFUSED(neap_every(rt, NEAP_S, on_timer, NULL, NULL, NULL));
    REFUSED(neap_cancel(rt, 1));
    REFUSED(neap_rearm(rt, 1, NEAP_MS));
    REFUSED(neap_on_child(rt, 1, NULL, NULL));
    REFUSED(neap_listen(rt, NULL));
    REFUSED(neap_fd(rt));
    REFUSED(neap_run_once(rt));
    REFUSED(neap_on_signal(rt, SIGUSR1, NULL, NULL));
}

static void try_the_task(neap_task *t)
{
    const char *argv[] = {"true", NULL};
    neap_job job = {.size = sizeof job, .argv = argv};
    char text[40];

    REFUSED(neap_add(rt, NULL, NULL));
    REFUSED(neap_spawn(rt, &job, NULL));
    REFUSED(neap_attach(rt, 1, NULL, NULL));
    REFUSED(neap_wait(rt, t->id, NULL, NULL));
    REFUSED(neap_explain(rt, t, text, sizeof text));
    REFUSED(neap_set_priority(rt, t->id, 1));

    REFUSED(neap_boost(rt, t->id));
    REFUSED(neap_lower(rt, t->id));
    REFUSED(neap_set_weight(rt, t->id, 1));
    REFUSED(neap_set_deadline(rt, t->id, 1));
    REFUSED(neap_set_estimate(rt, t->id, 1));
    REFUSED(neap_set_period(rt, t->id, 1));
    REFUSED(neap_set_group(rt, t->id, 1));
    REFUSED(neap_set_name(rt, t->id, "x"));
    REFUSED(neap_set_affinity(rt, t->id, NULL, 0));
    REFUSED(neap_task_pause(rt, t->id));
    REFUSED(neap_task_resume(rt, t->id));
    REFUSED(neap_task_yield(rt, t->id));
    REFUSED(neap_task_block(rt, t->id));
    REFUSED(neap_task_wake(rt, t->id));
    REFUSED(neap_task_finish(rt, t->id, 0));
    REFUSED(neap_task_kill(rt, t->id, NEAP_KILL_NOW));
    REFUSED(neap_set_burst(rt, t->id, 1));
}

/* What is legal, looks only. */
static void look(neap_task *t)
{
    neap_stats stats;
    neap_times times;
    neap_turns turns;

    assert_ptr_equal(neap_find(rt, t->id), t);
    assert_non_null(neap_next(rt, 0));
    neap_current(rt, 0);
    neap_task_times(rt, t, &times);
    neap_task_turns(t, &turns);
    neap_get_stats(rt, &stats);
    assert_int_equal(stats.active, 2);
    assert_true(neap_now(rt) == 0);
    assert_int_equal(neap_task_signal(rt, t->id, SIGWINCH), 0);
}

static neap_ns slice(neap_ctx *c, neap_task *t)
{
    if (!tried) {
        tried = true;
        try_the_runtime();
        try_the_task(t);
        look(t);
    }
    return c->quantum;
}

static void what_is_not_marked_is_refused_in_a_hook(void **state)
{
    static const neap_policy table = {.name = "curious", .slice = slice};
    neap_options o = {
        .size = sizeof o, .clock = NEAP_CLOCK_VIRTUAL, .cpus = 1, .table = &table};

    assert_int_equal(neap_new(&rt, &o), 0);
    assert_int_equal(neap_add(rt, NULL, NULL), 0);
    assert_int_equal(neap_add(rt, NULL, NULL), 0);
    assert_int_equal(neap_run_for(rt, NEAP_S), 0);
    assert_true(tried);
    assert_string_equal(problems, "");
    neap_free(rt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_marked_is_refused_in_a_hook),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
