/* cpu_linux.c - the CPU time of a process with its threads, and of all that it
 * starts. */
#include "os.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The clock's number is made from the pid as the kernel's ABI says (CPUCLOCK_SCHED of a
 * thread group): clock_getcpuclockid() makes the same, and a system call to ask whether
 * it exists. */
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

/* exclude_kernel makes it legal without privilege; time in the kernel is counted all
 * the same. */
int neap_os_tree_counter(pid_t pid)
{
    struct perf_event_attr a;
    struct rlimit limit;
    int fd;

    memset(&a, 0, sizeof a);
    a.size = sizeof a;
    a.type = PERF_TYPE_SOFTWARE;
    a.config = PERF_COUNT_SW_TASK_CLOCK;
    a.inherit = 1;
    a.exclude_kernel = 1;
    a.exclude_hv = 1;
    fd = (int)syscall(SYS_perf_event_open, &a, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)fd >= limit.rlim_cur / 2) {
        close(fd);
        return -EMFILE;
    }
    return fd;
}

int neap_os_tree_cpu(int counter, neap_ns *used)
{
    uint64_t count;

    if (read(counter, &count, sizeof count) != (ssize_t)sizeof count)
        return -EIO;
    *used = (neap_ns)count;
    return 0;
}
