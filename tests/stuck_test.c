/* stuck_test.c - a runtime that is stopped while it holds tasks: they are continued,
 * and held again when it is back.
 * ctest labels: process */
#include "process.h"

#include <neap/neap.h>
#include <os/os.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { TASKS = 3 };
#define STUCK_AFTER NEAP_S

static void say(void *user, neap_runtime *rt, const neap_report *report)
{
    if (report->kind == NEAP_REPORT_GUARD)
        dprintf(*(int *)user, "%s\n", report->message);
}

static void say_pids(void *user, neap_runtime *rt, neap_timer id)
{
    for (neap_task *t = neap_next(rt, 0); t; t = neap_next(rt, t->id))
        dprintf(*(int *)user, "%d ", (int)t->about->pid);
    dprintf(*(int *)user, "\n");
}

/* A runtime of three busy tasks on one cpu that takes a minute's turns, in a process of
 * its own. */
static pid_t start(int out, neap_ns stuck_after)
{
    const char *const argv[] = {"/bin/sh", "-c", "while :; do :; done", NULL};
    neap_options o = {.size = sizeof o,
                      .cpus = 1,
                      .quantum = 20 * NEAP_MS,
                      .on_death = NEAP_DEATH_END,
                      .grace = NEAP_MS,
                      .stuck_after = stuck_after,
                      .on_report = say,
                      .user = &out};
    neap_job job = {.size = sizeof job, .argv = argv};
    neap_runtime *rt;
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    alarm(40);
    if (neap_new(&rt, &o) != 0)
        _exit(1);
    for (int i = 0; i < TASKS; i++)
        if (neap_spawn(rt, &job, NULL) != 0)
            _exit(2);
    neap_after(rt, NEAP_S / 2, say_pids, &out, NULL, NULL);
    neap_run(rt);
    _exit(3);
}

static pid_t tasks[TASKS];

static int stopped(void)
{
    int count = 0;

    for (int i = 0; i < TASKS; i++)
        count += process_state(tasks[i]) == 'T';
    return count;
}

static bool none_is_stopped(pid_t pid)
{
    return stopped() == 0;
}

static bool two_are_stopped(pid_t pid)
{
    return stopped() == 2;
}

/* Between the STOP and the CONT of a switch three are. */
static void stop_while_two_are_held(pid_t pid)
{
    const struct timespec moment = {.tv_nsec = 3000000};

    for (int i = 0; i < 100; i++) {
        kill(pid, SIGSTOP);
        assert_true(process_await(process_is_stopped, pid));
        nanosleep(&moment, NULL); /* a stop takes effect */
        if (stopped() == 2)
            return;
        kill(pid, SIGCONT);
        nanosleep(&moment, NULL);
    }
    fail();
}

static void begin(int *pipes, pid_t *pid, neap_ns stuck_after, FILE **in)
{
    char line[64];

    assert_int_equal(pipe(pipes), 0);
    *pid = start(pipes[1], stuck_after);
    close(pipes[1]);
    *in = fdopen(pipes[0], "r");
    assert_non_null(fgets(line, sizeof line, *in));
    assert_int_equal(sscanf(line, "%d %d %d", &tasks[0], &tasks[1], &tasks[2]), TASKS);
}

static void finish(pid_t pid, FILE *in)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    fclose(in);
    for (int i = 0; i < TASKS; i++)
        assert_true(process_await(process_is_gone, tasks[i]));
}

static void what_a_stopped_runtime_holds_runs_until_it_is_back(void **state)
{
    char line[256];
    int pipes[2];
    pid_t pid;
    FILE *in;

    begin(pipes, &pid, STUCK_AFTER, &in);
    stop_while_two_are_held(pid);
    assert_true(process_await(none_is_stopped, pid));
    kill(pid, SIGCONT);
    assert_non_null(fgets(line, sizeof line, in));
    assert_non_null(strstr(line, "was stopped or stuck for "));
    assert_true(process_await(two_are_stopped, pid));
    stop_while_two_are_held(pid); /* and it is watched again */
    assert_true(process_await(none_is_stopped, pid));
    finish(pid, in);
}

static void nobody_looks_for_beats_when_told_not_to(void **state)
{
    const struct timespec second = {.tv_sec = 1};
    int pipes[2];
    pid_t pid;
    FILE *in;

    begin(pipes, &pid, NEAP_FOREVER, &in);
    stop_while_two_are_held(pid);
    nanosleep(&second, NULL); /* nothing is to happen in it */
    assert_int_equal(stopped(), 2);
    finish(pid, in);
}

static void too_short_a_time_is_refused(void **state)
{
    neap_options o = {.size = sizeof o, .stuck_after = NEAP_MS};
    neap_runtime *rt;

    assert_int_equal(neap_new(&rt, &o), -NEAP_ERANGE);
    assert_non_null(strstr(neap_last_error(), "100ms"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        process_test(what_a_stopped_runtime_holds_runs_until_it_is_back),
        process_test(nobody_looks_for_beats_when_told_not_to),
        process_test(too_short_a_time_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
