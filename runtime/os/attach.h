/* attach.h - a process that we did not start: may it be scheduled, and when has it
 * ended?
 *
 * It stays its parent's child: that one reaps it, sees its stops if it asks for them
 * (shells with job control, tmux, screen, sudo do), and may undo them.
 */
#ifndef NEAP_OS_ATTACH_H
#define NEAP_OS_ATTACH_H

#include "guard/proc.h"
#include "os.h"

typedef struct neap_os_attached {
    neap_proc who; /* as it is now; pid and start are its name */
    /* Has it a group that is all its own, so that the group can be signalled as one? If
     * not, it and its descendants are to be signalled one by one. */
    bool owns_group;
    bool parent_notices;       /* neither we nor process 1 are its parent */
    char name[16], parent[16]; /* of its program, and of its parent's */
} neap_os_attached;

/* May `pid` be held and continued by this process? `guard`: the pid of our guard, 0:
 * none. 0; or a negative errno, and in `why` a sentence with what to try: -EINVAL
 * (process 1 or less, ourselves, an ancestor of ours, our guard, a thread, of the
 * kernel's or another's), -ESRCH (there is none, or a zombie), -EPERM (another user's),
 * -EBUSY (traced, or a task already). */
int neap_os_attach_check(pid_t pid, pid_t guard, neap_os_attached *out, char *why,
                         size_t room);

/* Are all in `group` descendants of `root`, or itself? */
bool neap_os_attach_owns(pid_t root, pid_t group);

/* A descriptor that is readable when the process has ended. -ESRCH: it is gone;
 * -ENOSYS: this kernel has none: look at neap_proc_read() from time to time. */
int neap_os_attach_open(const neap_proc *who);

/* How it ended, as far as anybody tells who is not its parent: from Linux 6.15 on, or
 * as long as it is a zombie that we may look into. 0, with an exit status or a signal;
 * -EAGAIN: it has not; -ENOENT: nobody tells. */
int neap_os_attach_code(int descriptor, const neap_proc *who, int *code,
                        bool *signalled);

#endif
