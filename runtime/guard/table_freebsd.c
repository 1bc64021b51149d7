/* table_freebsd.c - the table of processes of FreeBSD: struct kinfo_proc. */
#include "table.h"

#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/user.h>

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static uint64_t micros(const struct timeval *t)
{
    return (uint64_t)t->tv_sec * 1000000 + (uint64_t)t->tv_usec;
}

bool neap_table_open(neap_table *t)
{
    int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_PROC};

    if (!neap_fetch(mib, 3, &t->fetched))
        return false;
    t->count = t->fetched.size / sizeof(struct kinfo_proc);
    return true;
}

void neap_table_close(const neap_table *t)
{
    neap_fetched_free(&t->fetched);
}

static const struct kinfo_proc *entry(const neap_table *t, size_t i)
{
    return (const struct kinfo_proc *)t->fetched.memory + i;
}

pid_t neap_table_pid(const neap_table *t, size_t i)
{
    return entry(t, i)->ki_pid;
}

pid_t neap_table_parent(const neap_table *t, size_t i)
{
    return entry(t, i)->ki_ppid;
}

static bool ask(pid_t pid, struct kinfo_proc *out)
{
    int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
    size_t size = sizeof *out;

    return sysctl(mib, 4, out, &size, NULL, 0) == 0 && size == sizeof *out;
}

/* The letters of ps(1), but for a stop by a tracer. */
static char state_of(const struct kinfo_proc *k)
{
    switch (k->ki_stat) {
    case SRUN:
        return 'R';
    case SSTOP:
        return k->ki_flag & P_TRACED ? 't' : 'T';
    case SZOMB:
        return 'Z';
    case SLOCK:
        return 'D';
    case SSLEEP:
        return k->ki_tdflags & TDF_SINTR ? 'S' : 'D';
    default:
        return 'S';
    }
}

/* The table shows the first thread of each process only. */
static char state_of_threads(pid_t pid)
{
    int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID | KERN_PROC_INC_THREAD, pid};
    neap_table t;
    char state = 'S';

    if (!neap_fetch(mib, 4, &t.fetched))
        return state;
    t.count = t.fetched.size / sizeof(struct kinfo_proc);
    for (size_t i = 0; i < t.count && state != 'R'; i++) {
        char other = state_of(entry(&t, i));

        if (other == 'R' || other == 'D')
            state = other;
    }
    neap_table_close(&t);
    return state;
}

/* The kernel tells a start by the wall clock of now, which moves when that is set; its
 * own idea of the boot moves with it. */
static uint64_t since_boot(uint64_t wall)
{
    int mib[] = {CTL_KERN, KERN_BOOTTIME};
    struct timeval boot = {0, 0};
    size_t size = sizeof boot;

    sysctl(mib, 2, &boot, &size, NULL, 0);
    return wall - micros(&boot);
}

int neap_table_read(pid_t pid, neap_proc *out)
{
    struct kinfo_proc k;

    if (pid <= 0 || !ask(pid, &k))
        return -ESRCH;
    out->pid = pid;
    out->parent = k.ki_ppid;
    out->group = k.ki_pgid;
    out->session = k.ki_sid;
    out->threads = k.ki_numthreads;
    out->forked = !(k.ki_flag & P_EXEC);
    out->state = state_of(&k);
    if (out->threads > 1 && out->state == 'S')
        out->state = state_of_threads(pid);
    out->waited = micros(&k.ki_childtime);
    out->reaped = out->waited;
    out->start = since_boot(micros(&k.ki_start));
    return 0;
}

int neap_table_used(pid_t pid, int64_t *own, int64_t *waited)
{
    struct kinfo_proc k;

    if (pid <= 0 || !ask(pid, &k))
        return -ESRCH;
    *own = (int64_t)k.ki_runtime * 1000;
    *waited = (int64_t)micros(&k.ki_childtime) * 1000;
    return 0;
}

pid_t neap_table_tracer(pid_t pid)
{
    struct kinfo_proc k;

    return pid > 0 && ask(pid, &k) && (k.ki_flag & P_TRACED) ? (pid_t)k.ki_tracer : 0;
}

void neap_table_name(pid_t pid, char *out, size_t room)
{
    struct kinfo_proc k;

    snprintf(out, room, "%.15s", pid > 0 && ask(pid, &k) ? k.ki_comm : "?");
}

uint64_t neap_table_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void neap_table_close_from(int from)
{
    closefrom(from);
}
