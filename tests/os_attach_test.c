/* os_attach_test.c - which processes may be scheduled that we did not start.
 * ctest labels: process */
#include "process.h"

#include <errno.h>
#include <os/attach.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { NOBODY = 65534 };

static char why[256];
static neap_os_attached found;

static int check(pid_t pid, pid_t guard)
{
    why[0] = '\0';
    return neap_os_attach_check(pid, guard, &found, why, sizeof why);
}

static void refused(pid_t pid, pid_t guard, int error, const char *part)
{
    assert_int_equal(check(pid, guard), -error);
    if (!strstr(why, part))
        fail_msg("\"%s\" lacks \"%s\"", why, part);
}

static void a_process_is_described(void **state)
{
    pid_t pid = process_sh("sleep 100 & wait");

    assert_true(process_await(process_has_child, pid));
    assert_int_equal(check(pid, 0), 0);
    assert_int_equal(found.who.pid, pid);
    assert_true(found.owns_group);
    assert_false(found.parent_notices);
}

static pid_t child;

static void remember(void *user, pid_t pid)
{
    child = pid;
}

static void a_parent_that_is_not_us_notices(void **state)
{
    pid_t pid = process_sh("sleep 100; true");

    assert_true(process_await(process_has_child, pid));
    neap_proc_children(pid, remember, NULL);
    assert_int_equal(check(child, 0), 0);
    assert_true(found.parent_notices);
    assert_string_equal(found.parent, "sh");
    assert_false(found.owns_group); /* its parent leads it */
}

/* As a pipeline of a shell: who leads the group is not the parent of the rest. */
static void a_group_that_others_are_in_is_not_its_own(void **state)
{
    pid_t first = process_sh("sleep 100 & wait"), second = fork();

    if (second == 0) {
        setpgid(0, first);
        execl("/bin/sleep", "sleep", "100", (char *)NULL);
        _exit(127);
    }
    assert_true(second > 0);
    setpgid(second, first); /* or it has done so, and has exec'd */
    check(first, 0);
    kill(second, SIGKILL);
    waitpid(second, NULL, 0);
    assert_int_equal(found.who.pid, first);
    assert_false(found.owns_group);
    assert_int_equal(check(first, 0), 0);
    assert_true(found.owns_group);
}

static void those_that_must_not_be_held_are_refused(void **state)
{
    pid_t task = process_sh("sleep 100 & wait");

    refused(0, 0, EINVAL, "no process");
    refused(-5, 0, EINVAL, "no process");
    refused(1, 0, EINVAL, "the first of the system");
    refused(getpid(), 0, EINVAL, "neap itself");
    refused(1 << 22, 0, ESRCH, "there is no process 4194304");
    if (getppid() > 1)
        refused(getppid(), 0, EINVAL, "an ancestor of neap");
    refused(task, task, EINVAL, "the guard of this run");
    assert_true(process_await(process_has_child, task));
    neap_proc_children(task, remember, NULL);
    refused(child, task, EBUSY, "belongs to a task of this run already");
}

static void *sleep_on(void *user)
{
    for (;;)
        pause();
    return NULL;
}

static pid_t other_thread;

static void remember_other(void *user, pid_t thread)
{
    other_thread = thread == getpid() ? other_thread : thread;
}

static void a_thread_is_refused(void **state)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, sleep_on, NULL), 0);
    neap_proc_threads(getpid(), remember_other, NULL);
    refused(other_thread, 0, EINVAL, "is a thread of another process");
    pthread_cancel(thread);
    pthread_join(thread, NULL);
}

static void one_that_has_ended_is_refused(void **state)
{
    pid_t pid = process_sh("exit 0");

    assert_true(process_await(process_is_gone, pid));
    refused(pid, 0, ESRCH, "or it has ended");
}

/* Asked by a child that is nobody. */
static void another_users_process_is_refused(void **state)
{
    pid_t other = process_sh("sleep 100"), asker;
    int status = 0;

    if (geteuid() != 0)
        skip();
    asker = fork();
    if (asker == 0) {
        if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
            _exit(2);
        _exit(check(other, 0) == -EPERM && strstr(why, "another user's") ? 0 : 1);
    }
    assert_int_equal(waitpid(asker, &status, 0), asker);
    assert_int_equal(status, 0);
}

static void ends_with(const char *script, int code, bool signalled)
{
    pid_t pid = process_sh(script); /* ready for USR1 when it has a child, or sleeps */
    int fd, got_code = -1;
    bool got_signal = false;
    struct pollfd end = {.events = POLLIN};

    assert_true(process_await(signalled ? process_sleeps : process_has_child, pid));
    assert_int_equal(check(pid, 0), 0);
    fd = neap_os_attach_open(&found.who);
    if (fd == -ENOSYS)
        skip();
    assert_true(fd >= 0);
    assert_int_equal(neap_os_attach_code(fd, &found.who, &got_code, &got_signal),
                     -EAGAIN);
    kill(pid, SIGUSR1);
    end.fd = fd;
    assert_int_equal(poll(&end, 1, 5000), 1);
    /* a zombie of our user's tells */
    assert_int_equal(neap_os_attach_code(fd, &found.who, &got_code, &got_signal), 0);
    assert_int_equal(got_code, code);
    assert_int_equal(got_signal, signalled);
    process_take_away(pid);
    got_code = -1;
    switch (neap_os_attach_code(fd, &found.who, &got_code, &got_signal)) {
    case 0:
        assert_int_equal(got_code, code);
        assert_int_equal(got_signal, signalled);
        break;
    case -ENOENT: /* before Linux 6.15 */
        break;
    default:
        fail_msg("neither its end nor that nobody tells");
    }
    close(fd);
}

/* The shell waits for USR1, which ends the wait and with it the script. */
static void its_end_is_noticed_and_told_as_far_as_the_kernel_tells(void **state)
{
    ends_with("trap 'exit 3' USR1; trap 'kill $!' EXIT; sleep 100 & wait", 3, false);
    ends_with("trap 'exit 0' USR1; trap 'kill $!' EXIT; sleep 100 & wait", 0, false);
    ends_with("exec sleep 100", SIGUSR1, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        process_test(a_process_is_described),
        process_test(a_parent_that_is_not_us_notices),
        process_test(a_group_that_others_are_in_is_not_its_own),
        process_test(those_that_must_not_be_held_are_refused),
        process_test(a_thread_is_refused),
        process_test(one_that_has_ended_is_refused),
        process_test(another_users_process_is_refused),
        process_test(its_end_is_noticed_and_told_as_far_as_the_kernel_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
