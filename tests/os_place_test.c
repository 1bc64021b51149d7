/* os_place_test.c - sets of CPUs, how busy they are, who may use them. ctest labels:
 * process */
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <os/os.h>
#include <string.h>

static neap_os_cpuset of(const int *cpus, size_t count)
{
    neap_os_cpuset set = {.word = {0}};

    for (size_t i = 0; i < count; i++)
        set.word[cpus[i] / 64] |= (uint64_t)1 << (cpus[i] % 64);
    return set;
}

#define SET(...)                                                                       \
    of((const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static bool same(const neap_os_cpuset *a, neap_os_cpuset b)
{
    return memcmp(a, &b, sizeof b) == 0;
}

static void a_set_is_written_as_ranges(void **state)
{
    neap_os_cpuset set = SET(0, 1, 2, 3, 8, 63, 64, 1023), none = {.word = {0}};
    char text[64];

    neap_os_cpuset_text(&set, text, sizeof text);
    assert_string_equal(text, "0-3,8,63-64,1023");
    assert_int_equal(neap_os_cpuset_count(&set), 8);
    neap_os_cpuset_text(&none, text, sizeof text);
    assert_string_equal(text, "");
    neap_os_cpuset_text(&set, text, 5); /* cut, but ended */
    assert_string_equal(text, "0-3,");
}

static void we_may_use_at_least_one_cpu(void **state)
{
    neap_os_cpuset set;

    assert_int_equal(neap_os_cpus_allowed(&set), 0);
    assert_true(neap_os_cpuset_count(&set) >= 1);
}

static void the_least_busy_are_chosen(void **state)
{
    static neap_os_load from, to;
    neap_os_cpuset allowed = SET(1, 2, 3, 70), out;

    from.busy_ticks[1] = to.busy_ticks[1] = 1000; /* busy once, idle now */
    to.busy_ticks[2] = 5;
    to.busy_ticks[3] = 2;
    to.busy_ticks[70] = 9;
    neap_os_cpus_choose(&allowed, &from, &to, 2, 0, &out);
    assert_true(same(&out, SET(1, 3)));
    neap_os_cpus_choose(&allowed, &from, &to, 9, 0, &out); /* more than there are */
    assert_true(same(&out, allowed));
}

static void ties_are_broken_by_the_seed(void **state)
{
    static neap_os_load idle;
    neap_os_cpuset allowed = SET(0, 1), out;
    int zero = 0;

    for (uint32_t seed = 0; seed < 100; seed++) {
        neap_os_cpus_choose(&allowed, &idle, &idle, 1, seed, &out);
        assert_int_equal(neap_os_cpuset_count(&out), 1);
        zero += same(&out, SET(0));
    }
    assert_in_range(zero, 30, 70);
}

static void the_load_grows(void **state)
{
    static neap_os_load load;
    uint64_t sum = 0;

    assert_int_equal(neap_os_load_read(&load), 0);
    for (int cpu = 0; cpu < NEAP_OS_CPUS_MAX; cpu++)
        sum += load.busy_ticks[cpu];
    assert_true(sum > 0);
}

static bool has_two_groups(pid_t root)
{
    pid_t groups[4];

    return neap_os_tree_groups(root, groups, 4) == 2;
}

static void a_tree_is_placed_with_all_that_is_in_it(void **state)
{
    pid_t root = process_sh("setsid -w sleep 1000 & wait"), child = 0;
    neap_os_cpuset all, one = {.word = {0}};
    static neap_os_load idle;
    char wanted[64], got[64];
    pid_t groups[4];

    assert_true(process_await(process_has_child, root));
    assert_int_equal(neap_os_cpus_allowed(&all), 0);
    neap_os_cpus_choose(&all, &idle, &idle, 1, 1, &one);
    neap_os_cpuset_text(&one, wanted, sizeof wanted);
    assert_int_equal(neap_os_tree_place(root, &one), 0);
    process_status(root, "Cpus_allowed_list", got, sizeof got);
    assert_string_equal(got, wanted);
    assert_true(process_await(has_two_groups, root));
    neap_os_tree_groups(root, groups, 4);
    child = groups[0] == root ? groups[1] : groups[0];
    process_status(child, "Cpus_allowed_list", got, sizeof got);
    assert_string_equal(got, wanted);
    process_end(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        process_test(a_set_is_written_as_ranges),
        process_test(we_may_use_at_least_one_cpu),
        process_test(the_least_busy_are_chosen),
        process_test(ties_are_broken_by_the_seed),
        process_test(the_load_grows),
        process_test(a_tree_is_placed_with_all_that_is_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
