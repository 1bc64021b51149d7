/* rig.h - the core on a test bench: a machine of make-believe carries out its orders.
 *
 * Nothing happens by itself: the test says when a process has exec'd, sleeps or ends,
 * and lets time pass. What the machine believes of each process (does it run, how much
 * has it used) is kept apart from the core's books, and every decision is checked:
 * HOLDs before STARTs and RUNs, nothing ordered twice, never more tasks released than
 * there are cpus, and times that add up.
 */
#ifndef NEAP_TESTS_RIG_H
#define NEAP_TESTS_RIG_H

#include "core/core.h"
#include "sim.h"

typedef struct rig {
    neap_core *core;
    neap_ns now;
    neap_ns busy;     /* CPU time that processes have used, all together */
    char orders[512]; /* of the last decision: "hold 1 run 2" */
    int reports[NEAP_REPORT_GUARD + 1];
    char message[400]; /* of the last report */
    char hook[32];
} rig;

/* One cpu, a quantum of 10 ms, fair as fallback unless said otherwise. `name` is a
 * built-in's, or NULL for .policy. */
#define rig_of(name, ...)                                                              \
    rig_new((name), &(neap_core_options){__VA_ARGS__, .user = NULL})
rig *rig_new(const char *name, const neap_core_options *o);
void rig_end(rig *r);

/* A process task; a virtual one. */
neap_task *rig_process(rig *r);
neap_task *rig_process_at(rig *r, int priority);
neap_task *rig_virtual(rig *r);
neap_task *rig_add(rig *r, const neap_spec *spec, neap_kind kind);

/* Measures who runs, decides now, carries out and checks. Returns the orders as words;
 * switches are left out. */
const char *rig_decide(rig *r);

/* Time passes, with a decision whenever the core asks for one. */
void rig_pass(rig *r, neap_ns time);
/* Time passes, and nobody decides: the machine was busy. */
void rig_delay(rig *r, neap_ns time);

/* Time passes in which nothing runs at all, neither we nor they; and a decision. */
const char *rig_stand_still(rig *r, neap_ns time);

/* It has exec'd, and a decision. */
const char *rig_started(rig *r, neap_task *t);
/* Adds a process, lets it start if its turn comes at once. */
neap_task *rig_live(rig *r);
/* It has ended by itself. Its record is forgotten after the decision. */
void rig_exit(rig *r, neap_task *t);

/* It goes to sleep, it wakes: noticed at once, and a decision. */
const char *rig_block(rig *r, neap_task *t);
const char *rig_wake(rig *r, neap_task *t);
/* It woke, and nobody has noticed: from now on it computes beside the others. */
void rig_stir(neap_task *t);

bool rig_released(const neap_task *t); /* what the machine thinks */
neap_ns rig_used(const neap_task *t);

neap_stats rig_stats(const rig *r);
neap_times rig_times(const rig *r, const neap_task *t);
neap_ns rig_sum(neap_times times);

#endif
