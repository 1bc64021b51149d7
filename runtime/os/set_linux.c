/* set_linux.c - several descriptors as one: an epoll, which any loop can watch. */
#include "os.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

int neap_os_set_new(void)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

int neap_os_set_add(int set, int fd, neap_os_set_events events)
{
    struct epoll_event event = {.events = EPOLLIN};

    if (events == NEAP_OS_SET_READ_WRITE)
        event.events |= EPOLLOUT;
    event.data.fd = fd;
    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

void neap_os_set_drop(int set, int fd)
{
    epoll_ctl(set, EPOLL_CTL_DEL, fd, &(struct epoll_event){.events = 0});
}

void neap_os_set_looked(int set)
{
}

void neap_os_set_close(int set)
{
    close(set);
}
