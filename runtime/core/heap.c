/* heap.c - tasks by key, least first, equal keys by arrival: a 4-ary heap.
 *
 * Four children a node make the tree half as deep as two do and keep siblings in one or
 * two cache lines (LaMarca & Ladner, The influence of caches on the performance of
 * heaps, 1996). Each task knows its place, so removal and re-keying need no search.
 */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

enum { ARITY = 4 };
#define MIDDLE (UINT64_C(1) << 63) /* ranks of arrival grow to both sides of it */
/* By so much: the low byte of task.arrival is not ours. At ten million pushes a second
 * they last for a hundred years. */
#define RANK UINT64_C(256)

static bool before(const struct neap_heap_entry *a, const struct neap_heap_entry *b)
{
    if (a->key != b->key)
        return a->key < b->key;
    return a->task->arrival < b->task->arrival;
}

static void put(neap_heap *h, size_t i, struct neap_heap_entry e)
{
    h->entry[i] = e;
    e.task->at = (uint32_t)(i + 1);
}

static void sift_up(neap_heap *h, size_t i, struct neap_heap_entry e)
{
    while (i > 0) {
        size_t parent = (i - 1) / ARITY;

        if (!before(&e, &h->entry[parent]))
            break;
        put(h, i, h->entry[parent]);
        i = parent;
    }
    put(h, i, e);
}

static void sift_down(neap_heap *h, size_t i, struct neap_heap_entry e)
{
    for (;;) {
        size_t child = i * ARITY + 1;
        size_t end = child + ARITY < h->count ? child + ARITY : h->count;
        size_t least = child;

        if (child >= h->count)
            break;
        while (++child < end) {
            if (before(&h->entry[child], &h->entry[least]))
                least = child;
        }
        if (!before(&h->entry[least], &e))
            break;
        put(h, i, h->entry[least]);
        i = least;
    }
    put(h, i, e);
}

/* Puts `e` where entry `i` was taken out. */
static void settle_at(neap_heap *h, size_t i, struct neap_heap_entry e)
{
    if (i > 0 && before(&e, &h->entry[(i - 1) / ARITY]))
        sift_up(h, i, e);
    else
        sift_down(h, i, e);
}

int neap_heap_init(neap_ctx *c, neap_heap *h)
{
    memset(h, 0, sizeof *h);
    h->sister = c->core->seat.heaps;
    c->core->seat.heaps = h;
    return neap_heap_reserve(h, c->core->room);
}

int neap_heap_reserve(neap_heap *h, size_t room)
{
    if (!h->back) {
        h->back = MIDDLE;
        h->front = MIDDLE - RANK;
    }
    if (room > h->room) {
        void *larger = realloc(h->entry, room * sizeof *h->entry);

        if (!larger)
            return -NEAP_EMEMORY;
        h->entry = larger;
        h->room = room;
    }
    return 0;
}

void neap_heap_free(neap_heap *h)
{
    free(h->entry);
    memset(h, 0, sizeof *h);
}

static void rank(neap_task *t, uint64_t arrival)
{
    t->arrival = arrival | (t->arrival & (RANK - 1));
}

void neap_heap_push(neap_heap *h, neap_task *t, int64_t key)
{
    rank(t, h->back);
    h->back += RANK;
    sift_up(h, h->count++, (struct neap_heap_entry){key, t});
}

void neap_heap_push_front(neap_heap *h, neap_task *t, int64_t key)
{
    rank(t, h->front);
    h->front -= RANK;
    sift_up(h, h->count++, (struct neap_heap_entry){key, t});
}

void neap_heap_remove(neap_heap *h, neap_task *t)
{
    size_t i = t->at - 1;
    struct neap_heap_entry last = h->entry[--h->count];

    t->at = 0;
    if (i < h->count)
        settle_at(h, i, last);
}

void neap_heap_rekey(neap_heap *h, neap_task *t, int64_t key)
{
    settle_at(h, t->at - 1, (struct neap_heap_entry){key, t});
}

size_t neap_heap_before(const neap_heap *h, const neap_task *t)
{
    const struct neap_heap_entry *own = &h->entry[t->at - 1];
    size_t n = 0;

    for (size_t i = 0; i < h->count; i++)
        n += before(&h->entry[i], own);
    return n;
}

neap_task *neap_heap_take(neap_heap *h, int cpu)
{
    const struct neap_heap_entry *best = NULL;

    for (size_t i = 0; i < h->count; i++) {
        if (neap_task_may_use(h->entry[i].task, cpu) &&
            (!best || before(&h->entry[i], best))) {
            best = &h->entry[i];
            if (i == 0)
                break;
        }
    }
    if (!best)
        return NULL;

    neap_task *t = best->task;

    neap_heap_remove(h, t);
    return t;
}
