/* inside.h - the meter, as its files share it. */
#ifndef NEAP_SIM_INSIDE_H
#define NEAP_SIM_INSIDE_H

#include "fluid.h"
#include "values.h"
#include <neap/meter.h>

#define NOWHERE UINT32_MAX

enum { FREE, READY, RUNNING, BLOCKED, PAUSED };

/* A slot. */
typedef struct metered {
    neap_id id;
    neap_ns arrival;
    neap_ns first_run; /* -1: none yet */
    neap_ns since;     /* when its state began */
    neap_ns cpu, wait, longest;
    uint32_t place; /* in meter.runnable, or NOWHERE; FREE: the next free slot */
    uint32_t missed;
    uint16_t weight;
    uint8_t state;
    bool starved;
    bool preempted; /* if this wait is longer than nothing */
    int16_t on;     /* cpu */
} metered;

/* Beside it, where fairness is measured. Service and cpu as they were: */
typedef struct shares {
    double ideal_from;  /* when it became runnable */
    double cycle_ideal; /* at the beginning of the cycle; -1: it was not there */
    double ideal;       /* of all that is over */
    neap_ns cpu_from, cycle_cpu;
} shares;

struct neap_meter {
    neap_meter_options opt;
    metered *task;
    shares *share; /* NULL: not wanted */
    uint32_t *runnable;
    uint32_t used, room, n_runnable;
    uint32_t free; /* the first free slot, or NOWHERE */

    neap_id last[NEAP_CPUS_MAX]; /* who had the cpu last */
    struct loss {                /* who lost it, and could have gone on */
        neap_ns at;              /* -1: nobody */
        uint32_t slot;
    } lost[NEAP_CPUS_MAX];

    fluid *fluid;
    uint64_t weight, most_weight; /* of the runnable, without the fluid model, too */
    neap_ns cycle_end;            /* NEAP_FOREVER: none has begun */
    double error, jain, jain2;    /* sums of squares, of shares, of their squares */
    uint64_t errors, jains;
    double lag;
    neap_ns longest; /* stretch */

    values turnaround, slowdown, response, wait, stretch;
    neap_meter_segment *segment;
    size_t segments, segments_room;
    neap_meter_report report;
    bool any; /* a task has come */
    int failed;
};

/* fairness.c */
void neap_fair_joins(neap_meter *m, neap_ns now, uint32_t s);  /* it is runnable */
void neap_fair_leaves(neap_meter *m, neap_ns now, uint32_t s); /* no more */
void neap_fair_turn(neap_meter *m, neap_ns now, uint32_t s);   /* its wait is over */
void neap_fair_ends(neap_meter *m, uint32_t s);                /* for good */
void neap_fair_cycle(neap_meter *m, neap_ns now);              /* at cycle_end */
void neap_fair_read(const neap_meter *m, neap_meter_report *out);

static inline neap_ns cpu_at(const metered *t, neap_ns now)
{
    return t->state == RUNNING ? t->cpu + now - t->since : t->cpu;
}

#endif
