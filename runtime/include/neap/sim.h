/* sim.h - simulation: a workload in virtual time, and what it was like.
 *
 * The same policies, and the same core, as for real processes: only time is virtual. A
 * simulation is a value: the same options give the same report, bit for bit.
 *
 * A task comes to the runtime at its arrival and leaves it at its end, so that a
 * million jobs of which few overlap need little memory. At one instant, bursts end
 * first (in order of cpu), then tasks arrive (in order of the list), then sleepers
 * wake, then the runtime decides.
 */
#ifndef NEAP_SIM_H
#define NEAP_SIM_H

#include <neap/meter.h>
#include <neap/neap.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NEAP_SIM_ALWAYS UINT32_MAX /* times: without end */
#define NEAP_SIM_AT_END UINT32_MAX /* after: when the parent ends */

/* A task, or many that are alike. Zero means the default. */
typedef struct neap_sim_task {
    /* `deadline` counts from the arrival; with a period, from each release. `user` is
     * not used. */
    neap_spec spec;
    neap_ns arrival; /* from the start; of a child: from what its parent did */
    /* run, sleep, run, ..., each at least 1 ns; NULL: it runs without end */
    const neap_ns *work;
    size_t phases;
    /* How often it does that; default once. With spec.period, round k begins no earlier
     * than k periods after the arrival, its deadline is `deadline` (default: the
     * period) later, and the policy is told so. A sleep at the end of the last round is
     * left out. */
    uint32_t times;
    uint32_t count; /* how many of them there are; default one */
    neap_ns every;  /* the time between their arrivals */
    /* 1 + the index in the list of the task whose child it is; 0: it has none. */
    size_t parent;
    /* Of a child: it comes when so many runs of its parent are over (0: with it), or at
     * NEAP_SIM_AT_END. */
    uint32_t after;
} neap_sim_task;

/* The last word on a task. */
typedef struct neap_sim_done {
    size_t index; /* in the list */
    uint32_t copy;
    const neap_meter_task *figures;
} neap_sim_done;

typedef struct neap_sim_options {
    size_t size; /* sizeof(neap_sim_options) */
    /* Of the runtime: policy, table, params, quantum, cpus (default 1), seed,
     * max_alive, max_hold; the rest is set, or does not matter. */
    neap_options runtime;
    const neap_sim_task *tasks;
    size_t n_tasks;
    size_t task_size; /* sizeof(neap_sim_task) */
    neap_ns limit;    /* it ends then at the latest; default: when all have ended */
    unsigned without; /* of the meter */
    size_t timeline;  /* how many segments are kept */
    char *problem;    /* what went wrong, for people; may be NULL */
    size_t problem_room;
    void *user;
    void (*on_made)(void *user, neap_runtime *rt); /* for looking only */
    void (*on_task)(void *user, const neap_sim_done *done);
    void (*on_report)(void *user, neap_runtime *rt, const neap_report *report);
    void (*on_turn)(void *user, neap_runtime *rt);
} neap_sim_options;

typedef struct neap_sim_report {
    neap_meter_report meter;
    neap_stats stats;  /* .policy is NULL */
    char policy[64];   /* in charge at the end */
    neap_ns end;       /* virtual time */
    uint64_t refused;  /* tasks, by the policy */
    char refusal[200]; /* what it said of the first; "" */
    bool limited;      /* it ended by the limit */
} neap_sim_report;

typedef struct neap_sim neap_sim;

/* Runs a simulation to its end. Errors: those of neap_new(); -NEAP_EINVAL and
 * -NEAP_ERANGE for a task that makes no sense; -NEAP_EENDLESS: without a limit it would
 * never end, or the policy leaves all cpus empty for ever; -NEAP_EMEMORY. */
NEAP_API int neap_simulate(neap_sim **out, const neap_sim_options *options);

/* Valid until neap_sim_free(). */
NEAP_API const neap_sim_report *neap_sim_result(const neap_sim *sim);
NEAP_API void neap_sim_free(neap_sim *sim); /* NULL is fine */

#ifdef __cplusplus
}
#endif

#endif
