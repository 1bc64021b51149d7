/* os_guard_test.c - from a request to a program that runs, and what that finds.
 * ctest labels: process */
#include "guarding.h"

#include <errno.h>
#include <fcntl.h>
#include <guard/proc.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BATCH = 3 }; /* SCHED_BATCH, which POSIX does not know */

static void link_of(pid_t pid, const char *what, char *out, size_t room)
{
    char path[64];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, what);
    n = readlink(path, out, room - 1);
    out[n > 0 ? n : 0] = '\0';
}

/* Spawns. */

static void a_task_is_forked_started_and_ends_with_its_code(void **state)
{
    SHELL(7, "exit 3");
    started(7);
    exited(7, 3, false);
}

static void a_task_that_a_signal_ends_says_which(void **state)
{
    SHELL(7, "kill -TERM $$");
    started(7);
    exited(7, SIGTERM, true);
}

static void a_task_does_not_exec_before_its_go(void **state)
{
    char exe[PATH_MAX], own[PATH_MAX];
    pid_t pid;

    SPAWN(1, "/bin/sleep", "1000");
    pid = forked(1);
    assert_true(process_await(process_sleeps, pid));
    link_of(pid, "exe", exe, sizeof exe);
    link_of(neap_guard_pid(guard), "exe", own, sizeof own);
    assert_string_equal(exe, own);
    assert_int_equal(neap_guard_go(guard, 1), 0);
    expect(NEAP_GUARD_STARTED, 1);
    link_of(pid, "exe", exe, sizeof exe);
    assert_non_null(strstr(exe, "sleep"));
}

static void a_task_that_goes_at_once_needs_no_go(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c", "exit 3", NULL};
    const char *const nothing[] = {"/no/such/program", NULL};
    neap_guard_job job = {.program = argv[0],
                          .argv = argv,
                          .env = (const char *const *)environ,
                          .goes_at_once = true};

    assert_int_equal(neap_guard_spawn(guard, 1, &job), 0);
    forked(1);
    expect(NEAP_GUARD_STARTED, 1);
    exited(1, 3, false);
    reaped(1, false);
    job.program = nothing[0];
    job.argv = nothing;
    assert_int_equal(neap_guard_spawn(guard, 2, &job), 0);
    forked(2);
    failed(2, ENOENT);
}

static void requests_that_are_gathered_go_with_the_next_flush(void **state)
{
    neap_guard_gather(guard);
    SPAWN(1, "/bin/true");
    SPAWN(2, "/bin/true");
    assert_true(neap_guard_wants_write(guard));
    assert_int_equal(neap_guard_flush(guard), 0);
    assert_false(neap_guard_wants_write(guard));
    assert_true(forked(1) != forked(2));
    neap_guard_go(guard, 1);
    expect(NEAP_GUARD_STARTED, 1);
}

static void a_program_that_cannot_be_executed_fails_with_its_errno(void **state)
{
    SPAWN(1, "/no/such/program");
    forked(1);
    neap_guard_go(guard, 1);
    failed(1, ENOENT);
    SPAWN(2, "/tmp");
    forked(2);
    neap_guard_go(guard, 2);
    failed(2, EACCES);
    SPAWN(1, "/bin/true"); /* the tag is free again */
    started(1);
    exited(1, 0, false);
}

static void a_directory_that_is_not_there_fails_before_go(void **state)
{
    const char *const argv[] = {"/bin/true", NULL};

    spawn_in(1, "/no/such/directory", argv);
    forked(1);
    failed(1, ENOENT);
    assert_int_equal(neap_guard_go(guard, 1), 0); /* they crossed: nothing happens */
    spawn_in(2, "/usr", argv);
    started(2);
    exited(2, 0, false);
}

static void a_script_without_an_interpreter_is_run_by_the_shell(void **state)
{
    char path[] = "/tmp/neap-test-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "exit $(($# + 40))\n", 18), 18);
    assert_int_equal(fchmod(fd, 0755), 0);
    close(fd);
    SPAWN(1, path, "one", "two");
    started(1);
    exited(1, 42, false);
    unlink(path);
}

static void a_task_killed_before_its_go_exits_without_starting(void **state)
{
    pid_t pid;

    SPAWN(1, "/bin/true");
    pid = forked(1);
    kill(pid, SIGKILL);
    exited(1, SIGKILL, true);
    assert_int_equal(neap_guard_go(guard, 1), 0);
    reaped(1, false);
    SPAWN(2, "/bin/true");
    started(2);
    exited(2, 0, false);
}

static void two_hundred_tasks_start_and_end(void **state)
{
    enum { COUNT = 200 };
    int ends = 0;

    for (uint64_t tag = 1; tag <= COUNT; tag++)
        SHELL(tag, "exit 5");
    while (ends < COUNT) {
        neap_guard_event e = guard_event();

        assert_true(e.kind != NEAP_GUARD_FAILED && e.kind != NEAP_GUARD_LOST);
        if (e.kind == NEAP_GUARD_FORKED)
            assert_int_equal(neap_guard_go(guard, e.tag), 0);
        if (e.kind == NEAP_GUARD_EXITED) {
            assert_int_equal(e.code, 5);
            assert_int_equal(neap_guard_reap(guard, e.tag), 0);
        }
        ends += e.kind == NEAP_GUARD_REAPED;
    }
}

/* An exec's errno and the child's exit arrive together: the errno is what counts. */
static void two_hundred_tasks_fail_and_none_exits(void **state)
{
    enum { COUNT = 200 };
    int ends = 0;

    for (uint64_t tag = 1; tag <= COUNT; tag++)
        SPAWN(tag, "/no/such/program");
    while (ends < COUNT) {
        neap_guard_event e = guard_event();

        if (e.kind == NEAP_GUARD_FORKED) {
            assert_int_equal(neap_guard_go(guard, e.tag), 0);
            continue;
        }
        assert_int_equal(e.kind, NEAP_GUARD_FAILED);
        assert_int_equal(e.error, ENOENT);
        ends++;
    }
}

/* A job whose environment has `count` strings of 8000 bytes. */
static neap_guard_job big_job(int count)
{
    enum { COUNT_MAX = 600, SIZE = 8000 };
    static const char *const argv[] = {"/bin/sh", "-c", "exit 9", NULL};
    static const char *env[COUNT_MAX + 1];
    static char text[SIZE];

    memset(text, 'x', SIZE - 1);
    memcpy(text, "A=", 2);
    for (int i = 0; i < COUNT_MAX; i++)
        env[i] = i < count ? text : NULL;
    return (neap_guard_job){.program = argv[0], .argv = argv, .env = env};
}

static void a_request_beyond_the_socket_is_queued(void **state)
{
    neap_guard_job job = big_job(200);

    kill(neap_guard_pid(guard), SIGSTOP);
    assert_int_equal(neap_guard_spawn(guard, 1, &job), 0);
    assert_int_equal(neap_guard_spawn(guard, 2, &job), 0);
    assert_true(neap_guard_wants_write(guard));
    kill(neap_guard_pid(guard), SIGCONT);
    forked(1);
    forked(2);
    assert_false(neap_guard_wants_write(guard));
    neap_guard_go(guard, 2);
    expect(NEAP_GUARD_STARTED, 2);
    exited(2, 9, false);
}

static void a_job_beyond_all_bounds_is_refused(void **state)
{
    neap_guard_job job =
        big_job(400); /* more than Linux takes, but not more than we do */

    assert_int_equal(neap_guard_spawn(guard, 1, &job), 0);
    forked(1);
    neap_guard_go(guard, 1);
    failed(1, E2BIG);
    job = big_job(600);
    assert_int_equal(neap_guard_spawn(guard, 2, &job), -E2BIG);
    SPAWN(2, "/bin/true");
    started(2);
    exited(2, 0, false);
}

static void a_full_descriptor_table_fails_the_task_not_the_guard(void **state)
{
    char command[64];
    int held = 0;
    neap_guard_event e;

    snprintf(command, sizeof command, "prlimit --nofile=16: --pid %d",
             (int)neap_guard_pid(guard)); /* it had raised its own */
    assert_int_equal(system(command), 0);
    for (uint64_t tag = 1; tag <= 16; tag++)
        SPAWN(tag, "/bin/true");
    while ((e = guard_event()).kind == NEAP_GUARD_FORKED)
        held++;
    assert_true(held > 4);
    assert_int_equal(e.kind, NEAP_GUARD_FAILED);
    assert_int_equal(e.error, EMFILE);
    while (++held < 16)
        assert_int_equal(guard_event().kind, NEAP_GUARD_FAILED);
    neap_guard_go(guard, 1);
    expect(NEAP_GUARD_STARTED, 1);
    exited(1, 0, false);
    SPAWN(99, "/bin/true");
    started(99);
    exited(99, 0, false);
}

/* What a task finds. */

static int descriptors(pid_t pid)
{
    char path[64], link[64];
    int count = 0;

    for (int fd = 0; fd < 256; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
        count += readlink(path, link, sizeof link) > 0;
    }
    return count;
}

static bool has_three_descriptors(pid_t pid)
{
    return descriptors(pid) == 3; /* the loader's own come and go at first */
}

/* A new guard, started by a host whose stdin is `fd`. */
static void start_guard_on(int fd)
{
    int old = dup(STDIN_FILENO);

    neap_guard_close(guard);
    guard = NULL;
    dup2(fd, STDIN_FILENO);
    assert_int_equal(guard_set_up(NULL), 0);
    dup2(old, STDIN_FILENO);
    close(old);
}

static void the_descriptors_of_the_host_are_not_inherited(void **state)
{
    int leaks = fcntl(STDERR_FILENO, F_DUPFD, 100); /* without close-on-exec */
    char text[PATH_MAX];
    int line[2];
    pid_t pid;

    assert_int_equal(pipe(line), 0);
    start_guard_on(line[0]);
    SPAWN(1, "/bin/true"); /* starting beside it */
    forked(1);
    SPAWN(2, "/bin/sleep", "1000");
    pid = started(2);
    assert_true(process_await(has_three_descriptors, pid));
    /* 0 to 3, its signals, the runtime's pidfd, the line to task 1 */
    assert_int_equal(descriptors(neap_guard_pid(guard)), 7);
    link_of(pid, "fd/0", text, sizeof text);
    assert_string_equal(text, "/dev/null");
    close(leaks);
    close(line[0]);
    close(line[1]);
}

static void the_signals_of_the_host_are_not_inherited(void **state)
{
    char text[64];
    sigset_t set;
    pid_t pid;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGUSR2, SIG_IGN);
    start_guard_on(STDIN_FILENO);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    signal(SIGUSR2, SIG_DFL);
    SPAWN(1, "/bin/sleep", "1000");
    pid = started(1);
    process_status(pid, "SigBlk", text, sizeof text);
    assert_string_equal(text, "0000000000000000");
    process_status(pid, "SigCgt", text, sizeof text);
    assert_string_equal(text, "0000000000000000");
    process_status(pid, "SigIgn", text, sizeof text);
    assert_string_equal(text, "0000000000000001"); /* HUP */
}

static void a_task_leads_a_group_in_the_guards_session(void **state)
{
    neap_proc p;
    pid_t pid;

    SPAWN(1, "/bin/sleep", "1000");
    pid = forked(1);
    assert_int_equal(neap_proc_read(pid, &p), 0);
    assert_int_equal(p.group, pid);
    assert_int_equal(p.session, neap_guard_pid(guard));
    assert_int_equal(p.parent, neap_guard_pid(guard));
    assert_int_equal(neap_guard_go(guard, 1), 0);
    expect(NEAP_GUARD_STARTED, 1);
    assert_int_equal(sched_getscheduler(pid), BATCH);
    assert_int_equal(getsid(neap_guard_pid(guard)), neap_guard_pid(guard));
}

static void stdin_is_inherited_when_asked(void **state)
{
    const char *argv[] = {"/bin/sh", "-c", "read line; exit $line", NULL};
    neap_guard_job job = {.program = argv[0],
                          .argv = argv,
                          .env = (const char *const *)environ,
                          .inherit_stdin = true};
    int line[2];

    assert_int_equal(pipe(line), 0);
    start_guard_on(line[0]);
    assert_int_equal(neap_guard_spawn(guard, 1, &job), 0);
    started(1);
    assert_int_equal(write(line[1], "17\n", 3), 3);
    exited(1, 17, false);
    close(line[0]);
    close(line[1]);
}

static void a_task_starts_on_the_cpus_that_it_was_given(void **state)
{
    const char *argv[] = {"/bin/sleep", "1000", NULL};
    neap_os_cpuset all, one;
    neap_guard_job job = {.program = argv[0],
                          .argv = argv,
                          .env = (const char *const *)environ,
                          .cpus = &one};
    static neap_os_load idle;
    char wanted[64], got[64];

    assert_int_equal(neap_os_cpus_allowed(&all), 0);
    neap_os_cpus_choose(&all, &idle, &idle, 1, 1, &one);
    assert_int_equal(neap_guard_spawn(guard, 1, &job), 0);
    process_status(started(1), "Cpus_allowed_list", got, sizeof got);
    neap_os_cpuset_text(&one, wanted, sizeof wanted);
    assert_string_equal(got, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        guard_test(a_task_is_forked_started_and_ends_with_its_code),
        guard_test(a_task_that_a_signal_ends_says_which),
        guard_test(a_task_does_not_exec_before_its_go),
        guard_test(a_task_that_goes_at_once_needs_no_go),
        guard_test(requests_that_are_gathered_go_with_the_next_flush),
        guard_test(a_program_that_cannot_be_executed_fails_with_its_errno),
        guard_test(a_directory_that_is_not_there_fails_before_go),
        guard_test(a_script_without_an_interpreter_is_run_by_the_shell),
        guard_test(a_task_killed_before_its_go_exits_without_starting),
        guard_test(two_hundred_tasks_start_and_end),
        guard_test(two_hundred_tasks_fail_and_none_exits),
        guard_test(a_request_beyond_the_socket_is_queued),
        guard_test(a_job_beyond_all_bounds_is_refused),
        guard_test(a_full_descriptor_table_fails_the_task_not_the_guard),
        guard_test(the_descriptors_of_the_host_are_not_inherited),
        guard_test(the_signals_of_the_host_are_not_inherited),
        guard_test(a_task_leads_a_group_in_the_guards_session),
        guard_test(stdin_is_inherited_when_asked),
        guard_test(a_task_starts_on_the_cpus_that_it_was_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
