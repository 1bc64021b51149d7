/* agenda.c - what is to happen in a simulation: a 4-ary heap by time. */
#include "agenda.h"
#include <stdlib.h>

enum { ARITY = 4, FIRST = 64 };

static bool before(const item *a, const item *b)
{
    uint32_t kind = item_kind(a);

    if (a->at != b->at)
        return a->at < b->at;
    if (kind != item_kind(b))
        return kind < item_kind(b);
    if (a->who != b->who)
        return a->who < b->who;
    return a->copy_kind < b->copy_kind;
}

static bool make_room(agenda *a)
{
    size_t room = a->room ? a->room * 2 : FIRST;
    item *larger = realloc(a->list, room * sizeof *larger);

    if (!larger)
        return false;
    a->list = larger;
    a->room = room;
    return true;
}

bool neap_agenda_add(agenda *a, neap_ns at, uint32_t kind, uint32_t who, uint32_t copy)
{
    item new = {at, who, kind << 31 | copy};
    size_t i;

    if (a->n == a->room && !make_room(a))
        return false;
    for (i = a->n++; i > 0 && before(&new, &a->list[(i - 1) / ARITY]);
         i = (i - 1) / ARITY)
        a->list[i] = a->list[(i - 1) / ARITY];
    a->list[i] = new;
    return true;
}

neap_ns neap_agenda_next(const agenda *a)
{
    return a->n ? a->list[0].at : NEAP_FOREVER;
}

static void sift_down(agenda *a, size_t i, item moved)
{
    for (;;) {
        size_t child = i * ARITY + 1, least = child;
        size_t end = child + ARITY < a->n ? child + ARITY : a->n;

        if (child >= a->n)
            break;
        while (++child < end) {
            if (before(&a->list[child], &a->list[least]))
                least = child;
        }
        if (!before(&a->list[least], &moved))
            break;
        a->list[i] = a->list[least];
        i = least;
    }
    a->list[i] = moved;
}

item neap_agenda_take(agenda *a)
{
    item first = a->list[0], last = a->list[--a->n];

    if (a->n)
        sift_down(a, 0, last);
    return first;
}

void neap_agenda_free(agenda *a)
{
    free(a->list);
    *a = (agenda){NULL, 0, 0};
}
