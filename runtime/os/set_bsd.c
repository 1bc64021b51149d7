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

static struct kevent read_event(int fd)
{
    return (struct kevent){.ident = (uintptr_t)fd, .filter = EVFILT_READ};
}

static struct kevent write_event(int fd)
{
    return (struct kevent){.ident = (uintptr_t)fd, .filter = EVFILT_WRITE};
}

static int add(int set, struct kevent event)
{
    event.flags = EV_ADD;
    return kevent(set, &event, 1, NULL, 0, NULL) == 0 ? 0 : -errno;
}

static void drop(int set, struct kevent event)
{
    event.flags = EV_DELETE;
    kevent(set, &event, 1, NULL, 0, NULL);
}

int neap_os_set_add(int set, int fd, neap_os_set_events events)
{
    int r = add(set, read_event(fd));

    if (r < 0 || events != NEAP_OS_SET_READ_WRITE)
        return r;
    r = add(set, write_event(fd));
    if (r < 0)
        drop(set, read_event(fd));
    return r;
}

void neap_os_set_drop(int set, int fd)
{
    drop(set, read_event(fd));
    drop(set, write_event(fd));
}

void neap_os_set_looked(int set)
{
}

void neap_os_set_close(int set)
{
    close(set);
}
