/* member.h - one process of a tree: what it is now, and signals that reach it alone.
 *
 * A pid alone is no name: the kernel gives it to others later. A member is known by its
 * pid and the time of its start; whom nobody of ours keeps as a zombie is signalled
 * through a descriptor that stands for the process, where the kernel has such.
 */
#ifndef NEAP_OS_MEMBER_H
#define NEAP_OS_MEMBER_H

#include "guard/proc.h"
#include "os.h"

/* Does any thread of it run, or wait for the disk? `p` was just read. A zombie does
 * not; neither does what is stopped. */
bool neap_os_member_is_awake(const neap_proc *p);

/* The process that traces it; 0: none, or unknown. */
pid_t neap_os_member_tracer(pid_t pid);

/* The first 15 bytes of its program's name; "?": unknown. */
void neap_os_member_name(pid_t pid, char *out, size_t room);

/* How long ago it was begun, to 10 ms. */
neap_ns neap_os_member_age(const neap_proc *p);

/* Its own CPU time and that of the children it has reaped (10 ms grain); -ESRCH. */
int neap_os_member_cpu(const neap_proc *p, neap_ns *used);

/* Of the children that it has reaped, as it was read. */
neap_ns neap_os_member_waited(const neap_proc *p);

/* To this one process, if it is still the one that began at `start`. -ESRCH: it is not.
 * -EPERM: it is another user's. */
int neap_os_member_signal(pid_t pid, uint64_t start, int signo);

/* A descriptor for the group that `leader`, begun at `start`, was made the leader of:
 * as long as it is open, signals through it reach that group or nobody, even after the
 * leader's end. -ENOSYS: this kernel (before 6.9) has none; -ESRCH: it is gone. */
int neap_os_group_open(pid_t leader, uint64_t start);
int neap_os_group_signal_by(int descriptor, int signo);

#endif
