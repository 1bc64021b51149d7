/* kqueue_linux.c - enough of kqueue(2) on Linux to run the *_bsd.c files here.
 *
 * A queue is an epoll, each of its events a descriptor in that: what is read, a second
 * one of what is written, a timerfd, a pidfd, a signalfd. It does as the manual pages
 * say, and no more: what kernels do differently ends the program.
 */
#include <sys/event.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SECOND 1000000000

struct note {
    int queue, fd;
    struct kevent event;
    struct note *next;
};

static struct note *notes;

static struct note **find(int queue, const struct kevent *e)
{
    struct note **at = &notes;

    while (*at && ((*at)->queue != queue || (*at)->event.filter != e->filter ||
                   (*at)->event.ident != e->ident))
        at = &(*at)->next;
    return at;
}

static void drop(struct note **at)
{
    struct note *n = *at;

    *at = n->next;
    epoll_ctl(n->queue, EPOLL_CTL_DEL, n->fd, NULL);
    if (n->event.filter != EVFILT_READ)
        close(n->fd);
    free(n);
}

/* Nobody says that a queue was closed: its number comes again. */
int kqueue(void)
{
    int fd = epoll_create1(0);

    for (struct note **at = &notes; *at;)
        if ((*at)->queue == fd)
            drop(at);
        else
            at = &(*at)->next;
    return fd;
}

static int open_timer(const struct kevent *e)
{
    struct itimerspec spec = {
        .it_value = {(time_t)(e->data / SECOND), (long)(e->data % SECOND)}};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (e->fflags != NOTE_NSECONDS || e->data <= 0)
        abort();
    timerfd_settime(fd, 0, &spec, NULL);
    return fd;
}

/* A signalfd hears only what is blocked, and a kqueue what is not, too. */
static int open_signal(const struct kevent *e)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, (int)e->ident);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int open_event(const struct kevent *e)
{
    switch (e->filter) {
    case EVFILT_TIMER:
        return open_timer(e);
    case EVFILT_PROC:
        return (int)syscall(SYS_pidfd_open, (pid_t)e->ident, 0);
    case EVFILT_SIGNAL:
        return open_signal(e);
    case EVFILT_READ:
        return (int)e->ident;
    default:
        return fcntl((int)e->ident, F_DUPFD_CLOEXEC, 3);
    }
}

static int add(int queue, const struct kevent *e)
{
    struct epoll_event event = {.events =
                                    e->filter == EVFILT_WRITE ? EPOLLOUT : EPOLLIN};
    struct note *n;
    int fd;

    if (*find(queue, e) && e->filter == EVFILT_TIMER)
        abort(); /* some kernels would leave it as it was */
    if (*find(queue, e))
        return 0;
    fd = open_event(e);
    n = fd < 0 ? NULL : malloc(sizeof *n);
    if (!n)
        return -1;
    *n = (struct note){queue, fd, *e, notes};
    event.data.ptr = n;
    if (epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event) != 0) {
        notes = n;
        drop(&notes);
        return -1;
    }
    notes = n;
    return 0;
}

static int change(int queue, const struct kevent *e)
{
    struct note **at = find(queue, e);

    if (e->flags & EV_ADD)
        return add(queue, e);
    if (!*at) {
        errno = ENOENT;
        return -1;
    }
    drop(at);
    return 0;
}

static void take(struct note *n, struct kevent *out)
{
    struct signalfd_siginfo info;

    *out = n->event;
    if (n->event.filter == EVFILT_SIGNAL) /* once, however many there were */
        while (read(n->fd, &info, sizeof info) > 0)
            continue;
    if (n->event.flags & EV_ONESHOT)
        drop(find(n->queue, &n->event));
}

int kevent(int queue, const struct kevent *changes, int n_changes,
           struct kevent *events, int n_events, const struct timespec *timeout)
{
    struct epoll_event came[64];
    int count = 0;

    for (int i = 0; i < n_changes; i++)
        if (change(queue, &changes[i]) < 0)
            return -1;
    if (n_events > 0)
        count = epoll_wait(queue, came, n_events < 64 ? n_events : 64,
                           timeout ? (int)(timeout->tv_nsec / 1000000) : -1);
    for (int i = 0; i < count; i++)
        take(came[i].data.ptr, &events[i]);
    return count;
}
