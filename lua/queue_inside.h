/* queue_inside.h - what the two files of the queues of tasks share. */
#ifndef NEAP_QUEUE_INSIDE_H
#define NEAP_QUEUE_INSIDE_H

#include "neap_lua.h"

enum { FIFO = 0x6e666966, HEAP = 0x6e686570, ROOM_AT_FIRST = 16 };

struct entry {
    int64_t key;
    uint64_t rank;
    struct neap_handle *handle;
};

struct neap_queue {
    uint32_t kind;
    size_t count;
    struct neap_handle *first, *last; /* of a fifo */
    struct entry *entry;              /* of a heap: its user value */
    size_t room;
    uint64_t back, front; /* the next ranks of arrival at either end */
    bool has_floats;
};

#define FIRST_RANK ((uint64_t)1 << 63)

/* queue_heap.c: the array of a heap, whose handles are told their places. */
bool neap_queue_is_before(const struct entry *a, const struct entry *b);
/* Puts `e`, which is the last by `count`, where it belongs. */
void neap_queue_insert(struct neap_queue *q, struct entry e);
/* Puts `e` in `place`, or where its key belongs from there. */
void neap_queue_settle(struct neap_queue *q, size_t place, struct entry e);
/* `count` is less by one already. */
void neap_queue_remove_at(struct neap_queue *q, size_t place);
/* From now on the keys are codes of doubles, which order as these do. */
void neap_queue_begin_floats(struct neap_queue *q);
int64_t neap_queue_code_of(double d);
double neap_queue_number_of(int64_t code);

#endif
