/* table_openbsd.c - the table of processes of OpenBSD: struct kinfo_proc.
 *
 * It shows the main thread of each process; how many more there are it does not tell.
 */
#include "table.h"

#include <sys/param.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/time.h>

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { MANY = 1 << 20 }; /* the kernel gives as many as there is room for */

bool neap_table_open(neap_table *t)
{
    int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_ALL, 0, (int)sizeof(struct kinfo_proc),
                 MANY};

    if (!neap_fetch(mib, 6, &t->fetched))
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
    return (pid_t)entry(t, i)->p_pid;
}

pid_t neap_table_parent(const neap_table *t, size_t i)
{
    return (pid_t)entry(t, i)->p_ppid;
}

static bool ask(pid_t pid, struct kinfo_proc *out)
{
    int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid, (int)sizeof *out, 1};
    size_t size = sizeof *out;

    return sysctl(mib, 6, out, &size, NULL, 0) == 0 && size == sizeof *out;
}

static char state_of(const struct kinfo_proc *k)
{
    switch (k->p_stat) {
    case SRUN:
    case SONPROC:
        return 'R';
    case SSTOP:
        return k->p_psflags & PS_TRACED ? 't' : 'T';
    case SZOMB:
    case SDEAD:
        return 'Z';
    default:
        return 'S';
    }
}

/* In microseconds. */
static uint64_t waited_for(const struct kinfo_proc *k)
{
    return (uint64_t)k->p_uctime_sec * 1000000 + k->p_uctime_usec;
}

/* The kernel adds the boot to a start, by the wall clock of now: it is taken off. */
static uint64_t since_boot(uint64_t wall)
{
    int mib[] = {CTL_KERN, KERN_BOOTTIME};
    struct timeval boot = {0, 0};
    size_t size = sizeof boot;

    sysctl(mib, 2, &boot, &size, NULL, 0);
    return wall - (uint64_t)boot.tv_sec * 1000000 - (uint64_t)boot.tv_usec;
}

int neap_table_read(pid_t pid, neap_proc *out)
{
    struct kinfo_proc k;

    if (pid <= 0 || !ask(pid, &k))
        return -ESRCH;
    out->pid = pid;
    out->parent = (pid_t)k.p_ppid;
    out->group = (pid_t)k.p__pgid;
    out->session = (pid_t)k.p_sid;
    out->threads = 1;
    out->forked = !(k.p_psflags & PS_EXEC);
    out->state = state_of(&k);
    out->waited = out->reaped = waited_for(&k);
    out->start = since_boot((uint64_t)k.p_ustart_sec * 1000000 + k.p_ustart_usec);
    return 0;
}

int neap_table_used(pid_t pid, int64_t *own, int64_t *waited)
{
    struct kinfo_proc k;

    if (pid <= 0 || !ask(pid, &k))
        return -ESRCH;
    *own = ((int64_t)k.p_rtime_sec * 1000000 + k.p_rtime_usec) * 1000;
    *waited = (int64_t)waited_for(&k) * 1000;
    return 0;
}

/* Who traces a process is its parent. */
pid_t neap_table_tracer(pid_t pid)
{
    struct kinfo_proc k;

    return pid > 0 && ask(pid, &k) && (k.p_psflags & PS_TRACED) ? (pid_t)k.p_ppid : 0;
}

void neap_table_name(pid_t pid, char *out, size_t room)
{
    struct kinfo_proc k;

    snprintf(out, room, "%.15s", pid > 0 && ask(pid, &k) ? k.p_comm : "?");
}

uint64_t neap_table_now(void)
{
    struct timespec now = {0, 0};

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void neap_table_close_from(int from)
{
    closefrom(from);
}
