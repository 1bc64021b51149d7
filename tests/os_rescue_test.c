/* os_rescue_test.c - whom a record of a dead runtime means, by what it had noted.
 *
 * ctest labels: process
 */
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <os/children.h>
#include <os/record.h>
#include <os/rescue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LEADER, NOTED, OTHER, MEMBERS };

static pid_t member_of(pid_t group)
{
    pid_t pid = fork();

    if (pid == 0) {
        setpgid(0, group);
        for (;;)
            pause();
    }
    setpgid(pid, group);
    return pid;
}

/* Holds a group that is noted with one of its members, which is no leader and ends;
 * then it is killed. */
static _Noreturn void be_a_runtime(int line)
{
    neap_record *record;
    pid_t pids[MEMBERS];
    int entry;

    if (neap_record_open(&record, false, NEAP_S) != 0)
        _exit(1);
    pids[LEADER] = member_of(0);
    pids[NOTED] = member_of(pids[LEADER]);
    pids[OTHER] = member_of(pids[LEADER]);
    entry = neap_record_put(record, &(neap_record_entry){.pid = pids[NOTED],
                                                         .group = pids[LEADER],
                                                         .session = getsid(0)});
    neap_record_hold(record, entry);
    kill(-pids[LEADER], SIGSTOP);
    process_await(process_is_stopped, pids[LEADER]);
    process_await(process_is_stopped, pids[OTHER]);
    kill(pids[NOTED], SIGKILL);
    waitpid(pids[NOTED], NULL, 0);
    if (write(line, pids, sizeof pids) != (ssize_t)sizeof pids)
        _exit(1);
    raise(SIGKILL);
    _exit(1);
}

/* We take its processes over in its session: the kernel lets them be. */
static void die(pid_t pids[MEMBERS])
{
    int line[2];
    pid_t pid;

    assert_int_equal(neap_os_adopt_orphans(), 0);
    assert_int_equal(pipe(line), 0);
    pid = fork();
    if (pid == 0)
        be_a_runtime(line[1]);
    close(line[1]);
    assert_int_equal(read(line[0], pids, MEMBERS * sizeof *pids),
                     MEMBERS * sizeof *pids);
    close(line[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_group_lives_on_without_the_member_that_it_was_noted_with(void **state)
{
    char dir[] = "/tmp/neap-rescue-XXXXXX", path[64];
    pid_t pids[MEMBERS];

    assert_non_null(mkdtemp(dir));
    setenv("XDG_RUNTIME_DIR", dir, 1);
    die(pids);
    assert_true(process_is_stopped(pids[LEADER]));
    assert_true(process_is_stopped(pids[OTHER]));
    assert_int_equal(neap_os_rescue(NEAP_OS_RESCUE_CONTINUE, 0, NULL, NULL), 2);
    assert_false(process_is_stopped(pids[LEADER]));
    assert_false(process_is_stopped(pids[OTHER]));
    kill(-pids[LEADER], SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    snprintf(path, sizeof path, "%s/neap", dir);
    rmdir(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_lives_on_without_the_member_that_it_was_noted_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
