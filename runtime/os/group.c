/* group.c - signals to process groups: the only place that calls kill() on one. */
#include "os.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static int signal_group(pid_t group, int signo)
{
    if (group <= 1)
        return -EINVAL;
    if (kill(-group, signo) == 0)
        return 0;
    if (signo == SIGCONT && errno != ESRCH && kill(-group, signo) == 0)
        return 0; /* without it the group would stay stopped for ever: once more */
    return -errno;
}

int neap_os_group_signal(pid_t group, int signo)
{
    return signo != SIGCONT && group == getpgrp() ? -EINVAL
                                                  : signal_group(group, signo);
}

int neap_os_leader_signal(pid_t leader, int signo)
{
    int r = signal_group(leader, signo);

    if (r != -ESRCH)
        return r;
    return kill(leader, signo) == 0 ? 0 : -errno;
}
