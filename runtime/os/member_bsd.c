/* member_bsd.c - one process of a tree, by the kernel's table.
 *
 * No descriptor stands for a process that may be signalled: between the look at who has
 * the number and the signal remains a moment in which it may become another's.
 */
#include "guard/table.h"
#include "member.h"

#include <errno.h>
#include <signal.h>

bool neap_os_member_is_awake(const neap_proc *p)
{
    return p->state == 'R' || p->state == 'D';
}

pid_t neap_os_member_tracer(pid_t pid)
{
    return neap_table_tracer(pid);
}

void neap_os_member_name(pid_t pid, char *out, size_t room)
{
    neap_table_name(pid, out, room);
}

neap_ns neap_os_member_age(const neap_proc *p)
{
    uint64_t now = neap_table_now();

    return now > p->start ? (neap_ns)(now - p->start) * 1000 : 0;
}

neap_ns neap_os_member_waited(const neap_proc *p)
{
    return (neap_ns)p->waited * 1000;
}

int neap_os_member_cpu(const neap_proc *p, neap_ns *used)
{
    int64_t own, waited;

    if (neap_table_used(p->pid, &own, &waited) < 0)
        return -ESRCH;
    *used = own + waited;
    return 0;
}

int neap_os_member_signal(pid_t pid, uint64_t start, int signo)
{
    neap_proc p;

    if (neap_proc_read(pid, &p) != 0 || p.start != start)
        return -ESRCH;
    return kill(pid, signo) == 0 ? 0 : -errno;
}

int neap_os_group_open(pid_t leader, uint64_t start)
{
    return -ENOSYS;
}

int neap_os_group_signal_by(int descriptor, int signo)
{
    return -ENOSYS;
}
