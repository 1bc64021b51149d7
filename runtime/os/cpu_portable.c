/* cpu_portable.c - the CPU time of a process with its threads, by its clock. There is
 * no counter of all that it starts. */
#include "os.h"

#include <errno.h>
#include <time.h>

int neap_os_process_cpu(pid_t pid, neap_ns *used)
{
    struct timespec t;
    clockid_t clock;

    if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 ||
        clock_gettime(clock, &t) != 0)
        return -ESRCH;
    *used = (neap_ns)t.tv_sec * NEAP_S + t.tv_nsec;
    return 0;
}

int neap_os_tree_counter(pid_t pid)
{
    return -ENOSYS;
}

int neap_os_tree_cpu(int counter, neap_ns *used)
{
    return -ENOSYS;
}
