/* tick_portable.c - the tick: a thread that sleeps until it is time, and writes to a
 * pipe.
 *
 * poll() has a grain of a millisecond, and a timer of POSIX needs a signal, which would
 * be the host's. A descriptor finds its tick in a list that is only added to, and whose
 * entries are used again: so nothing is locked that a fork could leave locked. In the
 * child of a fork a tick has no thread, and does nothing.
 */
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct tick {
    atomic_bool taken;
    atomic_int fd; /* that is read: its name */
    int out;
    pid_t owner;
    struct tick *next;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under the lock */
    neap_ns at, every; /* NEAP_FOREVER: never */
    uint64_t count;    /* that nobody has read */
    bool ends;
};

static _Atomic(struct tick *) all;

static struct tick *find(int fd)
{
    struct tick *t = atomic_load(&all);

    while (t && (!atomic_load(&t->taken) || atomic_load(&t->fd) != fd))
        t = t->next;
    return t;
}

/* NULL, too: it is that of the process that forked us. */
static struct tick *find_ours(int fd)
{
    struct tick *t = find(fd);

    return t && t->owner == getpid() ? t : NULL;
}

static struct tick *take(void)
{
    struct tick *t = atomic_load(&all);
    bool was_free = false;

    for (; t; t = t->next, was_free = false)
        if (atomic_compare_exchange_strong(&t->taken, &was_free, true))
            return t;
    t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    atomic_store(&t->taken, true);
    atomic_store(&t->fd, -1);
    t->next = atomic_load(&all);
    while (!atomic_compare_exchange_weak(&all, &t->next, t))
        continue;
    return t;
}

static void sleep_until(struct tick *t, neap_ns at)
{
    const struct timespec time = {(time_t)(at / NEAP_S), (long)(at % NEAP_S)};

    if (at == NEAP_FOREVER)
        pthread_cond_wait(&t->changed, &t->lock);
    else
        pthread_cond_timedwait(&t->changed, &t->lock, &time);
}

/* One byte is in the pipe while there is something to read. */
static void expire(struct tick *t, neap_ns now)
{
    uint64_t times = t->every > 0 ? 1 + (uint64_t)((now - t->at) / t->every) : 1;

    if (t->count == 0)
        while (write(t->out, "", 1) < 0 && errno == EINTR)
            continue;
    t->count += times;
    t->at = t->every > 0 ? t->at + (neap_ns)times * t->every : NEAP_FOREVER;
}

static void *run(void *user)
{
    struct tick *t = user;

    pthread_mutex_lock(&t->lock);
    while (!t->ends) {
        neap_ns now = neap_os_now();

        if (t->at <= now)
            expire(t, now);
        else
            sleep_until(t, t->at);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

/* No signal of the host's is handled in our thread. */
static int start(struct tick *t)
{
    sigset_t every, before;
    int error;

    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    error = pthread_create(&t->thread, NULL, run, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -error;
}

/* An entry that is used again has what a fork may have left of its thread's. */
static int init_lock(struct tick *t)
{
    pthread_condattr_t by_clock;

    if (pthread_mutex_init(&t->lock, NULL) != 0 ||
        pthread_condattr_init(&by_clock) != 0)
        return -ENOMEM;
    pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
    if (pthread_cond_init(&t->changed, &by_clock) != 0)
        return -ENOMEM;
    pthread_condattr_destroy(&by_clock);
    return 0;
}

static int init(struct tick *t)
{
    int fds[2], r = neap_os_pipe(fds);

    if (r < 0)
        return r;
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    fcntl(fds[1], F_SETFL, O_NONBLOCK);
    t->out = fds[1];
    t->owner = getpid();
    t->at = NEAP_FOREVER;
    t->every = 0;
    t->count = 0;
    t->ends = false;
    r = init_lock(t);
    if (r == 0)
        r = start(t);
    if (r == 0) {
        atomic_store(&t->fd, fds[0]);
        return fds[0];
    }
    close(fds[0]);
    close(fds[1]);
    return r;
}

int neap_os_tick_new(void)
{
    struct tick *t = take();
    int r = t ? init(t) : -ENOMEM;

    if (r < 0 && t)
        atomic_store(&t->taken, false);
    return r;
}

int neap_os_tick_arm(int fd, neap_ns at, neap_ns every)
{
    struct tick *t = find_ours(fd);

    if (!t)
        return -EBADF;
    neap_os_tick_read(fd); /* to be set again forgets them */
    pthread_mutex_lock(&t->lock);
    t->at = at;
    t->every = every;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
    return 0;
}

uint64_t neap_os_tick_read(int fd)
{
    struct tick *t = find_ours(fd);
    uint64_t count;
    char byte;

    if (!t)
        return 0;
    pthread_mutex_lock(&t->lock);
    count = t->count;
    t->count = 0;
    if (count > 0)
        while (read(fd, &byte, 1) < 0 && errno == EINTR)
            continue;
    pthread_mutex_unlock(&t->lock);
    return count;
}

static void end(struct tick *t)
{
    pthread_mutex_lock(&t->lock);
    t->ends = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
}

void neap_os_tick_close(int fd)
{
    struct tick *t = find(fd);

    if (t && t->owner == getpid())
        end(t);
    if (t) {
        close(t->out);
        atomic_store(&t->fd, -1);
        atomic_store(&t->taken, false);
    }
    close(fd);
}
