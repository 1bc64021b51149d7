/* os_guard_keeper_test.c - the guard is gone, or as good as gone: its keeper has its
 * tasks.
 * ctest labels: process */
#include "guarding.h"

#include <errno.h>
#include <guard/proc.h>
#include <os/record.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static neap_record *record;

static int with_a_keeper(void **state)
{
    neap_guard_options options = {
        .on_death = NEAP_GUARD_END, .grace = GUARDING_GRACE, .keeper = true};

    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (neap_record_open(&record, true, GUARDING_GRACE) != 0)
        return -1;
    options.record = record;
    return neap_guard_open(&guard, guard_program(), &options);
}

static int without(void **state)
{
    int r = guard_tear_down(state);

    neap_record_close(record);
    return r;
}

#define keeper_test(f) cmocka_unit_test_setup_teardown(f, with_a_keeper, without)

/* The keeper is told of task 1, tells of its end, and takes it away. */
static void assert_goes_on(pid_t pid)
{
    neap_proc task;

    expect(NEAP_GUARD_MOVED, 0);
    assert_int_equal(neap_proc_read(pid, &task), 0);
    assert_true(neap_proc_lives(&task));
    assert_int_equal(task.parent, neap_guard_pid(guard));
    assert_int_equal(neap_guard_adopt(guard, 1, pid, NEAP_GUARD_WAS_RUNNING), 0);
    assert_int_equal(neap_guard_take(guard), 0);
    kill(pid, SIGKILL);
    exited(1, SIGKILL, true);
    reaped(1, false);
}

static void a_guard_that_is_killed(void **state)
{
    pid_t pid;

    SPAWN(1, "/bin/sleep", "1000");
    pid = started(1);
    kill(neap_guard_worker(guard), SIGKILL);
    assert_goes_on(pid);
}

/* It sees that its socket ends, takes us for dead, and would end its tasks. */
static void a_guard_that_cannot_be_asked(void **state)
{
    pid_t pid, worker = neap_guard_worker(guard);

    SPAWN(1, "/bin/sleep", "1000");
    pid = started(1);
    kill(worker, SIGSTOP);
    assert_true(process_await(process_is_stopped, worker));
    shutdown(neap_guard_fd(guard), SHUT_WR);
    assert_int_equal(neap_guard_go(guard, 1), -EPIPE);
    kill(worker, SIGCONT);
    assert_true(process_await(process_is_gone, worker));
    assert_goes_on(pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        keeper_test(a_guard_that_is_killed),
        keeper_test(a_guard_that_cannot_be_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
