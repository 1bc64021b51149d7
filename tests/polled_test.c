/* polled_test.c - a host that never waits in neap, but asks it often for what is due.
 * ctest labels: process */
#include <neap/neap.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DEADLINE (10 * NEAP_S)

static void count(void *user, neap_runtime *rt, neap_timer id)
{
    ++*(int *)user;
}

static void it_hears_of_ends_and_timers(void **state)
{
    const char *argv[] = {"sleep", "0.05", NULL};
    neap_options o = {.size = sizeof o, .on_death = NEAP_DEATH_END};
    neap_job job = {.size = sizeof job, .argv = argv};
    neap_runtime *rt;
    neap_id id;
    neap_ns last;
    int timers = 0;

    assert_int_equal(neap_new(&rt, &o), 0);
    assert_int_equal(neap_spawn(rt, &job, &id), 0);
    assert_int_equal(neap_after(rt, NEAP_MS, count, &timers, NULL, NULL), 0);
    last = neap_now(rt) + DEADLINE;
    while (neap_find(rt, id) && neap_now(rt) < last) {
        poll(NULL, 0, 1);
        assert_int_equal(neap_run_for(rt, 0), 0);
    }
    assert_null(neap_find(rt, id));
    assert_int_equal(timers, 1);
    neap_free(rt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_hears_of_ends_and_timers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
