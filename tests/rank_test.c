/* rank_test.c - a runtime raises its thread where it is asked to, and gives it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <neap/neap.h>
#include <os/rank.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

static char told[512]; /* the last report that is no log line */

static void on_report(void *user, neap_runtime *rt, const neap_report *report)
{
    if (report->kind != NEAP_REPORT_LOG)
        strncpy(told, report->message, sizeof told - 1);
}

static neap_os_rank now(void)
{
    neap_os_rank rank;

    memset(&rank, 0, sizeof rank);
    assert_int_equal(neap_os_rank_get(&rank), 0);
    return rank;
}

static void assert_same(const neap_os_rank *a, const neap_os_rank *b)
{
    assert_int_equal(a->policy, b->policy);
    assert_int_equal(a->nice, b->nice);
    assert_int_equal(a->slice, b->slice);
    assert_int_equal(a->priority, b->priority);
}

static neap_runtime *make(neap_options o)
{
    neap_runtime *rt = NULL;

    o.size = sizeof o;
    o.on_report = on_report;
    told[0] = '\0';
    assert_int_equal(neap_new(&rt, &o), 0);
    assert_int_equal(neap_run_for(rt, 0), 0);
    return rt;
}

static void a_host_is_left_as_it_is(void **state)
{
    neap_os_rank before = now(), after;
    neap_runtime *rt = make((neap_options){.quantum = 0});

    after = now();
    assert_same(&before, &after);
    neap_free(rt);
}

static void a_process_of_our_own_is_raised_and_given_back(void **state)
{
    neap_os_rank before = now(), after;
    bool has_slices = neap_os_rank_slice(100 * NEAP_US) == 0;
    neap_runtime *rt;

    neap_os_rank_put(&before);
    rt = make((neap_options){.adopt = true});
    after = now();
    assert_int_equal(after.slice, has_slices ? 100 * NEAP_US : 0);
    if (geteuid() == 0)
        assert_int_equal(after.nice, -10);
    neap_free(rt);
    after = now();
    assert_same(&before, &after);
}

static void realtime_is_given_or_its_refusal_told(void **state)
{
    neap_os_rank before = now(), after;
    bool may = neap_os_rank_realtime() == 0;
    neap_runtime *rt;

    neap_os_rank_put(&before);
    rt = make((neap_options){.realtime = true});
    after = now();
    assert_int_equal(after.policy == SCHED_FIFO, may);
    assert_int_equal(told[0] == '\0', may);
    neap_free(rt);
    after = now();
    assert_same(&before, &after);
}

static void virtual_time_needs_no_rank(void **state)
{
    neap_os_rank before = now(), after;
    neap_runtime *rt = make(
        (neap_options){.clock = NEAP_CLOCK_VIRTUAL, .adopt = true, .realtime = true});

    after = now();
    assert_same(&before, &after);
    neap_free(rt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_left_as_it_is),
        cmocka_unit_test(a_process_of_our_own_is_raised_and_given_back),
        cmocka_unit_test(realtime_is_given_or_its_refusal_told),
        cmocka_unit_test(virtual_time_needs_no_rank),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
