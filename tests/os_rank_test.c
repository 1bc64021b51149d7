/* os_rank_test.c - a thread is raised, and is afterwards what it was before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <os/rank.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static neap_os_rank before;

static int keep(void **state)
{
    return neap_os_rank_get(&before);
}

static int put_back(void **state)
{
    return neap_os_rank_put(&before);
}

static neap_os_rank now(void)
{
    neap_os_rank rank;

    memset(&rank, 0, sizeof rank);
    assert_int_equal(neap_os_rank_get(&rank), 0);
    return rank;
}

static void assert_as_before(void)
{
    neap_os_rank after = now();

    assert_int_equal(after.policy, before.policy);
    assert_int_equal(after.nice, before.nice);
    assert_int_equal(after.priority, before.priority);
    assert_int_equal(after.slice, before.slice);
    if (geteuid() == 0)
        assert_int_equal(after.flags, before.flags);
}

static void looking_changes_nothing(void **state)
{
    assert_as_before();
    assert_int_equal(before.slice, 0);
    assert_as_before();
}

static void a_slice_is_asked_for_and_given_back(void **state)
{
    int r = neap_os_rank_slice(100 * NEAP_US);

    if (r == -ENOTSUP)
        skip();
    assert_int_equal(r, 0);
    assert_int_equal(now().slice, 100 * NEAP_US);
    assert_int_equal(now().slice, 100 * NEAP_US);
    assert_int_equal(now().nice, before.nice);
    assert_int_equal(neap_os_rank_put(&before), 0);
    assert_as_before();
}

static void nice_goes_down_as_far_as_it_may(void **state)
{
    int r = neap_os_rank_nice(-10);

    if (r == -EPERM) {
        assert_int_not_equal(geteuid(), 0);
        skip();
    }
    assert_int_equal(r, 0);
    assert_int_equal(now().nice, -10);
    assert_int_equal(now().slice, before.slice);
    assert_int_equal(neap_os_rank_put(&before), 0);
    assert_as_before();
}

static void nice_is_never_raised(void **state)
{
    neap_os_rank_nice(-5);

    int32_t low = now().nice;

    assert_int_equal(neap_os_rank_nice(3), 0);
    assert_int_equal(now().nice, low);
}

static void realtime_is_left_again(void **state)
{
    int r = neap_os_rank_realtime();

    if (r == -EPERM)
        skip();
    assert_int_equal(r, 0);
    assert_int_equal(now().policy, SCHED_FIFO);
    assert_int_equal(neap_os_rank_slice(100 * NEAP_US), -ENOTSUP);
    assert_int_equal(neap_os_rank_put(&before), 0);
    assert_as_before();
}

#define put_back_after(f) cmocka_unit_test_setup_teardown(f, keep, put_back)

int main(void)
{
    const struct CMUnitTest tests[] = {
        put_back_after(looking_changes_nothing),
        put_back_after(a_slice_is_asked_for_and_given_back),
        put_back_after(nice_goes_down_as_far_as_it_may),
        put_back_after(nice_is_never_raised),
        put_back_after(realtime_is_left_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
