/* internal.h - what the files of the core share.
 *
 * One decision walks through them in this order: decide.c calls charge and expire,
 * hooks.c asks the policy, states.c moves tasks and keeps their accounts, and orders
 * leave through decide.c.
 */
#ifndef NEAP_CORE_INTERNAL_H
#define NEAP_CORE_INTERNAL_H

#include "bits.h"
#include "core.h"
#include "event.h"
#include "lines.h"

/* task->flags */
enum {
    F_PROCESS = 1,  /* has, or will have, a process */
    F_STARTED = 2,  /* it has exec'd */
    F_RELEASED = 4, /* our last order let it go (or start) */
    F_JOINED = 8,   /* init_task has accepted it */
    F_HELD = 16,    /* the policy holds it */
    /* its enqueue failed: in core->strays, beside the policy's queue */
    F_STRAY = 32,
    F_OUTSIDE = 64,       /* waits in core->outside for max_alive */
    F_ARRIVED = 128,      /* in core->arrived: preempt is to be asked */
    F_TOUCHED = 256,      /* in core->touched: an order may be due */
    F_RUNNING = 512,      /* the policy was told running(); stopping() is owed */
    F_PAUSE_LATER = 1024, /* these came while it was STARTING */
    F_LOSE_LATER = 2048,
    F_EXPIRE_LATER = 4096,
    F_ADMITTED = 8192, /* counts against max_alive */
    F_LISTED = 16384,  /* among those that max_hold counts for */
    F_REST = 32768,    /* rest->slice_left counts */
    F_LATER = F_PAUSE_LATER | F_LOSE_LATER | F_EXPIRE_LATER
};

/* What can happen to a task's state. */
typedef enum {
    EV_ADMIT,
    EV_PICK,
    EV_STARTED,
    EV_LOSE,
    EV_BLOCK,
    EV_WAKE,
    EV_PAUSE,
    EV_RESUME,
    EV_END,
    EVENTS
} event;

enum { TIMERS_MAX = 64, COUNTERS_MAX = 32, STRIKES = 3 };
#define STRIKE_WINDOW (10 * NEAP_S)
#define FORCED_TURN NEAP_MS

struct cpu {
    neap_task *task;
    /* whom the last decision left here: SWITCH orders are the difference */
    neap_task *shown;
    neap_task *lost;    /* who lost it since then, and could have gone on */
    neap_id last;       /* id of the last task that had it */
    neap_ns slice;      /* as long as its task is STARTING */
    neap_ns end;        /* of the slice */
    neap_ns tick;       /* next tick, if the policy has that hook */
    neap_ns charged_at; /* until when a virtual task here has been charged */
    neap_ns told;       /* its task's cpu_ns when the policy was last told */
    bool forced;        /* its turn is max_hold's, and no policy's */
    bool declined;      /* likewise, and the policy had left the cpu empty */
};

/* The part of a task's record that a decision does not touch. */
struct rest {
    neap_ns born;
    neap_ns blocked, paused; /* as in neap_times; what is left is `ready` */
    uint64_t voluntary;
    union {
        neap_ns slice_left; /* F_REST: what a preempted slice had left */
        struct {
            neap_how how;
            int code;
        } end; /* in ENDED */
    };
};

/* ... and what there is of it only with max_hold: of core->first_held. */
struct held {
    neap_task *next, *prev;
    uint64_t forced;
};

/* Records come by the batch: no overhead for each, and each in cache lines of its own
 * though there is more of it than those hold. */
enum { BATCH = 64 };

typedef struct batch {
    _Alignas(LINE) neap_task task[BATCH];
    struct rest rest[BATCH];
    uint64_t free;             /* places, bit by bit */
    struct batch *next, *prev; /* of those with a free place */
    bool holds;                /* there is `held` */
    struct held held[];
} batch;

typedef struct policy_timer {
    uint64_t id;
    neap_ns at;
} policy_timer;

typedef struct counter {
    char name[32];
    uint64_t value;
} counter;

/* A policy in charge, with all that is its own. */
typedef struct seat {
    neap_policy table; /* with a default for each absent hook */
    void *state;
    neap_heap *heaps; /* registered, for growing */
    policy_timer timer[TIMERS_MAX];
    int timers;
    neap_ns strike[STRIKES]; /* times of the last failures, latest first */
    unsigned reported;       /* hooks whose failure has been told, bit by bit */
    bool ejected;            /* to be replaced at the next safe point */
    char reason[256];
} seat;

typedef struct failure {
    bool final; /* it needs no third one */
    bool set;
    char message[1024];
    char trace[4096];
} failure;

struct neap_core {
    neap_ctx ctx; /* of the policy in charge */
    seat seat;
    neap_core_options opt;

    neap_tap *tap; /* NULL: nobody listens */
    void *tap_user;

    int hook;       /* which one runs (HOOK_*), or -1 */
    uint64_t calls; /* of hooks */
    failure failure;

    struct cpu *cpu;
    /* cpus: also those that only wait for a STARTING task to leave */
    int cpus, cpu_room;
    neap_bits idle, changed, resched;

    /* All tasks in order of id, with holes: see task_at(). */
    uint64_t *tasks;
    size_t used, room, alive, holes;
    batch *batches; /* that have a free place */
    neap_id last_id;
    size_t admitted;   /* joined and not ended */
    neap_heap outside; /* beyond max_alive */
    neap_fifo strays, fifo;
    neap_fifo waiting;                 /* while one policy hands over to another */
    neap_task *first_held, *last_held; /* force.c */
    uint64_t ready_weight;             /* of READY (inside), STARTING, RUNNING */
    struct crowd { /* the most that have competed of late (decide.c) */
        uint64_t weight;
        size_t count;
        neap_ns at;
    } crowd;

    /* There is room for one task in eight: when more arrive at once, the others are
     * found by their flag. */
    neap_task **arrived;
    size_t n_arrived, arrived_room;
    bool more_arrived;
    /* Only processes are ordered about: there is room for all of them. */
    size_t processes, process_room;
    neap_task **touched;
    size_t n_touched;
    neap_order *orders;
    size_t n_orders;

    bool dirty, paused;
    neap_ns paused_at;
    /* waits before that are not held against the policy (policy_clock()) */
    neap_ns watched_from;
    neap_ns forced_for; /* how long forced turns have taken all cpus from the policy */
    /* What this decision's slices count from: when it was due, if it is only a little
     * late. So slices of a quantum stay on the grid of the tick. */
    neap_ns nominal;
    neap_ns due;   /* what neap_core_next() said after the last decision */
    size_t cursor; /* of the watchdog */
    neap_ns watched_at;
    uint64_t rng[4];
    counter counter[COUNTERS_MAX];
    int counters;
    neap_stats count;
};

static inline size_t place_of(const neap_task *t)
{
    return t->arrival % BATCH;
}

static inline batch *batch_of(const neap_task *t)
{
    return (batch *)(t - place_of(t));
}

static inline struct rest *rest_of(const neap_task *t)
{
    return &batch_of(t)->rest[place_of(t)];
}

static inline struct held *held_of(const neap_task *t)
{
    return &batch_of(t)->held[place_of(t)];
}

/* With opt.bursts: the cpu_ns at which its burst is over; 0: it has none. Behind all
 * that there is of `held`. */
static inline neap_ns *burst_of(const neap_core *c, const neap_task *t)
{
    struct held *end = batch_of(t)->held + (c->opt.max_hold ? BATCH : 0);

    return (neap_ns *)(void *)end + place_of(t);
}

/* Entry i of core->tasks, or NULL: a hole. That is an odd number, twice the id that was
 * there and one; a task is its address. */
static inline neap_task *task_at(const neap_core *c, size_t i)
{
    return c->tasks[i] & 1 ? NULL : (neap_task *)(uintptr_t)c->tasks[i];
}

static inline neap_ns later(neap_ns at, neap_ns by)
{
    return by >= NEAP_FOREVER - at ? NEAP_FOREVER : at + by;
}

/* Do slices end, and may a task lose its cpu? */
static inline bool takes_turns(const neap_core *c)
{
    return c->opt.hold == NEAP_HOLD_BY_TURNS;
}

/* The clock of the watchdog: it stands still while max_hold has all cpus. */
static inline neap_ns policy_clock(const neap_core *c)
{
    return c->ctx.now - c->forced_for;
}

/* The clock that slices are measured on: it stands still while the scheduler is paused,
 * and neap_core_resume() moves their ends by that time. */
static inline neap_ns slice_clock(const neap_core *c)
{
    return c->paused ? c->paused_at : c->ctx.now;
}

/* hooks.c: the policy, called with its failures caught and its answers checked. */

enum {
    HOOK_INIT,
    HOOK_EXIT,
    HOOK_INIT_TASK,
    HOOK_EXIT_TASK,
    HOOK_ENQUEUE,
    HOOK_DEQUEUE,
    HOOK_PICK,
    HOOK_SLICE,
    HOOK_RUNNING,
    HOOK_STOPPING,
    HOOK_TICK,
    HOOK_PREEMPT,
    HOOK_UPDATE,
    HOOK_SIGNAL,
    HOOK_TIMER,
    HOOK_NONE = -1
};

int neap_hook_init(neap_core *c, const neap_params *params);
void neap_hook_exit(neap_core *c, neap_reason reason);
int neap_hook_init_task(neap_core *c, neap_task *t);
void neap_hook_exit_task(neap_core *c, neap_task *t, neap_how how, int code);
void neap_hook_enqueue(neap_core *c, neap_task *t, neap_why why);
void neap_hook_dequeue(neap_core *c, neap_task *t, neap_why why);
neap_task *neap_hook_pick(neap_core *c, int cpu);
neap_ns neap_hook_slice(neap_core *c, neap_task *t);
void neap_hook_running(neap_core *c, neap_task *t, int cpu);
void neap_hook_stopping(neap_core *c, neap_task *t, neap_ns ran, neap_why why);
bool neap_hook_tick(neap_core *c, neap_task *t, neap_ns ran);
int neap_hook_preempt(neap_core *c, neap_task *t);
void neap_hook_update(neap_core *c, neap_task *t, neap_what what);
void neap_hook_signal(neap_core *c, neap_task *t, int signo);
void neap_hook_timer(neap_core *c, uint64_t id);

/* defaults.c */

void neap_seat_fill_defaults(neap_policy *p);
bool neap_seat_has_slice(const neap_core *c); /* the policy has a slice hook */
bool neap_seat_has_tick(const neap_core *c);

/* pool.c: the memory of tasks. */

neap_task *neap_pool_take(neap_core *c); /* zeroed but for its place; NULL: no memory */
void neap_pool_put(neap_core *c, neap_task *t);
/* When all tasks have gone. */
void neap_pool_free(neap_core *c);

/* about.c: what few tasks have. */

extern const neap_about neap_about_nothing;
/* Its own block, made if it has none; NULL: no memory. */
neap_about *neap_about_own(neap_task *t);
int neap_about_rename(neap_task *t, const char *name);
void neap_about_free(neap_task *t);

/* seat.c: putting a policy in charge. */

int neap_seat_open(neap_core *c, const neap_policy *p, const neap_params *params);
void neap_seat_close(neap_core *c, neap_reason reason);
int neap_seat_join(neap_core *c, neap_task *t);
void neap_seat_leave(neap_core *c, neap_task *t, neap_how how, int code);
int neap_seat_reserve(neap_core *c, size_t room); /* all heaps, for so many tasks */
void neap_seat_eject(neap_core *c);
void neap_seat_condemn(neap_core *c, const char *reason);

/* heap.c */

int neap_heap_reserve(neap_heap *h, size_t room);
void neap_heap_free(neap_heap *h);

/* states.c: what happens to a task's state and accounts. */

bool neap_state_may(const neap_task *t, event e);
void neap_state_move(neap_core *c, neap_task *t, event e);
/* books the present state's time up to now */
void neap_state_settle(neap_core *c, neap_task *t);
void neap_state_touch(neap_core *c, neap_task *t);
void neap_core_report(neap_core *c, neap_report_kind kind, const char *hook,
                      const char *message, const char *trace, neap_id task);

/* force.c: max_hold. */

void neap_force_note(neap_core *c, neap_task *t); /* its state has changed */
neap_ns neap_force_due(const neap_core *c);
void neap_force_turns(neap_core *c); /* gives those that are due */

/* tasks.c: max_alive. */

/* Takes a task that may be paused from its cpu or its queue (change.c). */
void neap_task_pause_now(neap_core *c, neap_task *t);
/* A READY task that is not admitted: it is, and arrives, or it waits outside. */
void neap_task_enter(neap_core *c, neap_task *t);
/* It waits outside no more, if it did: it is READY, and nobody holds it. */
void neap_task_leave_outside(neap_core *c, neap_task *t);

/* turns.c: tasks get and give up cpus. */

/* a running virtual task, up to now */
void neap_turn_charge(neap_core *c, neap_task *t);
void neap_turn_arrive(neap_core *c, neap_task *t, neap_why why);
void neap_turn_leave_queue(neap_core *c, neap_task *t, neap_why why);
/* its cpu, for good */
void neap_turn_give_up(neap_core *c, neap_task *t, event e, neap_why why);
/* and competes again */
void neap_turn_lose(neap_core *c, int cpu, neap_why why);
void neap_turn_give(neap_core *c, int cpu, neap_task *t);
void neap_turn_begin_slice(neap_core *c, neap_task *t, neap_ns from);
void neap_turn_tell_stopping(neap_core *c, neap_task *t, neap_why why);
void neap_turn_tell_running(neap_core *c, neap_task *t);
bool neap_turn_has_free_cpu(const neap_core *c, const neap_task *t);

/* Tells the tap, if there is one. */
static inline void note(neap_core *c, neap_event_kind kind, const neap_task *t,
                        int64_t n)
{
    if (c->tap)
        c->tap(c->tap_user, &(neap_event){.kind = kind,
                                          .now = c->ctx.now,
                                          .task = t ? t->id : 0,
                                          .call = c->calls,
                                          .n = {n}});
}

static inline void note_text(neap_core *c, neap_event_kind kind, const neap_task *t,
                             int64_t n, const char *text, size_t size)
{
    if (c->tap)
        c->tap(c->tap_user, &(neap_event){.kind = kind,
                                          .now = c->ctx.now,
                                          .task = t ? t->id : 0,
                                          .call = c->calls,
                                          .n = {n},
                                          .text = text,
                                          .size = size});
}

static inline void at(neap_core *c, neap_ns now)
{
    if (now > c->ctx.now)
        c->ctx.now = now;
}

/* A wait begins for which the policy answers: of one task, or of all. */
static inline void begin_wait(neap_core *c, neap_task *t)
{
    t->passed_over = policy_clock(c);
}

/* What is left of its slice when it is picked again; 0: it gets a new one. */
static inline void keep_slice(neap_task *t, neap_ns left)
{
    t->flags &= (uint16_t)~F_REST;
    if (!left)
        return;
    t->flags |= F_REST;
    rest_of(t)->slice_left = left;
}

static inline void begin_watch(neap_core *c)
{
    c->watched_from = policy_clock(c);
}

#endif
