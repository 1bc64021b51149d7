/* tick_linux.c - the tick: a timerfd, whose lateness is tens of microseconds where
 * epoll's own timers have a grain of a millisecond. */
#include "os.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

int neap_os_tick_new(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    return fd < 0 ? -errno : fd;
}

static struct timespec timespec_of(neap_ns time)
{
    return (struct timespec){(time_t)(time / NEAP_S), (long)(time % NEAP_S)};
}

int neap_os_tick_arm(int fd, neap_ns at, neap_ns every)
{
    struct itimerspec spec = {.it_value = {0}};

    if (at != NEAP_FOREVER) {
        spec.it_value = timespec_of(at < 1 ? 1 : at); /* zero would disarm it */
        spec.it_interval = timespec_of(every);
    }
    return timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0 ? 0 : -errno;
}

uint64_t neap_os_tick_read(int fd)
{
    uint64_t count = 0;
    ssize_t n;

    do
        n = read(fd, &count, sizeof count);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof count ? count : 0;
}

void neap_os_tick_close(int fd)
{
    close(fd);
}
