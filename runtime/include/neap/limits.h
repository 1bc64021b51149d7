/* limits.h - what a process is held to, where it runs, and as whom.
 *
 * A limit counts when its bit is in `given`; what is not given is as the runtime's
 * process has it, but for the class of scheduling: BATCH. Limits of the kernel's
 * (`man setrlimit`) hold for each process of a task by itself, soft and hard limit
 * alike, so a task cannot lift them. What cannot work here and now is refused before
 * the process exists, with the remedy in neap_last_error(); what the kernel refuses
 * all the same ends the task (NEAP_HOW_ERROR), and a report of NEAP_REPORT_TASK says
 * which limit it was. Nothing is dropped in silence.
 */
#ifndef NEAP_LIMITS_H
#define NEAP_LIMITS_H

#include <neap/neap.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(NAME, name): bit NEAP_LIMIT_NAME, and the name in Lua and on the command line. */
#define NEAP_LIMITS(X)                                                                 \
    X(MEMORY, memory)                                                                  \
    X(ADDRESS_SPACE, address_space)                                                    \
    X(CPU_TIME, cpu_time)                                                              \
    X(FILE_SIZE, file_size)                                                            \
    X(FILES, files)                                                                    \
    X(PROCESSES, processes)                                                            \
    X(CORE, core)                                                                      \
    X(STACK, stack)                                                                    \
    X(NICE, nice)                                                                      \
    X(IONICE, ionice)                                                                  \
    X(SCHED, sched)                                                                    \
    X(BIND, bind)                                                                      \
    X(UMASK, umask)                                                                    \
    X(USER, user)                                                                      \
    X(NO_NEW_PRIVS, no_new_privs)                                                      \
    X(CPU_MAX, cpu_max)                                                                \
    X(CPU_WEIGHT, cpu_weight)                                                          \
    X(IO_WEIGHT, io_weight)

#define NEAP_LIMIT_PLACE_(NAME, name) NEAP_LIMIT_##NAME##_PLACE_,
enum { NEAP_LIMITS(NEAP_LIMIT_PLACE_) NEAP_LIMIT_COUNT };
#undef NEAP_LIMIT_PLACE_
#define NEAP_LIMIT_BIT_(NAME, name) NEAP_LIMIT_##NAME = 1 << NEAP_LIMIT_##NAME##_PLACE_,
enum { NEAP_LIMITS(NEAP_LIMIT_BIT_) };
#undef NEAP_LIMIT_BIT_

#define NEAP_UNLIMITED UINT64_MAX

typedef enum {
    NEAP_SCHED_BATCH, /* what all tasks have that ask for nothing */
    NEAP_SCHED_OTHER,
    NEAP_SCHED_IDLE,
    NEAP_SCHED_FIFO,    /* needs RLIMIT_RTPRIO or CAP_SYS_NICE */
    NEAP_SCHED_RR,      /* likewise */
    NEAP_SCHED_DEADLINE /* needs CAP_SYS_NICE, and a runtime that uses every CPU; what
                         * such a task forks is NEAP_SCHED_OTHER */
} neap_sched;

typedef enum {
    NEAP_IO_REALTIME = 1, /* needs CAP_SYS_NICE or CAP_SYS_ADMIN */
    NEAP_IO_BEST_EFFORT,
    NEAP_IO_IDLE
} neap_io_class;

struct neap_limits {
    size_t size;    /* sizeof(neap_limits) */
    unsigned given; /* NEAP_LIMIT_*, or'ed */

    /* Bytes, 1 MiB or more, or NEAP_UNLIMITED: of the whole task where there is a
     * cgroup with the memory controller, else of the data of each of its processes
     * (RLIMIT_DATA); a report of NEAP_REPORT_LOG says so, once. */
    uint64_t memory;
    uint64_t address_space; /* bytes, 1 MiB or more, or NEAP_UNLIMITED; RLIMIT_AS */
    /* CPU time of each process, ns, at least 1, rounded up to seconds, or
     * NEAP_FOREVER; then SIGXCPU, and SIGKILL a second later. RLIMIT_CPU */
    neap_ns cpu_time;
    uint64_t file_size; /* bytes, or NEAP_UNLIMITED; RLIMIT_FSIZE */
    uint64_t files;     /* open ones, 4 or more; RLIMIT_NOFILE */
    /* 1 or more, or NEAP_UNLIMITED: of the task where there is a cgroup with the pids
     * controller, else all of its user's (RLIMIT_NPROC: root has no such limit) */
    uint64_t processes;
    uint64_t core;  /* bytes of a core file, or NEAP_UNLIMITED; RLIMIT_CORE */
    uint64_t stack; /* bytes, 128 KiB or more, or NEAP_UNLIMITED; RLIMIT_STACK */

    int nice; /* -20..19; below ours needs RLIMIT_NICE or CAP_SYS_NICE */
    neap_io_class io_class;
    int io_level; /* 0 (first)..7; nothing for IDLE */
    neap_sched sched;
    int sched_priority; /* FIFO and RR: 1..99 */
    /* DEADLINE: 1024 ns <= runtime <= deadline <= period */
    neap_ns sched_runtime, sched_deadline, sched_period;

    /* Where it runs: on these CPUs of the machine (bit c of word c / 64), as far as
     * they are among the runtime's; or, with `pin`, on the one CPU that belongs to the
     * cpu of its turn: the c-th of the runtime's CPUs for cpu c. */
    bool pin;
    uint64_t cpus[NEAP_CPUS_MAX / 64];

    unsigned umask; /* 0..0777 */
    /* "user", "user:group" or ":group", by name or number; the user's supplementary
     * groups too. Needs CAP_SETUID and CAP_SETGID. The environment stays as it is. */
    const char *user;
    bool no_new_privs; /* set-uid programs give it nothing, nor what it starts */

    /* Of the whole task; refused where there is no cgroup with the controller. */
    unsigned cpu_max;    /* thousandths of a CPU, 10..1024000 */
    unsigned cpu_weight; /* 1..10000; 100 is usual */
    unsigned io_weight;  /* 1..10000; 100 is usual */
};

/* Can this work here and now? -NEAP_EINVAL or -NEAP_ERANGE: never; -EPERM: not for
 * this user; -ENOENT: no such user. What depends on the runtime (its CPUs, its
 * cgroups) neap_spawn() checks, and all of this too. [hook] */
NEAP_API int neap_limits_check(const neap_limits *limits);

/* Sets the limit called `name` from a text: "2G" or "unlimited" for bytes, "90s",
 * "12", "-5", "idle", "best-effort:7", "realtime:0", "batch", "fifo:10",
 * "deadline:2ms/10ms/10ms", "0-3,8" or "pin", "022", "nobody:nogroup", "true", "1.5"
 * CPUs. `value` must outlive the use of `limits` where it is a user.
 * -NEAP_ENOTFOUND: no such limit; -NEAP_EINVAL, -NEAP_ERANGE: no such value. [hook] */
NEAP_API int neap_limits_set(neap_limits *limits, const char *name, const char *value);

/* Takes from `defaults` what `limits` does not give. [hook] */
NEAP_API void neap_limits_fill(neap_limits *limits, const neap_limits *defaults);

/* The name of the i-th limit, or NULL past the last. Valid for ever. [hook] */
NEAP_API const char *neap_limits_name(size_t i);

#ifdef __cplusplus
}
#endif

#endif
