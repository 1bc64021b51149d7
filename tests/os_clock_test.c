/* os_clock_test.c - the clocks and the tick. ctest labels: process */
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <os/os.h>
#include <poll.h>
#include <unistd.h>

static bool fires(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, ms) == 1;
}

static void time_goes_forward(void **state)
{
    neap_ns before = neap_os_now();

    assert_true(before > 0);
    assert_true(neap_os_now() >= before);
}

static void what_a_process_used_is_told_also_of_a_zombie(void **state)
{
    pid_t pid = process_sh("i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done");
    neap_ns used = 0;

    assert_true(process_await(process_is_gone, pid));
    assert_int_equal(neap_os_process_cpu(pid, &used), 0);
    assert_true(used > NEAP_MS);
    process_take_away(pid);
    assert_int_equal(neap_os_process_cpu(pid, &used), -ESRCH);
}

static void our_own_thread_is_charged(void **state)
{
    neap_ns before = neap_os_thread_cpu(), until = neap_os_now() + 5 * NEAP_MS;

    while (neap_os_now() < until)
        ;
    assert_true(neap_os_thread_cpu() > before);
}

static void the_tick_comes_at_its_time(void **state)
{
    int fd = neap_os_tick_new();
    neap_ns at = neap_os_now() + 20 * NEAP_MS;

    assert_true(fd >= 0);
    assert_int_equal(neap_os_tick_arm(fd, at, NEAP_S), 0);
    assert_true(fires(fd, 5000));
    assert_true(neap_os_now() >= at);
    neap_os_tick_read(fd);
    assert_false(fires(fd, 0));
    neap_os_tick_close(fd);
}

static void a_time_that_is_past_ticks_at_once(void **state)
{
    int fd = neap_os_tick_new();

    assert_int_equal(neap_os_tick_arm(fd, 0, NEAP_S), 0);
    assert_true(fires(fd, 5000));
    neap_os_tick_read(fd);
    neap_os_tick_close(fd);
}

static void forever_turns_it_off(void **state)
{
    int fd = neap_os_tick_new();

    assert_int_equal(neap_os_tick_arm(fd, neap_os_now() + 5 * NEAP_MS, NEAP_S), 0);
    assert_int_equal(neap_os_tick_arm(fd, NEAP_FOREVER, NEAP_S), 0);
    assert_false(fires(fd, 20));
    neap_os_tick_read(fd); /* nothing there: does not wait */
    neap_os_tick_close(fd);
}

/* Each reading is half a period after a tick: a timer that went on from there would have
 * lost some in the end. */
static void late_readings_move_no_later_tick(void **state)
{
    const neap_ns every = 4 * NEAP_MS;
    int fd = neap_os_tick_new();
    neap_ns at = neap_os_now() + every, grid = 0;
    uint64_t ticks = 0;

    assert_int_equal(neap_os_tick_arm(fd, at, every), 0);
    for (int i = 0; i < 8; i++) {
        while (neap_os_now() < at + 2 * i * every + every / 2)
            poll(NULL, 0, 1);
        assert_true(fires(fd, 5000));
        grid = (neap_os_now() - at) / every + 1;
        ticks += neap_os_tick_read(fd);
        assert_true((neap_ns)ticks <= (neap_os_now() - at) / every + 1);
    }
    assert_true((neap_ns)ticks >= grid - 1);
    neap_os_tick_close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        process_test(time_goes_forward),
        process_test(what_a_process_used_is_told_also_of_a_zombie),
        process_test(our_own_thread_is_charged),
        process_test(the_tick_comes_at_its_time),
        process_test(a_time_that_is_past_ticks_at_once),
        process_test(forever_turns_it_off),
        process_test(late_readings_move_no_later_tick),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
