/* values.h - many numbers of one kind, and their percentiles. */
#ifndef NEAP_SIM_VALUES_H
#define NEAP_SIM_VALUES_H

#include <neap/meter.h>

enum {
    VALUES_EXACT = 1 << 20, /* as many are kept one by one */
    VALUES_STEPS = 128      /* to each power of 2, beyond that */
};

/* Zeroed memory is an empty one. */
typedef struct values {
    int64_t *list;
    size_t n, room;
    uint64_t *bucket; /* NULL: all are in the list */
    uint64_t count;
    uint64_t high, low; /* their sum */
    int64_t max;
    int failed; /* 0, or -NEAP_EMEMORY: some are lost */
} values;

void neap_values_add(values *v, int64_t value); /* not negative */
/* Sorts: nothing may be added afterwards. */
void neap_values_read(values *v, neap_meter_values *out);
void neap_values_free(values *v);

#endif
