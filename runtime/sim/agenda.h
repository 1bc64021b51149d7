/* agenda.h - what is to happen in a simulation: 16 bytes each, the next first. */
#ifndef NEAP_SIM_AGENDA_H
#define NEAP_SIM_AGENDA_H

#include <neap/task.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARRIVE, WAKE };

typedef struct item {
    neap_ns at;
    uint32_t who; /* ARRIVE: the task of the list; WAKE: the slot */
    uint32_t copy_kind;
} item;

/* Zeroed memory is an empty one. */
typedef struct agenda {
    item *list;
    size_t n, room;
} agenda;

#define AGENDA_MOST_COPIES (UINT32_MAX / 2)

static inline uint32_t item_kind(const item *i)
{
    return i->copy_kind >> 31;
}

static inline uint32_t item_copy(const item *i)
{
    return i->copy_kind & AGENDA_MOST_COPIES;
}

/* At equal times arrivals come before wake-ups, each in order of who and copy. False:
 * no memory. */
bool neap_agenda_add(agenda *a, neap_ns at, uint32_t kind, uint32_t who, uint32_t copy);
neap_ns neap_agenda_next(const agenda *a); /* NEAP_FOREVER: it is empty */
item neap_agenda_take(agenda *a);          /* it is not empty */
void neap_agenda_free(agenda *a);

#endif
