/* system_linux.c - what setup_bsd.c asks of its system besides kqueue, on Linux. */
#include <guard/reaper.h>
#include <guard/table.h>

#include <errno.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

int neap_reaper_become(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : -errno;
}

int neap_reaper_program(char *out, size_t room)
{
    ssize_t n = readlink("/proc/self/exe", out, room - 1);

    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? 0 : -errno;
}

/* As on a BSD, where what it had reaped is told apart from its own: in ticks. */
int neap_table_used(pid_t pid, int64_t *own, int64_t *waited)
{
    struct timespec t;
    clockid_t clock;
    neap_proc p;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0 ||
        neap_proc_read(pid, &p) != 0)
        return -ESRCH;
    *own = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    *waited = (int64_t)p.waited * (1000000000 / sysconf(_SC_CLK_TCK));
    return 0;
}
