/* limits_bsd.c - the limits that the BSDs and macOS have, made in a task's child before
 * exec. The others were refused when the task was made (../os/limits_bsd.c). */
#include "guard.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Enough for STARTS_MAX children at a time; each looks at all of them before exec. */
#define FILES ((rlim_t)8 * 1024)

/* The descriptor limit that the guard was started with: its own is another. */
static struct rlimit files_before;

void limits_raise_files(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files_before) != 0)
        return;
    files = files_before;
    files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
    setrlimit(RLIMIT_NOFILE, &files);
}

static void restore_files(void)
{
    if (files_before.rlim_max > 0)
        setrlimit(RLIMIT_NOFILE, &files_before);
}

/* No limit is the largest number of the wire, and not of all systems. */
static rlim_t of_wire(uint64_t limit)
{
    return limit >= (uint64_t)RLIM_INFINITY ? RLIM_INFINITY : (rlim_t)limit;
}

static int set_resource(const neap_wire_limits *l, enum neap_wire_limit which)
{
    static const int resources[NEAP_WIRE_RLIMITS] = {
        [NEAP_WIRE_DATA] = RLIMIT_DATA,    [NEAP_WIRE_SPACE] = RLIMIT_AS,
        [NEAP_WIRE_CPU] = RLIMIT_CPU,      [NEAP_WIRE_FSIZE] = RLIMIT_FSIZE,
        [NEAP_WIRE_FILES] = RLIMIT_NOFILE, [NEAP_WIRE_PROCESSES] = RLIMIT_NPROC,
        [NEAP_WIRE_CORE] = RLIMIT_CORE,    [NEAP_WIRE_STACK] = RLIMIT_STACK};
    struct rlimit r;

    if (getrlimit(resources[which], &r) != 0)
        return -1;
    r.rlim_cur = of_wire(l->rlimit[which].soft);
    if (l->rlimit[which].hard != NEAP_WIRE_AS_IT_IS)
        r.rlim_max = of_wire(l->rlimit[which].hard);
    return setrlimit(resources[which], &r);
}

static int refuse(void)
{
    errno = ENOSYS;
    return -1;
}

static int set(const neap_wire_job *job, enum neap_wire_limit which)
{
    const neap_wire_limits *l = job->limits;

    switch (which) {
    case NEAP_WIRE_NICE:
        return setpriority(PRIO_PROCESS, 0, l->nice);
    case NEAP_WIRE_UMASK:
        umask((mode_t)l->umask);
        return 0;
    case NEAP_WIRE_SCHED:
    case NEAP_WIRE_IONICE:
    case NEAP_WIRE_AFFINITY:
    case NEAP_WIRE_GROUPS:
    case NEAP_WIRE_USER:
    case NEAP_WIRE_NO_NEW_PRIVS:
        return refuse();
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

void limits_place(const uint64_t *cpus)
{
}
