/* tick_bsd.c - the tick: a kqueue with one timer, which any loop can watch.
 *
 * A kqueue's own repeating timers begin with a whole period, and absolute ones go by
 * the wall clock. So each tick is a timer of its own, as far away as its time is from
 * now: what one is late by does not move the next. A kqueue keeps nothing for us but a
 * pointer: it holds the period and the end of the tick's time, enough to tell how late
 * it is read, up to 8 s.
 */
#include "os.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/event.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(void *) == sizeof(uint64_t), "time and period are in a pointer");

/* macOS else puts timers together to save power. */
#ifndef NOTE_CRITICAL
#define NOTE_CRITICAL 0
#endif

enum { EVERY_BITS = 30, TICK = 0 }; /* a period is less than 1.07 s */
#define EVERY_END ((uint64_t)1 << EVERY_BITS)

int neap_os_tick_new(void)
{
    int fd = kqueue();

    if (fd < 0)
        return -errno;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

static void *pack(neap_ns at, neap_ns every)
{
    return (void *)(uintptr_t)((uint64_t)at << EVERY_BITS | (uint64_t)every);
}

/* There is no timer in the queue. */
static int set(int fd, neap_ns at, neap_ns every)
{
    neap_ns left = at - neap_os_now();
    struct kevent timer = {.ident = TICK,
                           .filter = EVFILT_TIMER,
                           .flags = EV_ADD | EV_ONESHOT,
                           .fflags = NOTE_NSECONDS | NOTE_CRITICAL,
                           .data = left > 0 ? left : 1, /* zero may mean a default */
                           .udata = pack(at, every)};

    return kevent(fd, &timer, 1, NULL, 0, NULL) == 0 ? 0 : -errno;
}

int neap_os_tick_arm(int fd, neap_ns at, neap_ns every)
{
    struct kevent none = {.ident = TICK, .filter = EVFILT_TIMER, .flags = EV_DELETE};

    if (every < 0 || (uint64_t)every >= EVERY_END)
        return -EINVAL;
    kevent(fd, &none, 1, NULL, 0, NULL); /* ENOENT: there was none, or it has come */
    return at == NEAP_FOREVER ? 0 : set(fd, at, every);
}

/* How long ago was the time that `packed` holds? Less than nothing where the kernel has
 * rounded it down. */
static neap_ns late_by(const void *packed, neap_ns now)
{
    uint64_t at = (uint64_t)(uintptr_t)packed & ~(EVERY_END - 1);

    return (neap_ns)(((uint64_t)now << EVERY_BITS) - at) / (neap_ns)EVERY_END;
}

uint64_t neap_os_tick_read(int fd)
{
    const struct timespec at_once = {0, 0};
    struct kevent came;
    neap_ns now, late, every, ticks;

    if (kevent(fd, NULL, 0, &came, 1, &at_once) != 1)
        return 0;
    every = (neap_ns)((uintptr_t)came.udata & (EVERY_END - 1));
    if (every == 0)
        return 1;
    now = neap_os_now();
    late = late_by(came.udata, now);
    ticks = late > 0 ? late / every + 1 : 1;
    set(fd, now - late + ticks * every, every);
    return (uint64_t)ticks;
}

void neap_os_tick_close(int fd)
{
    close(fd);
}
