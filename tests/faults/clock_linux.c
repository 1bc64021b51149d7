/* clock_linux.c - the wall clock jumps an hour forth or back at each look: by
 * LD_PRELOAD.
 *
 * As when somebody sets it; the monotonic clock is left alone.
 */
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

static time_t jump(void)
{
    static atomic_int looks;

    return atomic_fetch_add(&looks, 1) % 2 ? 3600 : -3600;
}

static int look(clockid_t clock, struct timespec *t)
{
    int r = (int)syscall(SYS_clock_gettime, clock, t);

    if (r == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        t->tv_sec += jump();
    return r;
}

PUBLIC int clock_gettime(clockid_t clock, struct timespec *t)
{
    return look(clock, t);
}

PUBLIC time_t time(time_t *out)
{
    struct timespec t;

    look(CLOCK_REALTIME, &t);
    if (out)
        *out = t.tv_sec;
    return t.tv_sec;
}

PUBLIC int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec t;

    look(CLOCK_REALTIME, &t);
    out->tv_sec = t.tv_sec;
    out->tv_usec = t.tv_nsec / 1000;
    return 0;
}
