/* tick_portable.c - the tick: a thread that sleeps until it is time.
 *
 * poll() has a grain of a millisecond, and a timer of POSIX needs a signal, which would
 * be the host's. */
#include "helper.h"
#include "os.h"

#include <errno.h>
#include <time.h>

/* What follows the helper is under its lock. */
struct tick {
    neap_helper helper; /* first */
    neap_ns at, every;  /* NEAP_FOREVER: never */
    uint64_t count;     /* that nobody has read */
};

static void expire(struct tick *t, neap_ns now)
{
    uint64_t times = t->every > 0 ? 1 + (uint64_t)((now - t->at) / t->every) : 1;

    neap_helper_tell(&t->helper);
    t->count += times;
    t->at = t->every > 0 ? t->at + (neap_ns)times * t->every : NEAP_FOREVER;
}

static void sleep_until(struct tick *t)
{
    const struct timespec time = {(time_t)(t->at / NEAP_S), (long)(t->at % NEAP_S)};

    if (t->at == NEAP_FOREVER)
        pthread_cond_wait(&t->helper.changed, &t->helper.lock);
    else
        pthread_cond_timedwait(&t->helper.changed, &t->helper.lock, &time);
}

static void *run(void *user)
{
    struct tick *t = user;

    pthread_mutex_lock(&t->helper.lock);
    while (!t->helper.ends) {
        neap_ns now = neap_os_now();

        if (t->at <= now)
            expire(t, now);
        else
            sleep_until(t);
    }
    pthread_mutex_unlock(&t->helper.lock);
    return NULL;
}

static void begin(neap_helper *h)
{
    struct tick *t = (struct tick *)h;

    t->at = NEAP_FOREVER;
    t->every = 0;
    t->count = 0;
}

static neap_helpers all = {.size = sizeof(struct tick), .run = run, .init = begin};

int neap_os_tick_new(void)
{
    return neap_helper_open(&all);
}

/* To be set again forgets what has expired. */
int neap_os_tick_arm(int fd, neap_ns at, neap_ns every)
{
    struct tick *t = (struct tick *)neap_helper_find(&all, fd);

    if (!t)
        return -EBADF;
    pthread_mutex_lock(&t->helper.lock);
    neap_helper_untell(&t->helper);
    t->count = 0;
    t->at = at;
    t->every = every;
    if (at <= neap_os_now())
        expire(t, neap_os_now());
    pthread_cond_signal(&t->helper.changed);
    pthread_mutex_unlock(&t->helper.lock);
    return 0;
}

uint64_t neap_os_tick_read(int fd)
{
    struct tick *t = (struct tick *)neap_helper_find(&all, fd);
    uint64_t count;

    if (!t)
        return 0;
    pthread_mutex_lock(&t->helper.lock);
    neap_helper_untell(&t->helper);
    count = t->count;
    t->count = 0;
    pthread_mutex_unlock(&t->helper.lock);
    return count;
}

void neap_os_tick_close(int fd)
{
    neap_helper_close(&all, fd, NULL);
}
