/* attach_bsd.c - a process that we did not start: none is taken yet. The end of one is
 * heard through a kqueue, which a child of the host's own needs, too. */
#include "attach.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

int neap_os_attach_check(pid_t pid, pid_t guard, neap_os_attached *out, char *why,
                         size_t room)
{
    snprintf(why, room, "cannot attach process %d: neap can do that on Linux only",
             (int)pid);
    return -ENOTSUP;
}

bool neap_os_attach_owns(pid_t root, pid_t group)
{
    return false;
}

static bool is_same(const neap_proc *who)
{
    neap_proc now;

    return neap_proc_read(who->pid, &now) == 0 && now.start == who->start;
}

/* Of a zombie some of these systems say at once that it has ended, and others that
 * there is none: then whoever asked has to look. */
int neap_os_attach_open(const neap_proc *who)
{
    const struct kevent end = {.ident = (uintptr_t)who->pid,
                               .filter = EVFILT_PROC,
                               .flags = EV_ADD,
                               .fflags = NOTE_EXIT};
    int queue = kqueue();

    if (queue < 0)
        return -errno;
    fcntl(queue, F_SETFD, FD_CLOEXEC);
    if (kevent(queue, &end, 1, NULL, 0, NULL) == 0 && is_same(who))
        return queue;
    close(queue);
    return is_same(who) ? -ENOSYS : -ESRCH;
}

int neap_os_attach_code(int descriptor, const neap_proc *who, int *code,
                        bool *signalled)
{
    return -ENOENT;
}
