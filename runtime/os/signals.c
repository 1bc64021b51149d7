/* signals.c - a handler that writes to a pipe, and who reads it. */
#include "signals.h"
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { LAST = 64 };

struct neap_os_signals {
    int pipe[2];
};

/* The handler may run in any thread, at any time: it looks at these alone. */
static struct slot {
    _Atomic(neap_os_signals *) owner;
    atomic_int fd; /* -1: nobody hears it any more */
    atomic_int pid;
    atomic_bool came;
    struct sigaction before; /* its owner's */
} slots[LAST + 1];

static void handle(int signo)
{
    struct slot *slot = &slots[signo];
    int error = errno, fd = atomic_load(&slot->fd);
    const char byte = 0;

    if (fd >= 0 && getpid() == atomic_load(&slot->pid)) {
        atomic_store(&slot->came, true);
        /* full: then it is readable all the same */
        while (write(fd, &byte, 1) < 0 && errno == EINTR)
            continue;
    }
    errno = error;
}

int neap_os_signals_open(neap_os_signals **out)
{
    neap_os_signals *s = malloc(sizeof *s);
    int r;

    if (!s)
        return -ENOMEM;
    r = neap_os_pipe(s->pipe);
    if (r < 0) {
        free(s);
        return r;
    }
    fcntl(s->pipe[0], F_SETFL, O_NONBLOCK);
    fcntl(s->pipe[1], F_SETFL, O_NONBLOCK);
    *out = s;
    return 0;
}

void neap_os_signals_close(neap_os_signals *s)
{
    if (!s)
        return;
    for (int signo = 1; signo <= LAST; signo++)
        neap_os_signals_give_back(s, signo);
    close(s->pipe[0]);
    close(s->pipe[1]);
    free(s);
}

int neap_os_signals_fd(const neap_os_signals *s)
{
    return s->pipe[0];
}

int neap_os_signals_hear(neap_os_signals *s, int signo)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
    neap_os_signals *nobody = NULL;
    struct slot *slot;

    if (signo < 1 || signo > LAST || signo == SIGKILL || signo == SIGSTOP)
        return -EINVAL;
    slot = &slots[signo];
    if (!atomic_compare_exchange_strong(&slot->owner, &nobody, s))
        return nobody == s ? 0 : -EBUSY;
    atomic_store(&slot->came, false);
    atomic_store(&slot->pid, getpid());
    atomic_store(&slot->fd, s->pipe[1]);
    sigfillset(&action.sa_mask);
    if (sigaction(signo, &action, &slot->before) == 0)
        return 0;
    atomic_store(&slot->fd, -1);
    atomic_store(&slot->owner, NULL);
    return -EINVAL;
}

bool neap_os_signals_give_back(neap_os_signals *s, int signo)
{
    struct slot *slot = &slots[signo];
    struct sigaction now;

    if (atomic_load(&slot->owner) != s)
        return false;
    /* not over what somebody has put there since */
    if (sigaction(signo, NULL, &now) == 0 && now.sa_handler == handle)
        sigaction(signo, &slot->before, NULL);
    atomic_store(&slot->fd, -1);
    atomic_store(&slot->owner, NULL);
    return true;
}

/* Bytes first: one that comes after them finds its signal not looked at yet. */
static void drain(int fd)
{
    char bytes[64];
    ssize_t n;

    do
        n = read(fd, bytes, sizeof bytes);
    while (n > 0 || (n < 0 && errno == EINTR));
}

int neap_os_signals_next(neap_os_signals *s)
{
    drain(s->pipe[0]);
    for (int signo = 1; signo <= LAST; signo++) {
        if (atomic_load(&slots[signo].owner) == s &&
            atomic_exchange(&slots[signo].came, false))
            return signo;
    }
    return 0;
}
