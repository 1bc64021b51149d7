/* cpu_linux.c - the CPU time of a process with its threads. */
#include "os.h"

#include <errno.h>
#include <time.h>

/* The clock's number is made from the pid as the kernel's ABI says (CPUCLOCK_SCHED of a thread
 * group): clock_getcpuclockid() makes the same, and a system call to ask whether it exists. */
static clockid_t cpu_clock(pid_t pid)
{
    return (clockid_t)(~(unsigned)pid << 3 | 2);
}

int neap_os_process_cpu(pid_t pid, neap_ns *used)
{
    struct timespec t;

    if (pid <= 0 || clock_gettime(cpu_clock(pid), &t) != 0)
        return -ESRCH;
    *used = (neap_ns)t.tv_sec * NEAP_S + t.tv_nsec;
    return 0;
}
