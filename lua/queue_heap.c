/* queue_heap.c - the array behind neap.heap(): 4-ary, least key first, equals by rank.
 *
 * A double's code is its bits, with those of negative numbers turned round: codes order
 * as their doubles do.
 */
#include "queue_inside.h"
#include <string.h>

enum { WIDTH = 4 };

bool neap_queue_is_before(const struct entry *a, const struct entry *b)
{
    return a->key < b->key || (a->key == b->key && a->rank < b->rank);
}

static void put(struct neap_queue *q, size_t place, struct entry e)
{
    q->entry[place] = e;
    e.handle->place = place;
}

static void rise(struct neap_queue *q, size_t place, struct entry e)
{
    while (place > 0) {
        size_t parent = (place - 1) / WIDTH;

        if (!neap_queue_is_before(&e, &q->entry[parent]))
            break;
        put(q, place, q->entry[parent]);
        place = parent;
    }
    put(q, place, e);
}

static void sink(struct neap_queue *q, size_t place, struct entry e)
{
    const struct entry *behind = q->entry + q->count;

    for (;;) {
        const struct entry *least = q->entry + WIDTH * place + 1, *end = least + WIDTH;

        if (least >= behind)
            break;
        end = end < behind ? end : behind;
        for (const struct entry *at = least + 1; at < end; at++)
            if (neap_queue_is_before(at, least))
                least = at;
        if (!neap_queue_is_before(least, &e))
            break;
        put(q, place, *least);
        place = (size_t)(least - q->entry);
    }
    put(q, place, e);
}

void neap_queue_insert(struct neap_queue *q, struct entry e)
{
    rise(q, q->count - 1, e);
}

void neap_queue_settle(struct neap_queue *q, size_t place, struct entry e)
{
    if (place > 0 && neap_queue_is_before(&e, &q->entry[(place - 1) / WIDTH]))
        rise(q, place, e);
    else
        sink(q, place, e);
}

void neap_queue_remove_at(struct neap_queue *q, size_t place)
{
    struct entry last = q->entry[q->count];

    if (place < q->count)
        neap_queue_settle(q, place, last);
}

int64_t neap_queue_code_of(double d)
{
    int64_t bits;

    d += 0.0; /* -0.0 is 0.0 */
    memcpy(&bits, &d, sizeof bits);
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

double neap_queue_number_of(int64_t code)
{
    double d;

    if (code < 0)
        code ^= INT64_MAX;
    memcpy(&d, &code, sizeof d);
    return d;
}

/* Keys that become equal by this go by their ranks. */
void neap_queue_begin_floats(struct neap_queue *q)
{
    q->has_floats = true;
    for (size_t i = 0; i < q->count; i++)
        q->entry[i].key = neap_queue_code_of((double)q->entry[i].key);
    for (size_t i = q->count; i-- > 0;)
        sink(q, i, q->entry[i]);
}
