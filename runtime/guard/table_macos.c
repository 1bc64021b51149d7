/* table_macos.c - the table of processes of macOS: struct kinfo_proc for what everybody
 * may know, libproc for what only the user of a process may.
 *
 * The kernel says SRUN of all that is neither stopped nor dead; whether a thread runs
 * is Mach's to tell. A traced process has its tracer for a parent.
 */
#include "table.h"

#include <sys/types.h>

#include <errno.h>
#include <libproc.h>
#include <mach/mach_time.h>
#include <stdio.h>
#include <sys/proc.h>
#include <sys/proc_info.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <unistd.h>

enum { FDS = 256 }; /* of one listing */

bool neap_table_open(neap_table *t)
{
    int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_ALL};

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
    return entry(t, i)->kp_proc.p_pid;
}

pid_t neap_table_parent(const neap_table *t, size_t i)
{
    return entry(t, i)->kp_eproc.e_ppid;
}

/* Of a number that is nobody's it gives nothing, and no error. */
static bool ask(pid_t pid, struct kinfo_proc *out)
{
    int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
    size_t size = sizeof *out;

    return sysctl(mib, 4, out, &size, NULL, 0) == 0 && size == sizeof *out;
}

static bool ask_task(pid_t pid, struct proc_taskinfo *out)
{
    return proc_pidinfo(pid, PROC_PIDTASKINFO, 0, out, sizeof *out) == (int)sizeof *out;
}

static bool ask_usage(pid_t pid, struct rusage_info_v2 *out)
{
    return proc_pid_rusage(pid, RUSAGE_INFO_V2, (rusage_info_t *)(void *)out) == 0;
}

/* Its units are nanoseconds on Intel, and 125 / 3 of them on Apple's own processors. */
static int64_t nanos(uint64_t mach)
{
    mach_timebase_info_data_t base;

    if (mach_timebase_info(&base) != 0 || base.denom == 0)
        return (int64_t)mach;
    return (int64_t)(mach / base.denom * base.numer +
                     mach % base.denom * base.numer / base.denom);
}

/* Another user's is taken for running: nobody then waits for it to do so. */
static char state_of(const struct kinfo_proc *k, bool known,
                     const struct proc_taskinfo *task)
{
    switch (k->kp_proc.p_stat) {
    case SSTOP:
        return k->kp_proc.p_flag & P_TRACED ? 't' : 'T';
    case SZOMB:
        return 'Z';
    default:
        return !known || task->pti_numrunning > 0 ? 'R' : 'S';
    }
}

int neap_table_read(pid_t pid, neap_proc *out)
{
    struct proc_taskinfo task;
    struct rusage_info_v2 used;
    struct kinfo_proc k;
    pid_t session = getsid(pid);
    bool known;

    if (pid <= 0 || !ask(pid, &k))
        return -ESRCH;
    known = ask_task(pid, &task);
    out->pid = pid;
    out->parent = k.kp_eproc.e_ppid;
    out->group = k.kp_eproc.e_pgid;
    out->session = session > 0 ? session : 0; /* of a zombie nobody tells */
    out->threads = known ? task.pti_threadnum : 1;
    out->forked = !(k.kp_proc.p_flag & P_EXEC);
    out->state = state_of(&k, known, &task);
    out->waited = out->reaped = 0;
    if (ask_usage(pid, &used)) {
        out->waited =
            (uint64_t)nanos(used.ri_child_user_time + used.ri_child_system_time) / 1000;
        out->reaped = used.ri_child_elapsed_abstime;
    }
    out->start = (uint64_t)k.kp_proc.p_starttime.tv_sec * 1000000 +
                 (uint64_t)k.kp_proc.p_starttime.tv_usec;
    return 0;
}

int neap_table_used(pid_t pid, int64_t *own, int64_t *waited)
{
    struct rusage_info_v2 used;

    if (pid <= 0 || !ask_usage(pid, &used))
        return -ESRCH;
    *own = nanos(used.ri_user_time + used.ri_system_time);
    *waited = nanos(used.ri_child_user_time + used.ri_child_system_time);
    return 0;
}

pid_t neap_table_tracer(pid_t pid)
{
    struct kinfo_proc k;

    return pid > 0 && ask(pid, &k) && (k.kp_proc.p_flag & P_TRACED) ? k.kp_eproc.e_ppid
                                                                    : 0;
}

void neap_table_name(pid_t pid, char *out, size_t room)
{
    struct kinfo_proc k;

    snprintf(out, room, "%.15s", pid > 0 && ask(pid, &k) ? k.kp_proc.p_comm : "?");
}

/* Starts are noted by the wall clock, once. */
uint64_t neap_table_now(void)
{
    struct timeval now = {0, 0};

    gettimeofday(&now, NULL);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_usec;
}

/* There is no closefrom(), and the limit may be anything. A listing that is full may
 * not be all: again, until one shows nothing that could be closed. */
void neap_table_close_from(int from)
{
    struct proc_fdinfo fds[FDS];
    int closed;

    do {
        int size = proc_pidinfo(getpid(), PROC_PIDLISTFDS, 0, fds, sizeof fds);
        int count = size / (int)sizeof *fds;

        closed = 0;
        for (int i = 0; i < count; i++)
            if (fds[i].proc_fd >= from && close(fds[i].proc_fd) == 0)
                closed++;
    } while (closed > 0);
}
