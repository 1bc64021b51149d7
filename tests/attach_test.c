/* attach_test.c - processes that we did not start are scheduled, and left as they were.
 * ctest labels: process
 * ctest timeout: 120 */
#include "process.h"

#include <guard/proc.h>
#include <neap/neap.h>
#include <os/os.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define BUSY "while :; do :; done"

static neap_runtime *rt;
static char told[1024]; /* the reports */
static neap_how how;
static int code;
static bool ended;

static void on_report(void *user, neap_runtime *r, const neap_report *report)
{
    size_t used = strlen(told);

    snprintf(told + used, sizeof told - used, "%s\n", report->message);
}

static void on_exit_(void *user, neap_runtime *r, neap_task *t, neap_how h, int c)
{
    if (t->user)
        return;
    ended = true;
    how = h;
    code = c;
}

static int set_up(void **state)
{
    neap_options o = {.size = sizeof o,
                      .cpus = 1,
                      .on_death = NEAP_DEATH_END,
                      .grace = 200 * NEAP_MS,
                      .max_alive = 1,
                      .on_report = on_report,
                      .on_exit = on_exit_};

    told[0] = '\0';
    ended = false;
    rt = NULL;
    return neap_new(&rt, &o);
}

static int tear_down(void **state)
{
    neap_free(rt);
    rt = NULL;
    return process_clean(state);
}

static neap_id attach(pid_t pid)
{
    neap_id id = 0;

    if (neap_attach(rt, pid, NULL, &id) != 0)
        fail_msg("%s", neap_last_error());
    return id;
}

static neap_id spawn(const char *script)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    neap_job job = {.size = sizeof job, .argv = argv, .spec.user = &rt};
    neap_id id = 0;

    assert_int_equal(neap_spawn(rt, &job, &id), 0);
    return id;
}

/* Runs until the question is answered with yes, for up to 10 s. */
static bool run_until(bool (*question)(pid_t pid), pid_t pid)
{
    for (int i = 0; i < 2000; i++) {
        if (question(pid))
            return true;
        assert_int_equal(neap_run_for(rt, 5 * NEAP_MS), 0);
    }
    return false;
}

static bool has_ended(pid_t pid)
{
    return ended;
}

static double share_of(neap_id id, neap_id other)
{
    neap_ns a, b;

    assert_int_equal(neap_run_for(rt, 1500 * NEAP_MS), 0);
    neap_set_priority(rt, id, 5); /* charged up to now */
    neap_set_priority(rt, other, 5);
    a = neap_find(rt, id)->cpu_ns;
    b = neap_find(rt, other)->cpu_ns;
    return (double)a / (double)(a + b);
}

static void halved(neap_id id, neap_id other)
{
    double share = share_of(id, other);

    if (share < 0.4 || share > 0.6)
        fail_msg("its share is %.3f", share);
}

static void is_held_in_turn(pid_t pid)
{
    assert_true(run_until(process_is_stopped, pid));
    assert_true(run_until(process_is_running, pid));
}

static void one_with_a_group_of_its_own_gets_its_share(void **state)
{
    pid_t pid = process_sh(BUSY);
    neap_id id, other = spawn(BUSY);

    neap_run_for(rt, 20 * NEAP_MS); /* max_alive is 1, and it is used up */
    id = attach(pid);
    assert_int_equal(neap_find(rt, id)->about->pid, pid);
    assert_string_equal(neap_find(rt, id)->about->name, "sh");
    assert_true(process_await(process_is_stopped, pid));
    is_held_in_turn(pid);
    halved(id, other);
    assert_int_equal(neap_find(rt, id)->about->source, NEAP_SOURCE_CLOCKS);
    assert_null(strstr(told, "its parent")); /* that is us */
}

static pid_t children[8];
static int n_children;

static void remember(void *user, pid_t pid)
{
    children[n_children++ % 8] = pid;
}

static bool has_two(pid_t pid)
{
    return process_children(pid) == 2;
}

static bool all_are_stopped(pid_t pid)
{
    bool stopped = process_state(pid) == 'T';

    n_children = 0;
    neap_proc_children(pid, remember, NULL);
    for (int i = 0; i < n_children; i++)
        stopped &= process_state(children[i]) == 'T';
    return stopped && n_children == 2;
}

/* If the group were stopped we should never see the end of it. */
static void one_among_strangers_is_held_alone_with_its_children(void **state)
{
    pid_t pid = process_sh_in(getpgrp(), "(" BUSY ") & (" BUSY ") & wait");
    neap_id id, other = spawn(BUSY);

    assert_true(process_await(has_two, pid));
    id = attach(pid);
    assert_true(run_until(all_are_stopped, pid));
    halved(id, other);
    assert_true(run_until(all_are_stopped, pid));
    neap_free(rt);
    rt = NULL;
    n_children = 0;
    neap_proc_children(pid, remember, NULL);
    assert_int_equal(n_children, 2);
    for (int i = 0; i < n_children; i++)
        assert_int_not_equal(process_state(children[i]), 'T');
}

/* As a pipeline of a shell: it leads its group, and a stranger is in that. */
static void a_stranger_in_its_group_is_let_alone(void **state)
{
    pid_t pid = process_sh(BUSY), stranger = process_sh_in(pid, BUSY);

    spawn(BUSY);
    attach(pid);
    for (int i = 0; i < 50; i++) {
        neap_run_for(rt, 5 * NEAP_MS);
        assert_int_not_equal(process_state(stranger), 'T');
    }
    is_held_in_turn(pid);
}

static void what_it_used_before_is_not_its_tasks(void **state)
{
    const struct timespec moment = {.tv_nsec = 300000000};
    pid_t pid = process_sh("while :; do sh -c 'i=0; while [ $i -lt 3000 ]; do "
                           "i=$((i+1)); done'; done");
    neap_id id;
    neap_ns used;

    nanosleep(&moment, NULL);
    id = attach(pid);
    assert_true(neap_find(rt, id)->cpu_ns < 20 * NEAP_MS); /* it runs on meanwhile */
    neap_run_for(rt, NEAP_S);
    neap_pause(rt);
    neap_resume(rt); /* charges all */
    used = neap_find(rt, id)->cpu_ns;
    if (used == 0 || used > 1300 * NEAP_MS) /* others may have had most of the cpu */
        fail_msg("%.3f s in one second", (double)used / NEAP_S);
}

static void a_clean_exit_is_told(void **state)
{
    pid_t pid = process_sh("trap 'exit 7' USR1; " BUSY);

    spawn(BUSY);
    attach(pid);
    is_held_in_turn(pid);
    kill(pid, SIGUSR1);
    assert_true(run_until(has_ended, pid));
    assert_int_equal(how, NEAP_HOW_EXIT);
    assert_int_equal(code, 7); /* a zombie of ours: it is known */
    assert_null(strstr(told, "nobody tells"));
}

static void a_signal_that_ends_it_is_told(void **state)
{
    pid_t pid = process_sh(BUSY);

    attach(pid);
    kill(pid, SIGUSR2);
    assert_true(run_until(has_ended, pid));
    assert_int_equal(how, NEAP_HOW_SIGNAL);
    assert_int_equal(code, SIGUSR2);
}

static void what_it_leaves_goes_on(void **state)
{
    pid_t pid = process_sh("(" BUSY ") & (" BUSY ") & trap 'exit 0' USR1; wait");

    spawn(BUSY);
    assert_true(process_await(has_two, pid));
    n_children = 0;
    neap_proc_children(pid, remember, NULL);
    attach(pid);
    kill(pid, SIGUSR1);
    assert_true(run_until(has_ended, pid));
    for (int i = 0; i < 2; i++) {
        assert_true(process_await(process_is_running, children[i]));
        kill(children[i], SIGKILL); /* nobody's child of ours any more */
    }
}

static void detached(pid_t pid, neap_how expected)
{
    assert_true(run_until(process_is_stopped, pid));
    if (expected == NEAP_HOW_ENDED) {
        assert_int_equal(neap_end(rt, NEAP_KILL_NOW), 0);
        assert_int_equal(neap_run(rt), 0);
        assert_true(ended);
        assert_int_equal(how, NEAP_HOW_ENDED);
        assert_int_equal(code, 0);
    }
    neap_free(rt);
    rt = NULL;
    assert_true(process_await(process_is_running, pid));
}

static void the_end_of_the_run_leaves_it_running(void **state)
{
    pid_t pid = process_sh(BUSY);

    spawn(BUSY);
    attach(pid);
    detached(pid, NEAP_HOW_ENDED);
}

static void the_end_of_the_runtime_leaves_it_running(void **state)
{
    pid_t pid = process_sh(BUSY);

    spawn(BUSY);
    attach(pid);
    detached(pid, NEAP_HOW_LOST);
}

static void only_who_asks_for_it_by_name_ends_it(void **state)
{
    pid_t pid = process_sh("(trap '' TERM; " BUSY ") & wait");
    neap_id id;

    assert_true(process_await(process_has_child, pid));
    n_children = 0;
    neap_proc_children(pid, remember, NULL);
    spawn(BUSY);
    id = attach(pid);
    neap_run_for(rt, 50 * NEAP_MS);
    assert_int_equal(neap_task_kill(rt, id, NEAP_KILL_GRACE), 0);
    assert_true(run_until(has_ended, pid));
    assert_int_equal(how, NEAP_HOW_SIGNAL);
    assert_int_equal(code, SIGTERM);
    assert_true(process_await(process_is_gone, children[0])); /* all of it was meant */
}

static void one_that_somebody_continues_is_held_again(void **state)
{
    pid_t pid = process_sh_in(getpgrp(), BUSY);

    spawn(BUSY);
    neap_task_pause(rt, attach(pid));
    assert_true(run_until(process_is_stopped, pid));
    for (int i = 0; i < 3; i++) {
        kill(pid, SIGCONT);
        assert_true(process_await(process_is_running, pid));
        assert_true(run_until(process_is_stopped, pid));
    }
}

static void one_that_is_stopped_by_another_stays_so(void **state)
{
    pid_t pid = process_sh(BUSY);

    spawn(BUSY);
    kill(pid, SIGSTOP);
    assert_true(process_await(process_is_stopped, pid));
    attach(pid);
    for (int i = 0; i < 40; i++) {
        neap_run_for(rt, 5 * NEAP_MS);
        assert_int_equal(process_state(pid), 'T');
    }
    neap_free(rt);
    rt = NULL;
    assert_int_equal(process_state(pid), 'T');
}

static void refused(pid_t pid, int error, const char *part)
{
    assert_int_equal(neap_attach(rt, pid, NULL, NULL), -error);
    if (!strstr(neap_last_error(), part))
        fail_msg("\"%s\" lacks \"%s\"", neap_last_error(), part);
}

static void what_is_no_process_of_others_is_refused(void **state)
{
    pid_t pid = process_sh("(" BUSY ") & wait");
    neap_id id = spawn(BUSY);

    while (!neap_find(rt, id)->about->pid)
        assert_int_equal(neap_run_for(rt, 5 * NEAP_MS), 0);
    refused(getpid(), EINVAL, "neap itself");
    refused(1, EINVAL, "the first of the system");
    refused(-1, EINVAL, "no process");
    refused(neap_find(rt, id)->about->pid, EBUSY,
            "belongs to a task of this run already");
    assert_true(process_await(process_has_child, pid));
    n_children = 0;
    neap_proc_children(pid, remember, NULL);
    id = attach(children[0]);
    refused(children[0], EBUSY, "belongs to task 2 (sh) already");
    refused(pid, EBUSY, "is above a process that belongs to task 2 (sh) already");
    assert_int_equal(neap_attach(rt, pid, &(neap_spec){.weight = -1}, NULL),
                     -NEAP_ERANGE);
}

static void a_parent_that_may_notice_is_told_of(void **state)
{
    pid_t pid = process_sh("(" BUSY ") & wait");

    assert_true(process_await(process_has_child, pid));
    n_children = 0;
    neap_proc_children(pid, remember, NULL);
    attach(children[0]);
    neap_run_for(rt, 0);
    assert_non_null(strstr(told, "(sh), may notice each stop"));
}

static void virtual_time_has_no_processes(void **state)
{
    neap_options o = {.size = sizeof o, .clock = NEAP_CLOCK_VIRTUAL};
    neap_runtime *other;

    assert_int_equal(neap_new(&other, &o), 0);
    assert_int_equal(neap_attach(other, getppid(), NULL, NULL), -NEAP_EUNSUPPORTED);
    neap_free(other);
}

#define attach_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        attach_test(one_with_a_group_of_its_own_gets_its_share),
        attach_test(one_among_strangers_is_held_alone_with_its_children),
        attach_test(a_stranger_in_its_group_is_let_alone),
        attach_test(what_it_used_before_is_not_its_tasks),
        attach_test(a_clean_exit_is_told),
        attach_test(a_signal_that_ends_it_is_told),
        attach_test(what_it_leaves_goes_on),
        attach_test(the_end_of_the_run_leaves_it_running),
        attach_test(the_end_of_the_runtime_leaves_it_running),
        attach_test(only_who_asks_for_it_by_name_ends_it),
        attach_test(one_that_somebody_continues_is_held_again),
        attach_test(one_that_is_stopped_by_another_stays_so),
        attach_test(what_is_no_process_of_others_is_refused),
        attach_test(a_parent_that_may_notice_is_told_of),
        attach_test(virtual_time_has_no_processes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
