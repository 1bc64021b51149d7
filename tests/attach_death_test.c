/* attach_death_test.c - a runtime, its guard or both are stopped or die: a process that
 * they did not start goes on.
 * ctest labels: process
 * ctest timeout: 120 */
#include "process.h"

#include <guard/proc.h>
#include <neap/neap.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define BUSY "while :; do :; done"

/* The runtime in a process of its own, with `pid` attached. It begins what `next` says. */
static pid_t start_runtime_and(void (*next)(neap_runtime *rt), pid_t pid,
                               neap_ns stuck_after, bool adopt)
{
    neap_options o = {.size = sizeof o,
                      .cpus = 1,
                      .on_death = NEAP_DEATH_END,
                      .grace = NEAP_MS,
                      .adopt = adopt,
                      .quantum = 20 * NEAP_MS,
                      .stuck_after = stuck_after};
    neap_runtime *rt;
    pid_t runtime = process_fork();

    if (runtime != 0)
        return runtime;
    if (neap_new(&rt, &o) != 0 || neap_attach(rt, pid, NULL, NULL) != 0)
        _exit(1);
    next(rt);
    _exit(2);
}

static void run_with_a_job(neap_runtime *rt)
{
    const char *const argv[] = {"/bin/sh", "-c", BUSY, NULL};
    neap_job job = {.size = sizeof job, .argv = argv};

    if (neap_spawn(rt, &job, NULL) == 0)
        neap_run(rt);
}

static pid_t start_runtime(pid_t pid, neap_ns stuck_after, bool adopt)
{
    return start_runtime_and(run_with_a_job, pid, stuck_after, adopt);
}

static void kill_runtime(pid_t runtime)
{
    kill(runtime, SIGKILL);
    process_take_away(runtime);
}

/* It is stopped when the runtime dies, as half of the time. */
static void survives(pid_t pid)
{
    for (int i = 0; i < 10; i++) {
        pid_t runtime = start_runtime(pid, 0, false);

        assert_true(process_await(process_is_stopped, pid));
        kill_runtime(runtime);
        if (!process_await(process_is_running, pid))
            fail_msg("round %d: its state is %c", i, process_state(pid));
    }
}

static void it_runs_again_when_the_runtime_is_killed(void **state)
{
    survives(process_sh(BUSY));
}

static void alone_among_strangers_it_runs_again_when_the_runtime_is_killed(void **state)
{
    survives(process_sh_in(getpgrp(), BUSY));
}

static void it_runs_while_the_runtime_is_stopped(void **state)
{
    const struct timespec moment = {.tv_nsec = 3000000};
    pid_t pid = process_sh_in(getpgrp(), BUSY),
          runtime = start_runtime(pid, NEAP_S / 2, false);
    bool held = false;

    for (int i = 0; i < 1000 && !held; i++) { /* stopped while it holds */
        kill(runtime, SIGSTOP);
        assert_true(process_await(process_is_stopped, runtime));
        nanosleep(&moment, NULL);
        held = process_state(pid) == 'T';
        if (!held)
            kill(runtime, SIGCONT);
    }
    assert_true(held);
    assert_true(process_await(process_is_running, pid));
    kill(runtime, SIGCONT);
    assert_true(process_await(process_is_stopped, pid));
    kill_runtime(runtime);
    assert_true(process_await(process_is_running, pid));
}

static pid_t second;

static void stop_before_the_run(neap_runtime *rt)
{
    if (neap_attach(rt, second, NULL, NULL) == 0)
        raise(SIGSTOP);
}

static bool it_or_the_second_is_stopped(pid_t pid)
{
    return process_is_stopped(pid) || process_is_stopped(second);
}

/* One of the two is held by then, and the guard has been told nothing else. */
static void they_run_while_a_runtime_is_stopped_that_never_ran(void **state)
{
    pid_t first = process_sh(BUSY), runtime;

    second = process_sh(BUSY);
    runtime = start_runtime_and(stop_before_the_run, first, NEAP_S, false);
    assert_true(process_await(process_is_stopped, runtime));
    assert_true(process_await(it_or_the_second_is_stopped, first));
    assert_true(process_await(process_is_running, first));
    assert_true(process_await(process_is_running, second));
    kill_runtime(runtime);
}

static void note_child(void *user, pid_t pid)
{
    *(pid_t *)user = pid;
}

/* The only one, or 0. */
static pid_t child_of(pid_t pid)
{
    pid_t child = 0;

    neap_proc_children(pid, note_child, &child);
    return child;
}

static pid_t known;

static bool has_another(pid_t pid)
{
    pid_t now = child_of(pid);

    return now > 0 && now != known;
}

/* A keeper takes its place, or the runtime starts another: nothing of ours dies. */
static void the_death_of_the_guard_changes_nothing(void **state)
{
    pid_t pid = process_sh_in(getpgrp(), BUSY), runtime = start_runtime(pid, 0, true),
          keeper;

    assert_true(process_await(process_is_stopped, pid));
    assert_true(process_await(process_has_child, runtime));
    keeper = child_of(runtime);
    assert_true(process_await(process_has_child, keeper));
    kill(child_of(keeper), SIGKILL); /* the guard */
    for (int i = 0; i < 3; i++) {
        assert_true(process_await(process_is_running, pid));
        assert_true(process_await(process_is_stopped, pid));
    }
    known = keeper;
    kill(keeper, SIGKILL);
    assert_true(process_await(has_another, runtime));
    for (int i = 0; i < 3; i++) {
        assert_true(process_await(process_is_running, pid));
        assert_true(process_await(process_is_stopped, pid));
    }
    kill_runtime(runtime);
    assert_true(process_await(process_is_running, pid));
}

static int left_stopped;

static void count_left(void *user, const neap_left *left)
{
    left_stopped += left->pid == *(pid_t *)user && left->stopped;
}

/* Both at once; then the job that neap had started is ended, and this one is not. */
static void a_rescue_continues_it_even_if_it_is_to_end_all(void **state)
{
    pid_t pid = process_sh(BUSY), runtime = start_runtime(pid, 0, false);

    assert_true(process_await(process_has_child, runtime));
    do {
        assert_true(process_await(process_is_stopped, pid));
        kill(runtime, SIGSTOP);
        assert_true(process_await(process_is_stopped, runtime));
        if (process_state(pid) == 'T')
            break;
        kill(runtime, SIGCONT);
    } while (true);
    left_stopped = 0;
    known = child_of(runtime);
    kill(known, SIGKILL);
    kill_runtime(runtime);
    assert_true(process_await(process_is_gone, known));
    assert_true(neap_rescue(NEAP_RESCUE_LIST, 0, count_left, &pid) >= 1);
    assert_int_equal(left_stopped, 1);
    assert_int_equal(process_state(pid), 'T');
    neap_rescue(NEAP_RESCUE_END, NEAP_MS, NULL, NULL);
    assert_true(process_await(process_is_running, pid));
    left_stopped = 0;
    neap_rescue(NEAP_RESCUE_LIST, 0, count_left, &pid);
    assert_int_equal(left_stopped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        process_test(it_runs_again_when_the_runtime_is_killed),
        process_test(alone_among_strangers_it_runs_again_when_the_runtime_is_killed),
        process_test(it_runs_while_the_runtime_is_stopped),
        process_test(they_run_while_a_runtime_is_stopped_that_never_ran),
        process_test(the_death_of_the_guard_changes_nothing),
        process_test(a_rescue_continues_it_even_if_it_is_to_end_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
