/* options.h - what a runtime is made with, and what it then calls.
 *
 * Part of neap.h, whose rules and conventions hold here, too.
 */
#ifndef NEAP_OPTIONS_H
#define NEAP_OPTIONS_H

#include <neap/policy.h>
#include <neap/task.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NEAP_QUANTUM_MIN NEAP_MS
#define NEAP_QUANTUM_MAX NEAP_S
#define NEAP_QUANTUM_DEFAULT (10 * NEAP_MS)
#define NEAP_GRACE_DEFAULT (2 * NEAP_S)
#define NEAP_MAX_HOLD_MIN (10 * NEAP_MS)

typedef struct neap_runtime neap_runtime;
typedef struct neap_limits neap_limits;
struct ev_loop;

typedef enum {
    NEAP_CLOCK_LIVE,   /* CLOCK_MONOTONIC, real processes */
    NEAP_CLOCK_VIRTUAL /* time passes only in neap_run_for(): virtual tasks only */
} neap_clock;

/* What becomes of the tasks when the runtime's process dies: the guard sees to it. */
typedef enum { NEAP_DEATH_CONTINUE, NEAP_DEATH_END } neap_on_death;

typedef enum {
    NEAP_REPORT_LOG,     /* a line from a policy or from the runtime (verbose) */
    NEAP_REPORT_FAILURE, /* a hook failed: its default answered */
    NEAP_REPORT_EJECTED, /* the policy was replaced by `fair` */
    NEAP_REPORT_TASK,    /* something a task's owner should know */
    NEAP_REPORT_GUARD,   /* the guard died, or we were stuck: what was done then */
    NEAP_REPORT_OUTPUT,  /* some of what tasks wrote, or will write, is lost */
    NEAP_REPORT_RECORD,  /* the file that the run is recorded in cannot be written */
    NEAP_REPORT_SCRIPT   /* something of a script's failed: a coroutine, say */
} neap_report_kind;

/* How a task is held. With `none` nothing is: the policy orders the starts, and what
 * has started keeps its cpu until it ends. */
typedef enum {
    NEAP_ACTUATOR_STOP,   /* SIGSTOP and SIGCONT to the tree */
    NEAP_ACTUATOR_FREEZE, /* a cgroup v2 for each task, frozen and thawed */
    NEAP_ACTUATOR_NONE
} neap_actuator;

/* What is not to be used though the machine has it: bits of neap_options.without. */
enum {
    NEAP_WITHOUT_CGROUP = 1, /* a cgroup v2 for each task */
    NEAP_WITHOUT_PERF = 2    /* a perf counter of each task's CPU time */
};

/* What becomes of the processes that a task leaves behind when its leader ends. */
typedef enum {
    NEAP_LEFTOVERS_END, /* TERM and CONT, the grace time, KILL */
    /* the task's exit is told when they have ended by themselves */
    NEAP_LEFTOVERS_WAIT,
    NEAP_LEFTOVERS_LEAVE /* they are continued, and are nobody's from then on */
} neap_leftovers;

/* Strings are valid during the callback; those that do not apply are NULL. */
typedef struct neap_report {
    neap_report_kind kind;
    const char *policy;
    const char *hook;
    const char *message;
    const char *trace; /* traceback, or the state of the queues */
    neap_id task;      /* 0: none */
} neap_report;

/* Zero means the default, everywhere. */
typedef struct neap_options {
    size_t size;              /* sizeof(neap_options) */
    const char *policy;       /* built-in name; default "fair" */
    const neap_policy *table; /* a policy of your own instead; must outlive its use */
    neap_params params;       /* its parameters */
    neap_ns quantum;          /* 1 ms..1 s; default 10 ms */
    /* default: the CPUs this process may use; at most those, live */
    int cpus;
    size_t max_alive;       /* started tasks at a time; default: no bound */
    uint64_t seed;          /* of neap_random(); default 1 */
    neap_clock clock;       /* default live */
    bool unconfined;        /* do not confine tasks to as many CPUs as `cpus` says */
    neap_on_death on_death; /* default continue */
    neap_ns grace;          /* from TERM to KILL, at most a day; default 2 s */
    /* path of the guard program; default: NEAP_GUARD, then beside us */
    const char *guard;
    /* default stop; -NEAP_EUNSUPPORTED where there is no cgroup to freeze */
    neap_actuator actuator;
    unsigned without; /* NEAP_WITHOUT_*, or'ed */
    /* This process is the runtime's own (a command, not a host with children of its
     * own): it becomes a subreaper, and takes the tasks of a guard that died over, with
     * a new guard for the rest. */
    bool adopt;
    bool realtime; /* SCHED_FIFO for this thread, where allowed; a report says if not */
    /* Stopped or stuck for so long while tasks are held, they are continued until we
     * come back; default 2 s, NEAP_FOREVER: never. */
    neap_ns stuck_after;
    /* A task that has started waits no longer: then it gets a forced turn of 1 ms,
     * whatever the policy says. At least 10 ms; default: no bound. If more than
     * cpus * max_hold / 1 ms of them wait, nothing is left for the policy. */
    neap_ns max_hold;
    neap_leftovers leftovers; /* default end */
    void *user;               /* passed to the callbacks */

    /* `task` has ended and everything of it is gone. Its record is valid until this
     * returns. */
    void (*on_exit)(void *user, neap_runtime *rt, neap_task *task, neap_how how,
                    int code);
    /* `cpu` goes from one task to another; either may be NULL: the cpu was, or is now,
     * empty. */
    void (*on_switch)(void *user, neap_runtime *rt, int cpu, neap_task *from,
                      neap_task *to);
    /* A policy failed, or something else happened that a person should read. */
    void (*on_report)(void *user, neap_runtime *rt, const neap_report *report);
    /* The last word on `task`, whatever happens to the runtime: let go of its
     * `user`. */
    void (*on_forget)(void *user, neap_runtime *rt, neap_task *task);

    /* For every process that does not say otherwise; limits.h. NULL: none */
    const neap_limits *limits;

    /* A turn of the loop is over, its orders are carried out: time for what can wait,
     * such as a step of a collector, while the tasks run. No call of this runtime. */
    void (*on_turn)(void *user, neap_runtime *rt);

    /* The run is recorded in this file, which is overwritten: trace.h. NULL: it is
     * not. */
    const char *record;

    /* The burst of `task`, which has a cpu, is over at this very instant: say what
     * comes next by neap_task_block(), neap_task_finish() or neap_set_burst(). It runs
     * on for ever if you do not. */
    void (*on_burst)(void *user, neap_runtime *rt, neap_task *task);

    /* A loop of libev's that is yours, the default one too: whenever you run it, the
     * runtime does in it what is due, and keeps it going as long as neap_run() would.
     * It must outlive the runtime, and be used in the runtime's thread only. NULL: one
     * of its own. See below for other loops. */
    struct ev_loop *loop;
} neap_options;

#ifdef __cplusplus
}
#endif

#endif
