/* reaper_freebsd.c - who gets the orphans: procctl(2). */
#include "reaper.h"

#include <sys/types.h>

#include <errno.h>
#include <sys/procctl.h>
#include <sys/sysctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* EBUSY: it is one already. */
int neap_reaper_become(void)
{
    return procctl(P_PID, (id_t)getpid(), PROC_REAP_ACQUIRE, NULL) == 0 ||
                   errno == EBUSY
               ? 0
               : -errno;
}

int neap_reaper_program(char *out, size_t room)
{
    int mib[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};

    return sysctl(mib, 4, out, &room, NULL, 0) == 0 ? 0 : -errno;
}
