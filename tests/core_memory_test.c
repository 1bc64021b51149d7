/* core_memory_test.c - what a task costs in memory, and that it comes back. */
#include "rig.h"
#include <malloc.h>
#include <stdlib.h>

enum { MANY = 100000, BYTES = 200 };

/* All that malloc has given out, with what it needs for itself. */
static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* A sanitizer's malloc does not tell. */
static void needs_figures(void)
{
    size_t before = in_use();
    void *volatile some = malloc(10000);
    bool told = in_use() >= before + 10000;

    free(some);
    if (!told)
        skip();
}

static neap_core *a_core(const char *policy, size_t max_alive)
{
    neap_core_options o = {.policy = neap_policy_find(policy),
                           .fallback = neap_policy_find("fair"),
                           .quantum = SIM_QUANTUM,
                           .cpus = 1,
                           .max_alive = max_alive,
                           .seed = 1};
    neap_core *c;

    assert_int_equal(neap_core_new(&c, &o, 0), 0);
    return c;
}

static neap_task *add(neap_core *c)
{
    neap_spec spec = {.size = sizeof spec};
    neap_task *t;

    assert_int_equal(neap_core_add(c, 0, &spec, NEAP_VIRTUAL, &t), 0);
    return t;
}

static void decide(neap_core *c, neap_ns now)
{
    const neap_order *orders;

    neap_core_decide(c, now, &orders);
}

/* Looked at all the way: a table costs most when it has just grown. */
static void a_ready_task_costs_at_most_200_bytes(void **state)
{
    neap_core *c;
    size_t before;

    needs_figures();
    before = in_use();
    c = a_core("fair", 0);
    for (size_t i = 1; i <= MANY; i++) {
        add(c);
        if (i >= MANY / 4 && i % 100 == 0)
            assert_in_range(in_use() - before, 0, i * BYTES);
    }
    neap_core_free(c);
}

static void a_change_of_policy_keeps_the_bound(void **state)
{
    neap_core *c;
    size_t before;

    needs_figures();
    before = in_use();
    c = a_core("rr", 0);
    for (size_t i = 0; i < MANY; i++)
        add(c);
    decide(c, 0);
    assert_int_equal(neap_core_set_policy(c, 0, neap_policy_find("fair"), NULL), 0);
    decide(c, SIM_QUANTUM);
    assert_in_range(in_use() - before, 0, (size_t)MANY * BYTES);
    neap_core_free(c);
}

static void what_tasks_cost_comes_back_when_they_go(void **state)
{
    neap_core *c;
    size_t before, full, left;

    needs_figures();
    before = in_use();
    c = a_core("fair", 0);
    for (size_t i = 0; i < MANY; i++)
        add(c);
    decide(c, 0);
    full = in_use() - before;
    for (neap_id id = 1; id <= MANY; id++) {
        neap_task *t = neap_core_find(c, id);

        neap_core_ended(c, 0, t, NEAP_HOW_EXIT, 0);
        if (id % 1000 == 0)
            decide(c, 0);
        neap_core_forget(c, t);
    }
    left = in_use() - before;
    assert_in_range(left, 0, full / 3); /* the tables have room for as many again */
    neap_core_free(c);
}

/* Ids of those that are left are found, and only they, whatever holes there are. */
static void who_is_left_is_found_among_holes(void **state)
{
    static neap_task *by_id[4001];
    neap_core *c = a_core("fair", 0);
    uint64_t chance = 1;
    neap_id last = 0;

    while (last < 4000) {
        neap_id gone = last - 3;

        last = (by_id[last + 1] = add(c))->id;
        chance = chance * 6364136223846793005u + 1442695040888963407u;
        if (last > 50 && chance >> 61) { /* seven of eight: the table is packed */
            neap_core_ended(c, 0, by_id[gone], NEAP_HOW_EXIT, 0);
            neap_core_forget(c, by_id[gone]);
            by_id[gone] = NULL;
        }
        if (last % 100 == 0)
            decide(c, 0);
    }
    for (neap_id id = 1, next; id <= last; id++) {
        assert_ptr_equal(neap_core_find(c, id), by_id[id]);
        for (next = id + 1; next <= last && !by_id[next];)
            next++;
        assert_ptr_equal(neap_core_after(c, id), next <= last ? by_id[next] : NULL);
    }
    assert_null(neap_core_find(c, 0));
    assert_null(neap_core_find(c, last + 1));
    neap_core_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ready_task_costs_at_most_200_bytes),
        cmocka_unit_test(a_change_of_policy_keeps_the_bound),
        cmocka_unit_test(what_tasks_cost_comes_back_when_they_go),
        cmocka_unit_test(who_is_left_is_found_among_holes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
