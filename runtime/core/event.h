/* event.h - what happens to a core, one by one: enough to do it all again.
 *
 * Two things go by: what goes in (the calls of core.h that changed something), and,
 * after each, what the policy answered and did while that was carried out. Who does the
 * former again, under a policy that answers likewise, has the same run.
 *
 * A policy's hooks are counted, those that it has not as well. An answer carries the
 * number of its call; a call without one was answered by the default: no task, one
 * quantum, false, no cpu.
 */
#ifndef NEAP_CORE_EVENT_H
#define NEAP_CORE_EVENT_H

#include <neap/neap.h>

/* Name, word, and which fields it has: @ the time, t a task, # the number of a hook's
 * call, i a number, s a text. */
#define NEAP_EVENTS(X)                                                                 \
    /* kind, priority, weight, estimate, deadline, period, group; name */              \
    X(ADD, "add", "@tiiiiiiis")                                                        \
    X(STARTED, "started", "@ti") /* process id */                                      \
    X(ENDED, "ended", "@tii")    /* how, code */                                       \
    /* source of its CPU time, processes that escaped, process id */                   \
    X(FORGET, "forget", "tiii")                                                        \
    X(MEASURED, "measured", "@ti") /* how much more than was known */                  \
    X(BLOCK, "block", "@t")                                                            \
    X(WAKE, "wake", "@t")                                                              \
    X(PAUSE_TASK, "pause task", "@t")                                                  \
    X(RESUME_TASK, "resume task", "@t")                                                \
    X(YIELD, "yield", "@t")                                                            \
    X(SIGNALLED, "signal", "@ti")                                                      \
    X(SET_PRIORITY, "priority", "@ti")                                                 \
    X(SET_WEIGHT, "weight", "@ti")                                                     \
    X(SET_AFFINITY, "affinity", "@ts") /* the mask's bytes; none: all */               \
    X(SET_TIMES, "times", "@tiii")     /* estimate, deadline, period */                \
    X(SET_GROUP, "group", "@ti")                                                       \
    X(SET_NAME, "name", "ts")                                                          \
    /* flags and which hooks, the ideal; name */                                       \
    X(SET_POLICY, "policy", "@iis")                                                    \
    X(SET_QUANTUM, "quantum", "@i")                                                    \
    X(SET_CPUS, "cpus", "@i")                                                          \
    X(PAUSE, "pause", "@")                                                             \
    X(RESUME, "resume", "@")                                                           \
    X(TRIGGER, "trigger", "@")                                                         \
    X(STANDSTILL, "standstill", "@i") /* for how long until now */                     \
    X(SETTLE, "settle", "@")          /* virtual tasks are charged */                  \
    X(DECIDE, "decide", "@")                                                           \
    /* What the policy answers: */                                                     \
    X(INIT, "init", "#is") /* an errno; why */                                         \
    X(REFUSE, "refuse", "#is")                                                         \
    X(PICK, "pick", "#t")                                                              \
    X(SLICE, "slice", "#i")                                                            \
    X(OVER, "over", "#") /* tick: the slice is over */                                 \
    X(PREEMPT, "preempt", "#i")                                                        \
    X(FAIL, "fail", "#is") /* 1: it gives up; the message */                           \
    /* and does: */                                                                    \
    X(TIMER_SET, "timer", "#ii") /* id, how far from now */                            \
    X(TIMER_CANCEL, "no timer", "#i")                                                  \
    X(RESCHED, "resched", "#i")                                                        \
    X(COUNT, "count", "#s")                                                            \
    X(LOG, "log", "#s")                                                                \
    /* Only in records of a run; the core knows nothing of these: */                   \
    /* quantum, cpus, max_alive, max_hold, hold, seed, time of day */                  \
    X(HEAD, "head", "@iiiiiii")                                                        \
    X(SOURCE, "source", "s")      /* of the policy that comes next */                  \
    X(PARAM, "param", "s")        /* name=value, likewise */                           \
    X(HELD, "held", "@t")         /* the signals to hold it were sent */               \
    X(RELEASED, "released", "@t") /* or to let it go on */                             \
    /* neap's CPU time, ticks, missed ones, escaped */                                 \
    X(STATS, "stats", "@iiii")                                                         \
    /* An answer that is none: the machine made a hook slow; a line for the log */     \
    X(SLOW, "slow", "#s")

typedef enum {
#define NEAP_EVENT_NAME(name, word, fields) NEAP_EV_##name,
    NEAP_EVENTS(NEAP_EVENT_NAME)
#undef NEAP_EVENT_NAME
        NEAP_EVENT_KINDS
} neap_event_kind;

enum { NEAP_EVENT_NUMBERS = 7 };

/* Fields that a kind has not are 0. */
typedef struct neap_event {
    neap_event_kind kind;
    neap_ns now;
    neap_id task;
    uint64_t call;
    int64_t n[NEAP_EVENT_NUMBERS];
    const char *text; /* `size` bytes and a NUL; only for the moment */
    size_t size;
    /* SET_POLICY, instead of a text */
    const neap_policy *policy;
    const neap_params *params;
} neap_event;

/* Does it come from the policy? */
static inline bool neap_event_is_answer(neap_event_kind kind)
{
    return (kind >= NEAP_EV_INIT && kind <= NEAP_EV_LOG) || kind == NEAP_EV_SLOW;
}

/* The bits of SET_POLICY's first number above the flags of its table: what is not left
 * to the core's default; and that it is the one who takes over from others, so nobody
 * from it. A table that stands for such a one has this bit in its flags. */
enum {
    NEAP_EVENT_HAS_SLICE = 1 << 8,
    NEAP_EVENT_HAS_TICK = 1 << 9,
    NEAP_EVENT_IS_FALLBACK = 1 << 10
};

/* Called for each event, before what it causes. It may look at the core, not change
 * it. */
typedef void neap_tap(void *user, const neap_event *e);

/* From now on; NULL: no more. */
void neap_core_tap(neap_core *core, neap_tap *tap, void *user);

/* How many hooks have been called. */
uint64_t neap_core_calls(const neap_core *core);

/* Does again what went in: no answer, no DECIDE and no FORGET, for which there are
 * neap_core_decide() and neap_core_forget(). The event may come from anywhere: 0, or
 * -NEAP_EINVAL, which changes nothing, if it cannot be. What the policy refuses (a
 * task, its own start) is no error. */
int neap_core_apply(neap_core *core, const neap_event *e);

#endif
