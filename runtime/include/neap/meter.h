/* meter.h - what a run was like, measured from its events: waits, shares, deadlines.
 *
 * The meter does not know where the events come from: a simulation (sim.h), a live run
 * (neap_options' callbacks) or a recorded one. Tell it what happens to the tasks, in
 * order of time, and it keeps all figures of a run up to date; neap_meter_finish()
 * gives them. An event that does not fit a task's state is ignored, so that the records
 * of a run that was cut off can be told, too.
 *
 * Definitions. A task is runnable while it has a cpu or waits for one.
 * - turnaround: from arrival to end. response: from arrival to the first turn. wait:
 *   all time in which it was ready and had no cpu. stretch: one such time, from being
 *   ready until it had a cpu; 0 where it got one at once. slowdown: turnaround over
 *   the time that it would have taken alone (turnaround less wait and pauses).
 * - ideal service: what the fluid model (generalized processor sharing, Parekh &
 *   Gallager 1993) gives: at each instant the cpus are divided among the runnable tasks
 *   by weight, no task gets more than one cpu, and what a too heavy one cannot use goes
 *   to the others.
 * - lag: ideal less actual service within one runnable time, looked at where it is
 *   largest: when a wait ends.
 * - Jain's index (Jain, Chiu & Hawe 1984) of each task's service over its ideal one:
 *   1 is perfectly fair, 1/n is one task having all.
 * - RMS relative error (Nieh, Vaill & Zhong, Virtual-time round-robin, 2001): of
 *   service against ideal service in each cycle, of the tasks that are runnable during
 *   all of it. A cycle is the sum of weights * quantum / (smallest weight * cpus), from
 *   the first event after the last one; only where more are runnable than there are
 *   cpus.
 * - starved: one whose wait was longer at a stretch than the runtime's watchdog allows,
 *   max(1 s, 10 * quantum * sum of weights / (its weight * cpus)), with the largest sum
 *   of runnable weights so far.
 *
 * Percentiles are of the nearest rank, and exact as long as there are no more than
 * 2^20 values of a kind; beyond that they are at most 1 % too large (of counts in 128
 * steps to each power of 2), and `exact` says so. Counts, means and maxima are always
 * exact. All are integers of ns but where it says thousandths; the two doubles come
 * from a fixed order of operations: the same events, the same bits.
 *
 * Cost: O(1) an event, O(cpus) where a task becomes runnable or ceases to be, and once
 * a cycle O(runnable tasks). Memory: 72 bytes a task, 40 more for the fairness figures,
 * both only until it ends; 32 bytes for the values of one that has ended.
 */
#ifndef NEAP_METER_H
#define NEAP_METER_H

#include <neap/error.h>
#include <neap/task.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct neap_meter neap_meter;

/* A task in the meter: given by neap_meter_add(), free again after its end. */
typedef uint32_t neap_meter_slot;

/* What a task was like; told at its end, or by neap_meter_finish(). */
typedef struct neap_meter_task {
    neap_id id;
    neap_meter_slot slot;
    int weight;
    neap_ns arrival;
    neap_ns first_run; /* -1: it never had a cpu */
    neap_ns end;       /* -1: it has not ended */
    neap_ns cpu;
    neap_ns wait;
    neap_ns longest_wait;
    uint32_t missed; /* deadlines */
    bool starved;
} neap_meter_task;

/* A task had a cpu, or slept (cpu -1), from one time to another. Between its arrival
 * and its end, where it did neither, it waited. */
typedef struct neap_meter_segment {
    neap_id task;
    neap_ns from, to;
    int cpu;
} neap_meter_segment;

enum { NEAP_METER_SLEEPS = -1 };

/* neap_meter_options.without */
enum {
    NEAP_METER_FAIRNESS = 1 /* lag, Jain's index and the RMS error */
};

typedef struct neap_meter_options {
    size_t size;     /* sizeof(neap_meter_options) */
    neap_ns now;     /* when it begins */
    neap_ns quantum; /* default 10 ms */
    int cpus;        /* 1..1024; default 1 */
    unsigned without;
    size_t timeline; /* how many segments are kept at most; 0: none */
    void *user;
    /* The last word on a task. */
    void (*on_task)(void *user, const neap_meter_task *task);
} neap_meter_options;

/* 0, -NEAP_EINVAL, -NEAP_ERANGE or -NEAP_EMEMORY. */
NEAP_API int neap_meter_new(neap_meter **out, const neap_meter_options *options);
NEAP_API void neap_meter_free(neap_meter *m); /* NULL is fine */

/* Events. A task comes, and is ready (-NEAP_ERANGE: its weight; -NEAP_EMEMORY: nothing
 * is told of it, and neap_meter_finish() says so, too): */
NEAP_API int neap_meter_add(neap_meter *m, neap_ns now, neap_id id, int weight,
                            neap_meter_slot *out);
/* it gets `cpu`, from wherever it was; */
NEAP_API void neap_meter_run(neap_meter *m, neap_ns now, neap_meter_slot s, int cpu);
/* it loses `cpu`, if it has that, and is ready again; */
NEAP_API void neap_meter_stop(neap_meter *m, neap_ns now, neap_meter_slot s, int cpu);
/* it goes to sleep, or is paused by the user; */
NEAP_API void neap_meter_block(neap_meter *m, neap_ns now, neap_meter_slot s);
NEAP_API void neap_meter_pause(neap_meter *m, neap_ns now, neap_meter_slot s);
/* it wakes, or goes on; */
NEAP_API void neap_meter_ready(neap_meter *m, neap_ns now, neap_meter_slot s);
/* it has ended; */
NEAP_API void neap_meter_end(neap_meter *m, neap_ns now, neap_meter_slot s);
/* its weight is another; */
NEAP_API void neap_meter_weight(neap_meter *m, neap_ns now, neap_meter_slot s,
                                int weight);
/* what it had to do until `deadline` is done now: missed if that is past. */
NEAP_API void neap_meter_deadline(neap_meter *m, neap_ns now, neap_meter_slot s,
                                  neap_ns deadline);

/* Many values of one kind. */
typedef struct neap_meter_values {
    uint64_t count; /* 0: the rest is 0, too */
    int64_t mean, p50, p95, p99, max;
    bool exact; /* the percentiles are */
} neap_meter_values;

typedef struct neap_meter_report {
    uint64_t tasks, ended;
    neap_ns from, to; /* the first arrival, the last event */
    neap_ns busy;     /* of all cpus together */
    int cpus;
    /* of the tasks that have ended */
    neap_meter_values turnaround;
    neap_meter_values slowdown; /* in thousandths */
    /* of those that had a turn */
    neap_meter_values response;
    neap_meter_values wait;    /* of all tasks */
    neap_meter_values stretch; /* of all times of waiting, those at the end included */
    neap_id longest_waiter;    /* whose stretch.max is; 0: nobody waited */
    uint64_t starved;          /* tasks */
    uint64_t deadlines, missed;
    neap_ns latest;            /* the most by which one was missed */
    uint64_t context_switches; /* a cpu went to another task than it had last */
    uint64_t preemptions;      /* ... from one that could have gone on */
    bool has_fairness;         /* what follows was measured */
    neap_ns lag;               /* the largest */
    neap_id lagging;           /* whose; 0: nobody's */
    double jain;               /* 0: no task was runnable for any time */
    double rms_error;          /* 0.01 is 1 %; 0: no cycle was whole */
    uint64_t cycles;           /* that are in it */
    const neap_meter_segment *timeline; /* in order of their ends; the meter's */
    size_t segments;
    neap_ns timeline_to; /* nothing that ended later is in it; NEAP_FOREVER: all is */
} neap_meter_report;

/* It is over: tells the tasks that are left, in order of slot, and gives the report,
 * which is valid until neap_meter_free(). Nothing may be told after this.
 * -NEAP_EMEMORY: values were lost on the way. */
NEAP_API int neap_meter_finish(neap_meter *m, neap_ns now, neap_meter_report *out);

#ifdef __cplusplus
}
#endif

#endif
