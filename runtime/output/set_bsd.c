/* set_bsd.c - sets of descriptors that can be read: kqueues, which poll() can watch. */
#include "output.h"

#include <sys/types.h>

#include <fcntl.h>
#include <sys/event.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int set_new(void)
{
    int fd = kqueue();

    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

bool set_add(int set, int fd, void *item)
{
    struct kevent e = {
        .ident = (uintptr_t)fd, .filter = EVFILT_READ, .flags = EV_ADD, .udata = item};

    return kevent(set, &e, 1, NULL, 0, NULL) == 0;
}

void set_remove(int set, int fd)
{
    struct kevent e = {
        .ident = (uintptr_t)fd, .filter = EVFILT_READ, .flags = EV_DELETE};

    kevent(set, &e, 1, NULL, 0, NULL);
}

int set_ready(int set, void *items[SET_MANY])
{
    const struct timespec at_once = {0, 0};
    struct kevent e[SET_MANY];
    int n = kevent(set, NULL, 0, e, SET_MANY, &at_once);

    for (int i = 0; i < n; i++)
        items[i] = e[i].udata;
    return n > 0 ? n : 0;
}

int set_poll(struct pollfd *polls, size_t n, int timeout)
{
    return poll(polls, (nfds_t)n, timeout);
}
