/* set_bsd.c - several descriptors as one: a kqueue, which any loop can watch. */
#include "os.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/event.h>
#include <sys/time.h>
#include <unistd.h>

int neap_os_set_new(void)
{
    int fd = kqueue();

    if (fd < 0)
        return -errno;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

static int change(int set, int fd, short filter, unsigned short action)
{
    struct kevent event = {.ident = (uintptr_t)fd, .filter = filter, .flags = action};

    return kevent(set, &event, 1, NULL, 0, NULL) == 0 ? 0 : -errno;
}

int neap_os_set_add(int set, int fd, neap_os_set_events events)
{
    int r = change(set, fd, EVFILT_READ, EV_ADD);

    if (r < 0 || events != NEAP_OS_SET_READ_WRITE)
        return r;
    r = change(set, fd, EVFILT_WRITE, EV_ADD);
    if (r < 0)
        change(set, fd, EVFILT_READ, EV_DELETE);
    return r;
}

void neap_os_set_drop(int set, int fd)
{
    change(set, fd, EVFILT_READ, EV_DELETE);
    change(set, fd, EVFILT_WRITE, EV_DELETE);
}
