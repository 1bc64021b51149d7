/* limits.h - what a task's process is held to, as it goes to the guard.
 *
 * Shared, like wire.h, by the guard and by ../os. The runtime has checked what can be
 * checked and has looked the names up: here are only numbers, ready for the system
 * calls. They are made in the order of the list below; each may fail, and then the
 * FAILED event's code says which it was.
 */
#ifndef NEAP_GUARD_LIMITS_H
#define NEAP_GUARD_LIMITS_H

#include <stdint.h>

/* From NEAP_WIRE_DATA to NEAP_WIRE_STACK they are resources of setrlimit(). */
enum neap_wire_limit {
    NEAP_WIRE_NO_LIMIT,
    NEAP_WIRE_DATA,
    NEAP_WIRE_SPACE,
    NEAP_WIRE_CPU,
    NEAP_WIRE_FSIZE,
    NEAP_WIRE_FILES,
    NEAP_WIRE_PROCESSES,
    NEAP_WIRE_CORE,
    NEAP_WIRE_STACK,
    NEAP_WIRE_NICE,
    NEAP_WIRE_IONICE,
    NEAP_WIRE_AFFINITY, /* the job's CPUs, which else may fail without harm */
    NEAP_WIRE_SCHED,
    NEAP_WIRE_GROUPS,
    NEAP_WIRE_USER,
    NEAP_WIRE_NO_NEW_PRIVS,
    NEAP_WIRE_UMASK,
    NEAP_WIRE_LIMITS,
    NEAP_WIRE_DIRECTORY = NEAP_WIRE_LIMITS /* none of them: the job's cwd */
};

enum { NEAP_WIRE_GROUPS_MAX = 64 };
#define NEAP_WIRE_RLIMITS (NEAP_WIRE_STACK + 1)
#define NEAP_WIRE_AS_IT_IS (UINT64_MAX - 1) /* for `hard`: leave it */
#define NEAP_WIRE_INFINITE UINT64_MAX

typedef struct neap_wire_limits {
    uint32_t given; /* bit n: limit n */
    int32_t nice;
    uint32_t io_class, io_level;
    uint32_t policy, priority; /* of the kernel */
    uint64_t runtime, deadline, period;
    struct {
        uint64_t soft, hard;
    } rlimit[NEAP_WIRE_RLIMITS];
    uint32_t umask;
    uint32_t uid, gid;
    uint32_t n_groups; /* supplementary ones */
    uint32_t groups[NEAP_WIRE_GROUPS_MAX];
    uint32_t zero;
} neap_wire_limits;

_Static_assert(NEAP_WIRE_LIMITS <= 32, "bits");

#endif
