/* tick_linux.c - the tick: a timerfd, whose lateness is tens of microseconds where epoll's own
 * timers have a grain of a millisecond. */
#include "os.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

int neap_os_tick_new(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    return fd < 0 ? -errno : fd;
}

int neap_os_tick_arm(int fd, neap_ns at)
{
    struct itimerspec spec = {.it_value = {0}};

    if (at != NEAP_FOREVER) {
        if (at < 1) /* zero would disarm it */
            at = 1;
        spec.it_value.tv_sec = (time_t)(at / NEAP_S);
        spec.it_value.tv_nsec = (long)(at % NEAP_S);
    }
    return timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0 ? 0 : -errno;
}

void neap_os_tick_read(int fd)
{
    uint64_t count;
    ssize_t n;

    do
        n = read(fd, &count, sizeof count);
    while (n < 0 && errno == EINTR);
}
