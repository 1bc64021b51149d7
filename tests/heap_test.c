/* heap_test.c - the heap and the FIFO that policies hold tasks in, against a naive
 * array. */
#include "sim.h"
#include <string.h>

enum { TASKS = 200 };

/* A policy whose init makes the heap under test, in a core with room for the tasks. */
static neap_heap heap;

static int heap_owner_init(neap_ctx *c, const neap_params *params)
{
    return neap_heap_init(c, &heap);
}

static const neap_policy heap_owner = {.name = "heap_owner", .init = heap_owner_init};

static neap_task task[TASKS];
static const neap_about nothing, second = {.affinity = &(const uint64_t){2}};

static void zero_tasks(void)
{
    memset(task, 0, sizeof task);
    for (int i = 0; i < TASKS; i++) {
        task[i].id = (neap_id)i + 1;
        task[i].about = &nothing;
    }
}

static sim with_heap(void)
{
    sim s = sim_of_table(&heap_owner, .cpus = 1);

    for (int i = 0; i < TASKS; i++)
        sim_plain(&s); /* makes room */
    zero_tasks();
    return s;
}

static uint64_t chance;

static int below(int n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (int)(chance % (uint64_t)n);
}

/* The model: who is in, with which key and which rank among equal keys. */
static struct {
    neap_task *task;
    int64_t key, rank;
} in[TASKS];
static int count;
static int64_t back, front;

static int least(int cpu)
{
    int best = -1;

    for (int i = 0; i < count; i++) {
        if (neap_task_may_use(in[i].task, cpu) &&
            (best < 0 || in[i].key < in[best].key ||
             (in[i].key == in[best].key && in[i].rank < in[best].rank)))
            best = i;
    }
    return best;
}

static void leave(int i)
{
    in[i] = in[--count];
}

static void check_heap(void)
{
    int best = least(1); /* which all may use */

    assert_int_equal(heap.count, count);
    assert_ptr_equal(neap_heap_first(&heap), best < 0 ? NULL : in[best].task);
    for (size_t i = 0; i < heap.count; i++)
        assert_int_equal(heap.entry[i].task->at, i + 1);
    for (int i = 0; i < TASKS; i++) {
        if (task[i].at)
            assert_ptr_equal(heap.entry[task[i].at - 1].task, &task[i]);
    }
}

static void push(neap_task *t, int64_t key, bool to_front)
{
    if (t->at || count == TASKS)
        return;
    in[count].task = t;
    in[count].key = key;
    in[count++].rank = to_front ? --front : ++back;
    if (to_front)
        neap_heap_push_front(&heap, t, key);
    else
        neap_heap_push(&heap, t, key);
}

static void take(int cpu)
{
    int best = least(cpu);
    neap_task *t = neap_heap_take(&heap, cpu);

    assert_ptr_equal(t, best < 0 ? NULL : in[best].task);
    if (!t)
        return;
    assert_int_equal(t->at, 0);
    leave(best);
}

static int64_t some_key(void)
{
    static const int64_t extreme[] = {INT64_MIN, INT64_MAX, -1, 0};

    return below(20) ? below(30) - 15 : extreme[below(4)];
}

static void operate(void)
{
    int i = count ? below(count) : -1;

    switch (below(6)) {
    case 0:
    case 1:
        push(&task[below(TASKS)], some_key(), false);
        break;
    case 2:
        push(&task[below(TASKS)], some_key(), true);
        break;
    case 3:
        take(below(2));
        break;
    case 4:
        if (i >= 0) {
            neap_heap_remove(&heap, in[i].task);
            assert_int_equal(in[i].task->at, 0);
            leave(i);
        }
        break;
    default:
        if (i >= 0) {
            in[i].key = some_key();
            neap_heap_rekey(&heap, in[i].task, in[i].key);
        }
    }
}

static void a_heap_does_what_a_search_would(void **state)
{
    sim s = with_heap();

    chance = 12345;
    count = 0;
    back = front = 0;
    for (int i = 0; i < TASKS; i += 7)
        task[i].about = &second;
    for (int i = 0; i < 100000; i++) {
        operate();
        if (i % 16 == 0)
            check_heap();
    }
    while (count)
        take(1);
    assert_int_equal(heap.count, 0);
    assert_null(neap_heap_take(&heap, 0));
    assert_null(neap_heap_first(&heap));
    sim_end(&s);
}

static void equal_keys_leave_in_order_of_arrival(void **state)
{
    sim s = with_heap();

    for (int i = 0; i < TASKS; i++)
        neap_heap_push(&heap, &task[i], 7);
    neap_heap_remove(&heap, &task[100]);
    neap_heap_push_front(&heap, &task[100], 7);
    assert_ptr_equal(neap_heap_take(&heap, 0), &task[100]);
    for (int i = 0; i < TASKS; i++) {
        if (i != 100)
            assert_ptr_equal(neap_heap_take(&heap, 0), &task[i]);
    }
    sim_end(&s);
}

static void another_key_keeps_the_rank_of_arrival(void **state)
{
    sim s = with_heap();

    for (int i = 0; i < 3; i++)
        neap_heap_push(&heap, &task[i], 5);
    neap_heap_rekey(&heap, &task[0], 9);
    neap_heap_rekey(&heap, &task[0], 5);
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(neap_heap_take(&heap, 0), &task[i]);
    sim_end(&s);
}

static void a_heap_grows_with_the_runtime(void **state)
{
    sim s = sim_of_table(&heap_owner, .cpus = 1);

    for (int i = 0; i < 1000; i++) {
        sim_plain(&s);
        assert_true(heap.room >= (size_t)i + 1);
    }
    sim_end(&s);
}

/* The FIFO. */

static void a_fifo_keeps_the_order(void **state)
{
    neap_fifo q = {NULL, NULL};

    zero_tasks();
    for (int i = 0; i < 5; i++)
        neap_fifo_push(&q, &task[i]);
    neap_fifo_remove(&q, &task[2]);
    neap_fifo_remove(&q, &task[4]);
    neap_fifo_push_front(&q, &task[4]);
    task[4].about = &second;
    assert_ptr_equal(neap_fifo_take(&q, 0), &task[0]);
    assert_ptr_equal(neap_fifo_take(&q, 1), &task[4]);
    assert_ptr_equal(neap_fifo_take(&q, 0), &task[1]);
    assert_ptr_equal(neap_fifo_take(&q, 0), &task[3]);
    assert_null(neap_fifo_take(&q, 0));
    assert_null(q.first);
    assert_null(q.last);
    neap_fifo_push_front(&q, &task[2]);
    neap_fifo_push(&q, &task[1]);
    assert_ptr_equal(q.first, &task[2]);
    assert_ptr_equal(q.last, &task[1]);
    neap_fifo_remove(&q, &task[2]);
    neap_fifo_remove(&q, &task[1]);
    assert_null(q.first);
    assert_null(q.last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_does_what_a_search_would),
        cmocka_unit_test(equal_keys_leave_in_order_of_arrival),
        cmocka_unit_test(another_key_keeps_the_rank_of_arrival),
        cmocka_unit_test(a_heap_grows_with_the_runtime),
        cmocka_unit_test(a_fifo_keeps_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
