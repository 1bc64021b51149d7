/* limits_linux.c - the limits of a task, made in its child before exec. Nothing here
 * may allocate.
 *
 * The rights of root are needed for some and gone after the change of the user, so that
 * comes late; no_new_privs and umask need no rights. What fails is told as its errno
 * and, above 16 bits, as the limit that it was.
 */
#include "guard.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { IO_PROCESS = 1, IO_CLASS_SHIFT = 13 };  /* linux/ioprio.h */
enum { DEADLINE = 6, FLAG_RESET_ON_FORK = 1 }; /* linux/sched.h */

_Static_assert(NEAP_WIRE_CPU_WORDS * sizeof(uint64_t) == sizeof(cpu_set_t),
               "one format");

/* The kernel's struct sched_attr, which glibc does not have yet. */
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/* The descriptor limit that the guard was started with: its own is raised. */
static struct rlimit files_before;

void limits_raise_files(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files_before) != 0)
        return;
    files = files_before;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void restore_files(void)
{
    struct rlimit files;

    if (files_before.rlim_max == 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files_before.rlim_cur;
    setrlimit(RLIMIT_NOFILE, &files);
}

static int set_resource(const neap_wire_limits *l, enum neap_wire_limit which)
{
    static const int resources[NEAP_WIRE_RLIMITS] = {
        [NEAP_WIRE_DATA] = RLIMIT_DATA,    [NEAP_WIRE_SPACE] = RLIMIT_AS,
        [NEAP_WIRE_CPU] = RLIMIT_CPU,      [NEAP_WIRE_FSIZE] = RLIMIT_FSIZE,
        [NEAP_WIRE_FILES] = RLIMIT_NOFILE, [NEAP_WIRE_PROCESSES] = RLIMIT_NPROC,
        [NEAP_WIRE_CORE] = RLIMIT_CORE,    [NEAP_WIRE_STACK] = RLIMIT_STACK};
    struct rlimit r;

    if (getrlimit((__rlimit_resource_t)resources[which], &r) != 0)
        return -1;
    r.rlim_cur = l->rlimit[which].soft;
    if (l->rlimit[which].hard != NEAP_WIRE_AS_IT_IS)
        r.rlim_max = l->rlimit[which].hard;
    return setrlimit((__rlimit_resource_t)resources[which], &r);
}

static int set_policy(const neap_wire_limits *l)
{
    struct attributes a = {.size = sizeof a,
                           .policy = l->policy,
                           .priority = l->priority,
                           .runtime = l->runtime,
                           .deadline = l->deadline,
                           .period = l->period};

    if (l->policy == DEADLINE) /* who is in that class cannot fork otherwise */
        a.flags = FLAG_RESET_ON_FORK;
    else
        a.nice = getpriority(PRIO_PROCESS, 0);
    return (int)syscall(SYS_sched_setattr, 0, &a, 0);
}

static int set_affinity(const uint64_t *cpus)
{
    cpu_set_t set;

    memcpy(&set, cpus, sizeof set);
    return sched_setaffinity(0, sizeof set, &set);
}

static int set_groups(const neap_wire_limits *l)
{
    if (setgroups(l->n_groups, l->groups) != 0)
        return -1;
    return setresgid(l->gid, l->gid, l->gid);
}

static int set(const neap_wire_job *job, enum neap_wire_limit which)
{
    const neap_wire_limits *l = job->limits;

    switch (which) {
    case NEAP_WIRE_NICE:
        return setpriority(PRIO_PROCESS, 0, l->nice);
    case NEAP_WIRE_IONICE:
        return (int)syscall(SYS_ioprio_set, IO_PROCESS, 0,
                            l->io_class << IO_CLASS_SHIFT | l->io_level);
    case NEAP_WIRE_AFFINITY:
        return job->cpus ? set_affinity(job->cpus) : 0;
    case NEAP_WIRE_SCHED:
        return set_policy(l);
    case NEAP_WIRE_GROUPS:
        return set_groups(l);
    case NEAP_WIRE_USER:
        return setresuid(l->uid, l->uid, l->uid);
    case NEAP_WIRE_NO_NEW_PRIVS:
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    case NEAP_WIRE_UMASK:
        umask((mode_t)l->umask);
        return 0;
    default:
        return set_resource(l, which);
    }
}

int limits_apply(const neap_wire_job *job)
{
    restore_files();
    if (!job->limits)
        return 0;
    for (int which = NEAP_WIRE_DATA; which < NEAP_WIRE_LIMITS; which++) {
        if ((job->limits->given >> which & 1) &&
            set(job, (enum neap_wire_limit)which) != 0)
            return errno | which << LIMITS_SHIFT;
    }
    return 0;
}

/* Neither may fail a task: BATCH only spares the sender of its CONT, and a set of CPUs
 * that is not legal any more is the runtime's to correct. */
void limits_place(const uint64_t *cpus)
{
    struct sched_param none = {0};

    sched_setscheduler(0, SCHED_BATCH, &none);
    if (cpus)
        set_affinity(cpus);
}
