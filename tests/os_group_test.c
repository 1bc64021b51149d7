/* os_group_test.c - signals to process groups. ctest labels: process */
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <os/os.h>
#include <signal.h>
#include <unistd.h>

static void everybody_init_and_ourselves_are_refused(void **state)
{
    assert_int_equal(neap_os_group_signal(0, 0), -EINVAL);
    assert_int_equal(neap_os_group_signal(1, 0), -EINVAL);
    assert_int_equal(neap_os_group_signal(-1, 0), -EINVAL);
    assert_int_equal(neap_os_group_signal(-5, 0), -EINVAL);
    assert_int_equal(neap_os_group_signal(getpgrp(), 0), -EINVAL);
}

static void a_group_is_stopped_and_goes_on_as_one(void **state)
{
    pid_t leader = process_sh("sleep 1000 & wait");

    assert_true(process_await(process_has_child, leader));
    assert_int_equal(neap_os_group_signal(leader, SIGSTOP), 0);
    assert_true(process_await(process_is_stopped, leader));
    assert_int_equal(neap_os_group_signal(leader, SIGCONT), 0);
    assert_true(process_await(process_sleeps, leader));
    process_end(leader);
}

static void a_group_that_nobody_is_in_is_told(void **state)
{
    pid_t leader = process_sh("exit 0");

    process_take_away(leader);
    assert_int_equal(neap_os_group_signal(leader, SIGCONT), -ESRCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        process_test(everybody_init_and_ourselves_are_refused),
        process_test(a_group_is_stopped_and_goes_on_as_one),
        process_test(a_group_that_nobody_is_in_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
