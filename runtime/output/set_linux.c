/* set_linux.c - sets of descriptors that can be read. A set is a descriptor itself, so
 * that those whose sink is full are left out of poll() by leaving out one. */
#include "output.h"

#include <sys/epoll.h>

int set_new(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

bool set_add(int set, int fd, void *item)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = item};

    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &e) == 0;
}

void set_remove(int set, int fd)
{
    epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL);
}

int set_ready(int set, void *items[SET_MANY])
{
    struct epoll_event e[SET_MANY];
    int n = epoll_wait(set, e, SET_MANY, 0);

    for (int i = 0; i < n; i++)
        items[i] = e[i].data.ptr;
    return n > 0 ? n : 0;
}

int set_poll(struct pollfd *polls, size_t n, int timeout)
{
    return poll(polls, (nfds_t)n, timeout);
}
