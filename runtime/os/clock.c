/* clock.c - the clocks: wall time and our own CPU time. */
#include "os.h"

#include <time.h>

static neap_ns read_clock(clockid_t clock)
{
    struct timespec t = {0};

    clock_gettime(clock, &t);
    return (neap_ns)t.tv_sec * NEAP_S + t.tv_nsec;
}

neap_ns neap_os_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

neap_ns neap_os_thread_cpu(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

neap_ns neap_os_time_of_day(void)
{
    return read_clock(CLOCK_REALTIME);
}
