/* subject.h - what core_run measures: the core under a policy, or a bare structure that
 * does no more than what must be done.
 *
 * All have N tasks, ready, on one cpu, and the same priorities and weights. A path does
 * one thing `ops` times; PATHS are measured in their order.
 */
#ifndef NEAP_BENCH_SUBJECT_H
#define NEAP_BENCH_SUBJECT_H

#include <stdint.h>

#define PATHS(X)                                                                       \
    X(EXPIRED, "expired")   /* the slice is over: charge, requeue, pick the next */    \
    X(GOES_ON, "goes on")   /* asked before the slice is over */                       \
    X(LOOK_UP, "look up")   /* the task of an id */                                    \
    X(PRIORITY, "priority") /* of a waiting task: it is requeued */                    \
    X(REMOVE, "remove")     /* a waiting task, by its id; timers: cancelled */         \
    X(ADD, "add")           /* one more; timers: armed */

#define NAME_PATH(id, name) PATH_##id,
enum { PATHS(NAME_PATH) PATH_COUNT };
#undef NAME_PATH

enum { QUANTUM = 10000000, LEVELS = 11 };

/* What is done, and to which tasks: `order` has all their numbers, from 0, shuffled. */
struct work {
    uint32_t tasks, ops;
    const uint32_t *order;
};

struct subject {
    const char *name;
    void *(*start)(const struct work *w); /* NULL: no memory */
    void (*end)(void *state);
    void (*path[PATH_COUNT])(void *state, const struct work *w); /* NULL: has none */
};

/* How late a decision comes: up to half a millisecond, of no pattern. So no two tasks
 * have used the same, as it is with real ones. */
static inline int64_t lateness(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)(*seed >> 45);
}

/* Priority and weight of task i: by turns the kinds that `spread` says. */
int priority_of(uint32_t i, int spread);
int weight_of(int priority);
/* The new one of task i, below all those that run under `priority`. */
int lower_priority(uint32_t i);

extern const struct subject neap_rr, neap_priority, neap_fair, neap_timers;
extern const struct subject bare_ring, bare_levels, bare_heap2, bare_heap4, bare_heap8;

#endif
