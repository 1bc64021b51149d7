/* attach_portable.c - POSIX does not tell whose a process is, nor who is in its group:
 * none that we did not start is taken. */
#include "attach.h"

#include <errno.h>
#include <stdio.h>

int neap_os_attach_check(pid_t pid, pid_t guard, neap_os_attached *out, char *why,
                         size_t room)
{
    snprintf(why, room,
             "cannot attach process %d: this is a portable build, which sees only the "
             "processes that it has started",
             (int)pid);
    return -ENOTSUP;
}

bool neap_os_attach_owns(pid_t root, pid_t group)
{
    return false;
}

int neap_os_attach_open(const neap_proc *who)
{
    return -ENOSYS;
}

int neap_os_attach_code(int descriptor, const neap_proc *who, int *code,
                        bool *signalled)
{
    return -ENOENT;
}
