/* set_portable.c - several descriptors as one: a thread polls them, and says when one is
 * ready; and no more until it is told that somebody has looked. */
#include "helper.h"
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 1024 };

/* What follows the helper is under its lock, but for `polled`, which is the thread's. */
struct set {
    neap_helper helper; /* first */
    int wake[2];        /* a pipe: the list is another now. -1: there is none */
    struct pollfd list[ROOM];
    nfds_t count;
    struct pollfd polled[ROOM + 1];
};

static void wake(neap_helper *h)
{
    const struct set *s = (struct set *)h;

    while (s->wake[1] >= 0 && write(s->wake[1], "", 1) < 0 && errno == EINTR)
        continue;
}

static void drain(const struct set *s)
{
    char bytes[64];

    while (s->wake[0] >= 0 && read(s->wake[0], bytes, sizeof bytes) > 0)
        continue;
}

/* Without the lock. Is one of them ready, and nothing changed meanwhile? */
static bool wait_for_one(struct set *s, nfds_t count)
{
    int ready = poll(s->polled, count + 1, -1);

    return ready > 0 && !s->polled[count].revents;
}

static void *run(void *user)
{
    struct set *s = user;

    pthread_mutex_lock(&s->helper.lock);
    while (!s->helper.ends) {
        nfds_t count = s->count;
        bool is_ready;

        if (s->helper.told) {
            pthread_cond_wait(&s->helper.changed, &s->helper.lock);
            continue;
        }
        memcpy(s->polled, s->list, count * sizeof *s->list);
        s->polled[count] = (struct pollfd){.fd = s->wake[0], .events = POLLIN};
        drain(s);
        pthread_mutex_unlock(&s->helper.lock);
        is_ready = wait_for_one(s, count);
        pthread_mutex_lock(&s->helper.lock);
        if (is_ready)
            neap_helper_tell(&s->helper);
    }
    pthread_mutex_unlock(&s->helper.lock);
    return NULL;
}

static void begin(neap_helper *h)
{
    struct set *s = (struct set *)h;

    s->count = 0;
    if (neap_os_pipe(s->wake) < 0)
        s->wake[0] = s->wake[1] = -1;
    for (int i = 0; i < 2 && s->wake[0] >= 0; i++)
        fcntl(s->wake[i], F_SETFL, O_NONBLOCK);
}

static neap_helpers all = {.size = sizeof(struct set), .run = run, .init = begin};

int neap_os_set_new(void)
{
    return neap_helper_open(&all);
}

int neap_os_set_add(int set, int fd, neap_os_set_events events)
{
    struct set *s = (struct set *)neap_helper_find(&all, set);
    int r = -ENOSPC;

    if (!s || s->wake[0] < 0)
        return -EBADF;
    pthread_mutex_lock(&s->helper.lock);
    if (s->count < ROOM) {
        s->list[s->count++] = (struct pollfd){
            .fd = fd,
            .events = events == NEAP_OS_SET_READ_WRITE ? POLLIN | POLLOUT : POLLIN};
        wake(&s->helper);
        r = 0;
    }
    pthread_mutex_unlock(&s->helper.lock);
    return r;
}

void neap_os_set_drop(int set, int fd)
{
    struct set *s = (struct set *)neap_helper_find(&all, set);

    if (!s)
        return;
    pthread_mutex_lock(&s->helper.lock);
    for (nfds_t i = 0; i < s->count; i++)
        if (s->list[i].fd == fd)
            s->list[i] = s->list[--s->count];
    wake(&s->helper);
    pthread_mutex_unlock(&s->helper.lock);
}

void neap_os_set_looked(int set)
{
    struct set *s = (struct set *)neap_helper_find(&all, set);

    if (!s)
        return;
    pthread_mutex_lock(&s->helper.lock);
    neap_helper_untell(&s->helper);
    if (poll(s->list, s->count, 0) > 0)
        neap_helper_tell(&s->helper);
    pthread_cond_signal(&s->helper.changed);
    pthread_mutex_unlock(&s->helper.lock);
}

void neap_os_set_close(int set)
{
    struct set *s = (struct set *)neap_helper_find(&all, set);
    int pipe[2] = {-1, -1};

    if (s)
        memcpy(pipe, s->wake, sizeof pipe);
    neap_helper_close(&all, set, wake);
    for (int i = 0; i < 2; i++)
        if (pipe[i] >= 0)
            close(pipe[i]);
}
