/* policy.h - a policy is a table of hooks that decides order and slice.
 *
 * Names are those of the Linux sched_class and sched_ext wherever the meaning is the
 * same. Every hook is optional; a table with only a name is a legal policy: first come,
 * first served.
 *
 * The rules, the same in C and in Lua:
 * - One holder per task. `enqueue` hands a task to the policy; `pick` and `dequeue`
 *   hand it back. The three come together: all or none.
 * - Hooks do not allocate, block, signal or keep time. Memory is declared
 *   (`state_size`, `task_size`); the core allocates it zeroed and frees it. Time is
 *   `c->now`, constant in one decision; chance is neap_random(). There is no other
 *   source of either.
 * - A hook that fails (neap_fail), or answers what is not true, is answered by its
 *   default for that decision, and counted. Three failures in ten seconds eject the
 *   policy: `fair` takes over in the same decision, every task is kept with its
 *   accounts.
 * - Waiting has a bound: a ready task that is passed over for more than max(1 s, 10
 *   quanta times its part of the ready weight) ejects the policy too, unless the
 *   table says that long waits are its order (NEAP_STARVES) or that it leaves cpus
 *   empty on purpose (NEAP_IDLES).
 * - With the actuator `none` nothing is held: the policy orders the starts, and no
 *   slice, tick, preempt or neap_resched() takes a cpu from who has it.
 * - With neap_options.max_hold a task may be taken out of the policy's hands:
 *   dequeue(FORCED), running, and 1 ms later stopping and enqueue(EXPIRED), as after a
 *   slice of its own. No slice is asked for, and preempt cannot name its cpu.
 *
 * A hook may call what is declared in this file and read <neap/task.h>; nothing of
 * <neap/neap.h> but what says so there.
 */
#ifndef NEAP_POLICY_H
#define NEAP_POLICY_H

#include <neap/error.h>
#include <neap/task.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of what stands in this file, in task.h and in plugin.h. A policy in a
 * shared object must have the same: else it and neap would get each other wrong. It
 * changes from release to release, if at all. */
#define NEAP_POLICY_ABI 1

/* Why a task came or went. */
typedef enum {
    NEAP_NEW,       /* enqueue: it has just joined this policy */
    NEAP_EXPIRED,   /* its slice is over */
    NEAP_PREEMPTED, /* another took its cpu: it keeps its place before its equals */
    NEAP_WOKEN,     /* enqueue: it slept */
    NEAP_YIELDED,   /* it gave up the rest of its slice */
    NEAP_RESUMED,   /* enqueue: the user let it go on */
    /* a parameter of it changes: dequeue, then enqueue; or the policy does */
    NEAP_CHANGED,
    NEAP_PAUSED,  /* dequeue, stopping: the user paused it */
    NEAP_BLOCKED, /* stopping: it sleeps */
    NEAP_ENDED,   /* dequeue, stopping: it has ended */
    NEAP_FORCED,  /* dequeue: it has waited for max_hold, and gets 1 ms unasked */
    NEAP_WHYS
} neap_why;

/* What `update` tells of. */
typedef enum {
    NEAP_PRIORITY,
    NEAP_WEIGHT,
    NEAP_DEADLINE,
    NEAP_AFFINITY,
    NEAP_GROUP,
    NEAP_CHARGED /* a late correction of its CPU time: c->charged ns, in no `ran` */
} neap_what;

/* Why a policy gives up. */
typedef enum { NEAP_REPLACED, NEAP_EJECTED, NEAP_CLOSED } neap_reason;

/* What long waits and empty cpus mean under this policy, and whether it wants every
 * tick. */
enum {
    NEAP_STARVES = 1,     /* some tasks wait long because that is the order */
    NEAP_IDLES = 2,       /* leaves a cpu empty on purpose while tasks are ready */
    NEAP_TICKS_ALWAYS = 4 /* `tick` also comes when nobody waits */
};

/* Which share of the cpus the policy owes a task that is always ready. */
typedef enum { NEAP_NO_IDEAL, NEAP_IDEAL_BY_WEIGHT, NEAP_IDEAL_EQUAL } neap_ideal;

typedef struct neap_policy neap_policy;
typedef struct neap_core neap_core;

/* A parameter as a person typed it. */
typedef struct neap_param {
    const char *name;
    const char *value;
} neap_param;

typedef struct neap_params {
    const neap_param *list;
    size_t count;
} neap_params;

/* What a hook knows of its surroundings. Fields may be added at the end. */
typedef struct neap_ctx {
    void *state;               /* the policy's state_size bytes */
    neap_ns now;               /* one instant per decision */
    neap_ns quantum;           /* the period of the tick, 1 ms..1 s */
    neap_ns charged;           /* in update(t, NEAP_CHARGED): the correction, else 0 */
    int cpus;                  /* 1..NEAP_CPUS_MAX */
    size_t ready;              /* tasks that the policy holds */
    const neap_policy *policy; /* the table, with `host` for those who made it */
    neap_core *core;           /* not for policies */
} neap_ctx;

struct neap_policy {
    const char *name;
    const char *alias;         /* short name, or NULL */
    const char *summary;       /* one line: what it promises, when to choose it */
    const char *const *params; /* the names it understands, NULL at the end; or NULL */
    size_t state_size;         /* bytes of c->state */
    size_t task_size;          /* bytes of neap_own(t) */
    unsigned flags;            /* NEAP_STARVES | NEAP_IDLES | NEAP_TICKS_ALWAYS */
    neap_ideal ideal;
    void *host; /* for a maker of policies (the Lua host): its own, or NULL */
    /* Its text, from which a recorded run can be done again; NULL: it is found by name,
     * or not at all. Not read after exit(). */
    const char *source;
    size_t source_size; /* bytes, at most 256 KiB */

    /* The policy takes over. No task has joined. Returns 0, or a negative errno after
     * neap_fail(): the policy is refused and the old one stays. Verbs of the context
     * are not legal here, but neap_heap_init() is legal only here. Default: 0. */
    int (*init)(neap_ctx *c, const neap_params *params);

    /* The policy gives up; all tasks have left. Its state is freed after this. */
    void (*exit)(neap_ctx *c, neap_reason reason);

    /* `t` joins this policy: neap_own(t) is zeroed. With max_alive it may be long until
     * it is first enqueued. Returns 0, or a negative errno that refuses the task.
     * Default: 0. */
    int (*init_task)(neap_ctx *c, neap_task *t);

    /* `t` leaves this policy: it has ended, `how` and with which `code`; or the policy
     * goes (how = NEAP_HOWS). Once for each init_task that returned 0, but for a policy
     * that is ejected: of that only exit() is called. */
    void (*exit_task)(neap_ctx *c, neap_task *t, neap_how how, int code);

    /* `t` is ready and waits: the policy holds it now. Default: a FIFO. */
    void (*enqueue)(neap_ctx *c, neap_task *t, neap_why why);

    /* `t` leaves before it was picked: paused, ended or changed. Default: a FIFO. */
    void (*dequeue)(neap_ctx *c, neap_task *t, neap_why why);

    /* A cpu is free. Called for each free cpu, lowest number first. Returns a task that
     * the policy holds and that may use `cpu`, which it thereby hands back; or NULL to
     * leave the cpu empty. Any other answer is refused, and the oldest ready task takes
     * the cpu. Default: the head of a FIFO. */
    neap_task *(*pick)(neap_ctx *c, int cpu);

    /* `t` was picked: for how long? At least 1 ms (less is taken as 1 ms and counted),
     * or NEAP_FOREVER. Not asked of a task that was preempted: it has what its last
     * slice had left. Default: one quantum, or longer as long as nobody else waits. */
    neap_ns (*slice)(neap_ctx *c, neap_task *t);

    /* `t` got `cpu`; `t` gives up its cpu after having used `ran` ns of CPU time since
     * `running`, or since the last `tick`. Always in pairs. */
    void (*running)(neap_ctx *c, neap_task *t, int cpu);
    void (*stopping)(neap_ctx *c, neap_task *t, neap_ns ran, neap_why why);

    /* Each quantum, for each running task while another waits. `ran`: ns of CPU time
     * since `running` or the last `tick`. Returns true: its slice is over. Default:
     * false. */
    bool (*tick)(neap_ctx *c, neap_task *t, neap_ns ran);

    /* `t` became ready (it is enqueued) and no cpu that it may use is free. Asked once
     * per arrival. Returns the cpu whose task must go, or NEAP_NO_CPU. Default:
     * NEAP_NO_CPU. */
    int (*preempt)(neap_ctx *c, neap_task *t);

    /* A parameter of `t` has changed, or its CPU time was corrected. A task that waits
     * is out of the queue at that moment (dequeue and enqueue with NEAP_CHANGED stand
     * around the call) except for NEAP_CHARGED, where it stays in: re-key it if your
     * order depends on it. */
    void (*update)(neap_ctx *c, neap_task *t, neap_what what);

    /* A signal is about to be delivered to `t` by the runtime. */
    void (*signal)(neap_ctx *c, neap_task *t, int signo);

    /* A timer that the policy set is due. */
    void (*timer)(neap_ctx *c, uint64_t id);

    /* Says in `room` bytes at most which numbers decide when `t`, which has joined,
     * gets a cpu: "vruntime 1.2s, 2 of 7 before it". Outside decisions, for people: it
     * changes nothing, and no verb of the context is legal. Default: no word. */
    void (*explain)(const neap_ctx *c, const neap_task *t, char *out, size_t room);
};

#ifdef __cplusplus
#define NEAP_POLICY(name) extern "C" const neap_policy neap_policy_##name
#else
#define NEAP_POLICY(name)                                                              \
    extern const neap_policy neap_policy_##name;                                       \
    const neap_policy neap_policy_##name
#endif

/* Verbs of the context: legal in every hook but init. O(log n) or better, no
 * allocation. */

/* Calls timer(id) in the first decision at or after `at`, which is at least 1 ms away
 * (less is taken as 1 ms and counted). A policy has up to 64 timers at a time; setting
 * one again moves it. Returns 0 or -ERANGE (too many). */
NEAP_API int neap_timer_set(neap_ctx *c, uint64_t id, neap_ns at);
NEAP_API void neap_timer_cancel(neap_ctx *c, uint64_t id);

/* Ends the slice of the task on `cpu` in this decision; nothing when the cpu is
 * empty. */
NEAP_API void neap_resched(neap_ctx *c, int cpu);

/* Adds one to the counter `name` (copied, 31 letters at most), which the stats show. Up
 * to 32 names; more are dropped. */
NEAP_API void neap_count(neap_ctx *c, const char *name);

/* For a maker of policies: a hook has used more CPU time than it should. It is counted
 * as "slow hooks", and `text` (NULL: none) goes to the log. What the machine does is no
 * answer of the policy: a recorded run that is done again does not expect it. */
NEAP_API void neap_slow(neap_ctx *c, const char *text);

/* A line for the runtime's log, from this policy. */
NEAP_API void neap_log(neap_ctx *c, const char *text);

/* A uniform random number of 64 bits, from the runtime's seed: the same run, the same
 * numbers. */
NEAP_API uint64_t neap_random(neap_ctx *c);

/* The task on `cpu`, or NULL. Valid in this hook. */
NEAP_API neap_task *neap_on_cpu(neap_ctx *c, int cpu);

/* This hook has failed: its default answers, the message (copied) is reported once.
 * `trace` may be NULL. Legal in every hook, init included. */
NEAP_API void neap_fail(neap_ctx *c, const char *message, const char *trace);

/* The same, and to ask this policy again would do harm: it is ejected in this
 * decision. */
NEAP_API void neap_give_up(neap_ctx *c, const char *message, const char *trace);

/* Reads parameter `name` as a duration ("10ms") or a whole number into `*value`, which
 * stays as it is when the parameter is not given. Returns 0 or -EINVAL after
 * neap_fail(). For init. */
NEAP_API int neap_param_ns(neap_ctx *c, const neap_params *p, const char *name,
                           neap_ns *value);
NEAP_API int neap_param_int(neap_ctx *c, const neap_params *p, const char *name,
                            int64_t *value);

/* A FIFO of tasks through the links in the tasks: no memory of its own, every operation
 * O(1). Zeroed memory is an empty one. A task is in one at a time. */
typedef struct neap_fifo {
    neap_task *first, *last;
} neap_fifo;

static inline void neap_fifo_push(neap_fifo *q, neap_task *t)
{
    t->next = NULL;
    t->prev = q->last;
    if (q->last)
        q->last->next = t;
    else
        q->first = t;
    q->last = t;
}

static inline void neap_fifo_push_front(neap_fifo *q, neap_task *t)
{
    t->prev = NULL;
    t->next = q->first;
    if (q->first)
        q->first->prev = t;
    else
        q->last = t;
    q->first = t;
}

static inline void neap_fifo_remove(neap_fifo *q, neap_task *t)
{
    if (t->prev)
        t->prev->next = t->next;
    else
        q->first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        q->last = t->prev;
    t->next = t->prev = NULL;
}

/* Takes the first task that may use `cpu`, or returns NULL. O(1) where no task is
 * bound. */
static inline neap_task *neap_fifo_take(neap_fifo *q, int cpu)
{
    for (neap_task *t = q->first; t; t = t->next) {
        if (neap_task_may_use(t, cpu)) {
            neap_fifo_remove(q, t);
            return t;
        }
    }
    return NULL;
}

/* How many tasks are before `t`, which is in `q`. O(n): for explain(). */
static inline size_t neap_fifo_before(const neap_fifo *q, const neap_task *t)
{
    size_t n = 0;

    for (const neap_task *at = q->first; at && at != t; at = at->next)
        n++;
    return n;
}

/* A heap of tasks by a 64-bit key, least first, equal keys in order of arrival. Its
 * memory is the core's, which keeps room for every task of the runtime, so that no
 * operation can fail. O(log n); first O(1). A task is in one at a time. Make one in
 * `init`. */
typedef struct neap_heap {
    struct neap_heap_entry *entry; /* 4-ary, from 0 */
    size_t count, room;
    uint64_t back, front;     /* the next ranks of arrival at either end */
    struct neap_heap *sister; /* the core's list of a policy's heaps */
} neap_heap;

struct neap_heap_entry {
    int64_t key;
    neap_task *task;
};

/* In init() only. 0, or -NEAP_EMEMORY, which init() should answer, too. */
NEAP_API int neap_heap_init(neap_ctx *c, neap_heap *h);
/* `t` is in no heap yet. Cannot fail. */
NEAP_API void neap_heap_push(neap_heap *h, neap_task *t, int64_t key);
/* Before all others of the same key. */
NEAP_API void neap_heap_push_front(neap_heap *h, neap_task *t, int64_t key);
/* `t` is in `h`. */
NEAP_API void neap_heap_remove(neap_heap *h, neap_task *t);
/* Gives `t`, which is in `h`, another key; it keeps its rank of arrival. */
NEAP_API void neap_heap_rekey(neap_heap *h, neap_task *t, int64_t key);
/* Takes the least task that may use `cpu`, or returns NULL: yours until you hand it
 * back, valid until exit_task(). O(log n) where the least may; else a search, O(n). */
NEAP_API neap_task *neap_heap_take(neap_heap *h, int cpu);

/* How many tasks are before `t`, which is in `h`. O(n): for explain(). */
NEAP_API size_t neap_heap_before(const neap_heap *h, const neap_task *t);

static inline neap_task *neap_heap_first(const neap_heap *h)
{
    return h->count ? h->entry[0].task : NULL;
}

#ifdef __cplusplus
}
#endif

#endif
