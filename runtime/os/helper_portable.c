/* helper_portable.c - threads behind descriptors. */
#include "helper.h"
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static neap_helper *find(neap_helpers *all, int fd)
{
    neap_helper *h = atomic_load(&all->first);

    while (h && (!atomic_load(&h->taken) || atomic_load(&h->fd) != fd))
        h = h->next;
    return h;
}

neap_helper *neap_helper_find(neap_helpers *all, int fd)
{
    neap_helper *h = find(all, fd);

    return h && h->owner == getpid() ? h : NULL;
}

static neap_helper *take(neap_helpers *all)
{
    neap_helper *h = atomic_load(&all->first);
    bool taken = false;

    for (; h; h = h->next, taken = false)
        if (atomic_compare_exchange_strong(&h->taken, &taken, true))
            return h;
    h = calloc(1, all->size);
    if (!h)
        return NULL;
    atomic_store(&h->taken, true);
    atomic_store(&h->fd, -1);
    h->next = atomic_load(&all->first);
    while (!atomic_compare_exchange_weak(&all->first, &h->next, h))
        continue;
    return h;
}

static int init_lock(neap_helper *h)
{
    pthread_condattr_t by_clock;
    int error = pthread_condattr_init(&by_clock);

    if (error)
        return -error;
    pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
    error = pthread_cond_init(&h->changed, &by_clock);
    pthread_condattr_destroy(&by_clock);
    if (!error)
        error = pthread_mutex_init(&h->lock, NULL);
    return -error;
}

static int start(neap_helpers *all, neap_helper *h)
{
    sigset_t every, before;
    int error;

    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    error = pthread_create(&h->thread, NULL, all->run, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -error;
}

static int init(neap_helpers *all, neap_helper *h)
{
    int fds[2], r = neap_os_pipe(fds);

    if (r < 0)
        return r;
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    h->out = fds[1];
    h->owner = getpid();
    h->ends = h->told = false;
    atomic_store(&h->fd, fds[0]);
    all->init(h);
    r = init_lock(h);
    if (r == 0)
        r = start(all, h);
    if (r == 0)
        return fds[0];
    atomic_store(&h->fd, -1);
    close(fds[0]);
    close(fds[1]);
    return r;
}

int neap_helper_open(neap_helpers *all)
{
    neap_helper *h = take(all);
    int r = h ? init(all, h) : -ENOMEM;

    if (r < 0 && h)
        atomic_store(&h->taken, false);
    return r;
}

static void end(neap_helper *h, void (*wake)(neap_helper *h))
{
    pthread_mutex_lock(&h->lock);
    h->ends = true;
    if (wake)
        wake(h);
    pthread_cond_signal(&h->changed);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    pthread_cond_destroy(&h->changed);
    pthread_mutex_destroy(&h->lock);
}

void neap_helper_close(neap_helpers *all, int fd, void (*wake)(neap_helper *h))
{
    neap_helper *h = find(all, fd);

    if (h && h->owner == getpid())
        end(h, wake);
    if (h) {
        close(h->out);
        atomic_store(&h->fd, -1);
        atomic_store(&h->taken, false);
    }
    close(fd);
}

void neap_helper_tell(neap_helper *h)
{
    ssize_t n;

    if (h->told)
        return;
    do
        n = write(h->out, "", 1);
    while (n < 0 && errno == EINTR);
    h->told = n == 1;
}

void neap_helper_untell(neap_helper *h)
{
    char byte;
    ssize_t n;

    if (!h->told)
        return;
    do
        n = read(atomic_load(&h->fd), &byte, 1);
    while (n < 0 && errno == EINTR);
    h->told = n != 1;
}
