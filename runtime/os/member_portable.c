/* member_portable.c - one process of a tree, by its number alone: it may run, nobody
 * traces it, and a moment remains for a reuse of its number. */
#include "member.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

bool neap_os_member_is_awake(const neap_proc *p)
{
    return neap_proc_lives(p);
}

pid_t neap_os_member_tracer(pid_t pid)
{
    return 0;
}

void neap_os_member_name(pid_t pid, char *out, size_t room)
{
    snprintf(out, room, "?");
}

neap_ns neap_os_member_age(const neap_proc *p)
{
    return 0;
}

neap_ns neap_os_member_waited(const neap_proc *p)
{
    return 0;
}

int neap_os_member_cpu(const neap_proc *p, neap_ns *used)
{
    return neap_os_process_cpu(p->pid, used);
}

int neap_os_member_signal(pid_t pid, uint64_t start, int signo)
{
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
