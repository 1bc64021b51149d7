/* core.h - the scheduling core: events and the time go in, orders come out.
 *
 * The core is a value. It makes no system call, reads no clock and knows no process:
 * every entry takes `now`, every effect leaves as an order. The live loop, virtual
 * time, the tests and (later) the replay drive this same code.
 *
 * How to drive it: tell it what happened (the events below, in order of time), tell it
 * how much CPU time the running tasks have used (neap_core_measured), call
 * neap_core_decide(), carry out the orders, sleep until neap_core_next(). Events only
 * change the books; tasks get and lose cpus in neap_core_decide().
 */
#ifndef NEAP_CORE_H
#define NEAP_CORE_H

#include <neap/neap.h>

/* What the driver has to do. In one decision all HOLDs stand before all STARTs and
 * RUNs, which only processes get. */
typedef enum {
    NEAP_ORDER_HOLD, /* stop the task */
    /* create its process on `cpu`, then tell neap_core_started() or _ended() */
    NEAP_ORDER_START,
    /* let it go on, on `cpu`; NEAP_NO_CPU: freely (the scheduler is paused) */
    NEAP_ORDER_RUN,
    /* nothing to do: `cpu` went from `from` to `task`; either may be NULL */
    NEAP_ORDER_SWITCH
} neap_order_kind;

typedef struct neap_order {
    neap_order_kind kind;
    int cpu;
    neap_task *task, *from;
} neap_order;

/* With NEVER a task that has started keeps its cpu until it ends, sleeps or is paused
 * by the user: no slice ends, nothing is preempted. */
typedef enum { NEAP_HOLD_BY_TURNS, NEAP_HOLD_NEVER } neap_hold;

typedef struct neap_core_options {
    const neap_policy *policy;
    const neap_policy *fallback; /* who takes over from an ejected policy */
    neap_params params;
    neap_ns quantum;
    int cpus;
    size_t max_alive; /* 0: no bound */
    neap_ns max_hold; /* 0: no bound */
    neap_hold hold;
    bool bursts; /* virtual tasks may have some */
    uint64_t seed;
    void *user;
    void (*report)(void *user, const neap_report *report);
} neap_core_options;

/* The values must be in range already, but for what the policy refuses. */
int neap_core_new(neap_core **out, const neap_core_options *o, neap_ns now);
void neap_core_free(neap_core *core);

/* Events: tasks come and go. */

/* A task joins: NEW, and READY at once or when max_alive allows. Its name and spec are
 * copied. PROCESS: START is ordered at its first turn; ATTACHED: its process runs
 * already, so max_alive does not keep it out, and until its first RUN it counts as
 * held. */
typedef enum { NEAP_VIRTUAL, NEAP_PROCESS, NEAP_ATTACHED } neap_kind;
int neap_core_add(neap_core *core, neap_ns now, const neap_spec *spec, neap_kind kind,
                  neap_task **out);
/* Its process has exec'd: the slice begins. */
void neap_core_started(neap_core *core, neap_ns now, neap_task *t);
/* It has ended: it leaves its cpu and its policy. Its record stays (ENDED) until
 * forgotten. */
void neap_core_ended(neap_core *core, neap_ns now, neap_task *t, neap_how how,
                     int code);
void neap_core_forget(neap_core *core, neap_task *t);

/* Events: CPU time. `total` is what the task's tree has used since it began. The core
 * charges the difference to what it knows; a total that went back is ignored. Of a task
 * that does not run it is a correction: the policy hears of it through update(t,
 * NEAP_CHARGED). */
void neap_core_measured(neap_core *core, neap_ns now, neap_task *t, neap_ns total);

/* Events: what the machine or the user does to a task. 0 or -NEAP_ESTATE and others as
 * in neap.h. */
int neap_core_block(neap_core *core, neap_ns now, neap_task *t);
int neap_core_wake(neap_core *core, neap_ns now, neap_task *t);
int neap_core_pause_task(neap_core *core, neap_ns now, neap_task *t);
int neap_core_resume_task(neap_core *core, neap_ns now, neap_task *t);
int neap_core_yield(neap_core *core, neap_ns now, neap_task *t);
void neap_core_signalled(neap_core *core, neap_ns now, neap_task *t, int signo);

/* Events: parameters of a task. */
int neap_core_set_priority(neap_core *core, neap_ns now, neap_task *t, int priority);
int neap_core_set_weight(neap_core *core, neap_ns now, neap_task *t, int weight);
int neap_core_set_affinity(neap_core *core, neap_ns now, neap_task *t,
                           const uint64_t *mask, size_t words);
int neap_core_set_times(neap_core *core, neap_ns now, neap_task *t, neap_ns estimate,
                        neap_ns deadline, neap_ns period);
int neap_core_set_group(neap_core *core, neap_ns now, neap_task *t, uint64_t group);
int neap_core_set_name(neap_core *core, neap_task *t, const char *name);

/* Events: the runtime as a whole. */
int neap_core_set_policy(neap_core *core, neap_ns now, const neap_policy *p,
                         const neap_params *params);
void neap_core_set_quantum(neap_core *core, neap_ns now, neap_ns quantum);
int neap_core_set_cpus(neap_core *core, neap_ns now, int cpus);
int neap_core_pause(neap_core *core, neap_ns now);
int neap_core_resume(neap_core *core, neap_ns now);
void neap_core_trigger(neap_core *core, neap_ns now);

/* Nothing has run from `from` until `now`: the driver was stopped, and so was all that
 * it lets run. To those who sleep or are paused it was a time like any other; to the
 * others it is paused time, and turns and waits go on after it as if it had not been.
 * The policy's timers count it. */
void neap_core_standstill(neap_core *core, neap_ns from, neap_ns now);

/* One decision: charge, expire, preempt, pick, give orders. The orders are the core's
 * and valid until the next call of it. Does nothing, and counts nothing, when nothing
 * is due. */
size_t neap_core_decide(neap_core *core, neap_ns now, const neap_order **orders);

/* When neap_core_decide() must be called if no event comes before: NEAP_FOREVER, or a
 * time that may be past. O(cpus). */
neap_ns neap_core_next(const neap_core *core);

/* Charges the running virtual tasks up to `now`, so that their accounts can be read. */
void neap_core_settle(neap_core *core, neap_ns now);

/* Virtual tasks. The burst of `t` is over when it has used `cpu` ns (at least 1) more;
 * NEAP_FOREVER: it has none. */
void neap_core_set_burst(neap_core *core, neap_ns now, neap_task *t, neap_ns cpu);
/* When the next one is over if no task changes its cpu, or NEAP_FOREVER. O(cpus). */
neap_ns neap_core_burst_due(const neap_core *core);
/* The task on cpu `*from` or the next one above it whose burst is over, charged, and
 * without a burst from now on; `*from` is its cpu. NULL: there is none. */
neap_task *neap_core_burst_over(neap_core *core, neap_ns now, int *from);

/* Looking. */
/* What the policy says of `t`; "": nothing, or it has not joined. */
void neap_core_explain(const neap_core *core, const neap_task *t, char *out,
                       size_t room);
size_t neap_core_alive(const neap_core *core); /* tasks that have not ended */
bool neap_core_in_hook(const neap_core *core);
neap_task *neap_core_find(const neap_core *core, neap_id id);
neap_task *neap_core_after(const neap_core *core, neap_id id);
neap_task *neap_core_current(const neap_core *core, int cpu);
bool neap_core_is_process(const neap_task *t);
/* exec'd, and its process may be there */
bool neap_core_is_started(const neap_task *t);
bool neap_core_is_held(const neap_task *t); /* by an order of ours */
bool neap_core_is_paused(const neap_core *core);
/* How it ended, and with which code: in ENDED. */
neap_how neap_core_how(const neap_task *t);
int neap_core_code(const neap_task *t);
/* Of a process task: for the driver to write. */
neap_about *neap_core_about(neap_task *t);
/* Without a core: up to when its state began. */
void neap_core_times(const neap_core *core, const neap_task *t, neap_ns now,
                     neap_times *out);
const neap_ctx *neap_core_ctx(const neap_core *core);
/* Fills what the core counts; leaves wall and neap_cpu. */
void neap_core_stats(const neap_core *core, neap_stats *out);
bool neap_core_counter(const neap_core *core, size_t i, const char **name,
                       uint64_t *value);

#endif
