/* task.h - what is scheduled, as policies and observers see it.
 *
 * A task is a process task (an OS process and all that it starts) or a virtual task (no
 * process). Everybody may read the fields that have a comment; who may write them
 * stands there too. Nothing else may be relied on. Times are 64-bit nanoseconds on the
 * runtime's clock.
 */
#ifndef NEAP_TASK_H
#define NEAP_TASK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int64_t neap_ns;  /* a time or a duration in nanoseconds */
typedef uint64_t neap_id; /* a task's name for life: from 1, never used twice */

#define NEAP_US ((neap_ns)1000)
#define NEAP_MS ((neap_ns)1000000)
#define NEAP_S ((neap_ns)1000000000)
#define NEAP_FOREVER INT64_MAX /* a slice without end; a time that never comes */

#define NEAP_PRIORITY_MIN 0
#define NEAP_PRIORITY_MAX 10
#define NEAP_PRIORITY_DEFAULT 5
#define NEAP_WEIGHT_MIN 1
#define NEAP_WEIGHT_MAX 10000
#define NEAP_CPUS_MAX 1024
#define NEAP_NO_CPU (-1)

typedef enum {
    NEAP_STATE_NEW,      /* made, not yet given to a policy */
    NEAP_STATE_READY,    /* waits for a cpu */
    NEAP_STATE_STARTING, /* picked for the first time, not yet exec'd */
    NEAP_STATE_RUNNING,  /* has a cpu */
    NEAP_STATE_BLOCKED,  /* sleeps, costs no cpu */
    NEAP_STATE_PAUSED,   /* by the user */
    NEAP_STATE_ENDED,    /* its exit is being told; after that the record is gone */
    NEAP_STATES
} neap_state;

/* How a task ended; the meaning of its code is in brackets. */
typedef enum {
    NEAP_HOW_EXIT,      /* by itself (exit status) */
    NEAP_HOW_SIGNAL,    /* by a signal (its number) */
    NEAP_HOW_ERROR,     /* it could not be started (errno) */
    NEAP_HOW_TIMEOUT,   /* its time was over (signal) */
    NEAP_HOW_ENDED,     /* the run was ended around it (exit status, or 128 + signal) */
    NEAP_HOW_CANCELLED, /* the run was ended before it started (0) */
    NEAP_HOW_LOST,      /* its guard died, nobody knows (0) */
    NEAP_HOWS
} neap_how;

/* Wall time by state: disjoint, and together the time since the task was made. Of a
 * virtual task `run` is its CPU time. */
typedef struct neap_times {
    neap_ns start;   /* starting: from the first pick until exec */
    neap_ns run;     /* having a cpu */
    neap_ns ready;   /* held by the policy, or queued */
    neap_ns blocked; /* sleeping */
    neap_ns paused;  /* by the user */
} neap_times;

/* How its turns on a cpu began and ended. */
typedef struct neap_turns {
    uint64_t slices;      /* all of them */
    uint64_t preemptions; /* those it lost while it could have gone on */
    uint64_t voluntary;   /* those it gave up: yielded, slept or ended */
    uint64_t forced;      /* those that max_hold gave it */
} neap_turns;

/* What says how much CPU time a task has used. */
typedef enum {
    NEAP_SOURCE_NONE,   /* nothing yet, or a virtual task */
    NEAP_SOURCE_CGROUP, /* cpu.stat of its cgroup: exact, all that was ever in it */
    NEAP_SOURCE_PERF,   /* a task-clock counter with inheritance: likewise */
    /* CPU clocks of those alive, and what was reaped (10 ms grain) */
    NEAP_SOURCE_CLOCKS,
    NEAP_SOURCES
} neap_source;

/* What most tasks have none of. Those that have nothing here share one block that says
 * so; a task gets one of its own with the first thing that is said of it. */
typedef struct neap_about {
    /* What the user said; 0: nothing. Policies may read, the runtime writes. */
    const uint64_t *affinity; /* cpus it may use, bit by bit; NULL: all */
    neap_ns estimate;         /* CPU time it is expected to need */
    neap_ns deadline;         /* when it should be done, on the runtime's clock */
    neap_ns period;           /* how often it comes again */
    uint64_t group;           /* which tasks belong together */
    const char *name;         /* never NULL */

    /* Of a process; 0 in a virtual task. */
    void *process;      /* the runtime's */
    int pid;            /* its leader's process id; 0: none yet */
    neap_source source; /* of cpu_ns; written by the runtime */
    uint32_t escaped;   /* processes of it that were found outside its tree */
    neap_ns start, run; /* core's: see neap_task_times() */
} neap_about;

typedef struct neap_task neap_task;

#ifdef __MINGW32__ /* bit-fields lie there as everywhere, not as Windows has them */
#define NEAP_TASK_LAYOUT_ __attribute__((gcc_struct))
#endif
#ifndef NEAP_TASK_LAYOUT_
#define NEAP_TASK_LAYOUT_
#endif

/* Two cache lines: the first has what queues touch, the second what a turn costs. What
 * is seldom asked for stands elsewhere: in `about`, or behind neap_task_times() and
 * neap_task_turns(). At a turn a microsecond, counts of 48 bits last for nine years. */
struct NEAP_TASK_LAYOUT_ neap_task {
    neap_id id;
    neap_task *next, *prev;  /* neap_fifo's */
    const neap_about *about; /* never NULL */
    /* virtual time used; written by a policy that keeps one, else 0 */
    neap_ns vruntime;
    /* neap_heap's: order among equal keys; the low byte is the core's */
    uint64_t arrival;
    uint64_t slices : 48; /* turns on a cpu */
    uint16_t weight;      /* 1..10000 */
    uint32_t at;          /* neap_heap's: place + 1; 0 in none */
    uint16_t flags;       /* core's */
    uint8_t priority;     /* 0..10 */
    uint8_t state;        /* neap_state */

    neap_ns cpu_ns;      /* CPU time charged so far, the whole tree's */
    neap_ns since;       /* when the present state began */
    neap_ns passed_over; /* core's */
    union {
        uint64_t here[2];
        void *elsewhere;
    } own;                     /* the policy's: see neap_own() */
    neap_ns longest_wait_ns;   /* longest time in READY at one go */
    uint64_t preemptions : 48; /* turns it lost while it could have gone on */
    int16_t cpu;               /* which one it has, or NEAP_NO_CPU */
    void *user;                /* of whoever made the task */
};

#define NEAP_TASK_APART UINT64_C(128) /* in `arrival`: what own.elsewhere is for */

/* The policy's task_size bytes of `t`. O(1). */
static inline void *neap_own(const neap_task *t)
{
    return t->arrival & NEAP_TASK_APART ? t->own.elsewhere : (void *)t->own.here;
}

/* May `t` use `cpu`? O(1). Legal everywhere. */
static inline int neap_task_may_use(const neap_task *t, int cpu)
{
    const uint64_t *mask = t->about->affinity;

    return !mask || (int)(mask[(unsigned)cpu / 64] >> (cpu & 63) & 1);
}

#ifdef __cplusplus
}
#endif

#endif
