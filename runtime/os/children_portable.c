/* children_portable.c - POSIX has no subreapers: orphans of ours go to process 1. */
#include "children.h"

#include "guard/proc.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

int neap_os_adopt_orphans(void)
{
    return -ENOSYS;
}

void neap_os_hear_only_ends(void)
{
}

int neap_os_child_ended(pid_t pid, neap_os_end *out)
{
    siginfo_t info = {.si_pid = 0};

    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return -ECHILD;
    if (info.si_pid == 0)
        return 0;
    out->signalled = info.si_code != CLD_EXITED;
    out->code = info.si_status;
    out->cpu = 0;
    neap_os_process_cpu(pid, &out->cpu);
    return 1;
}

void neap_os_child_take(pid_t pid)
{
    waitpid(pid, NULL, WNOHANG);
}

int neap_os_has_execed(pid_t pid)
{
    return kill(pid, 0) == 0 ? 1 : -ESRCH;
}

void neap_os_take_strays(pid_t but, bool (*keep)(void *user, pid_t pid), void *user)
{
}

void neap_os_each_tagged(pid_t guard, void (*fn)(void *user, pid_t pid), void *user)
{
}
