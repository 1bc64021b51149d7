/* set_portable.c - sets of descriptors that can be read, as lists for poll(). The
 * number of a set is above those of all descriptors. */
#include "output.h"

#include <errno.h>
#include <stdlib.h>

enum { SETS = 4, FIRST_SET = 1 << 30 };

/* What set_poll() has found is kept until the next one. */
static struct set {
    struct pollfd *polls;
    void **items;
    size_t count, room, next; /* where set_ready() goes on */
} sets[SETS];
static int used;

static struct pollfd *together; /* everything that is polled */
static size_t room;

int set_new(void)
{
    return used < SETS ? FIRST_SET + used++ : -1;
}

static struct set *of(int set)
{
    return set >= FIRST_SET ? &sets[set - FIRST_SET] : NULL;
}

static bool grow(struct set *s)
{
    size_t more = s->room ? 2 * s->room : 16;
    struct pollfd *polls = realloc(s->polls, more * sizeof *polls);
    void **items;

    if (!polls)
        return false;
    s->polls = polls;
    items = realloc(s->items, more * sizeof *items);
    if (!items)
        return false;
    s->items = items;
    s->room = more;
    return true;
}

bool set_add(int set, int fd, void *item)
{
    struct set *s = of(set);

    if (s->count == s->room && !grow(s)) {
        errno = ENOMEM;
        return false;
    }
    s->polls[s->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    s->items[s->count++] = item;
    return true;
}

void set_remove(int set, int fd)
{
    struct set *s = of(set);

    for (size_t i = 0; i < s->count; i++) {
        if (s->polls[i].fd != fd)
            continue;
        s->polls[i] = s->polls[--s->count];
        s->items[i] = s->items[s->count];
        return;
    }
}

int set_ready(int set, void *items[SET_MANY])
{
    struct set *s = of(set);
    int n = 0;

    for (size_t looked = 0; looked < s->count && n < SET_MANY; looked++) {
        s->next = (s->next + 1) % s->count;
        if (s->polls[s->next].revents)
            items[n++] = s->items[s->next];
        s->polls[s->next].revents = 0;
    }
    return n;
}

static size_t count_all(const struct pollfd *polls, size_t n)
{
    size_t count = n;

    for (size_t i = 0; i < n; i++)
        count += of(polls[i].fd) ? of(polls[i].fd)->count : 0;
    return count;
}

static bool make_room(size_t count)
{
    struct pollfd *larger;

    if (count <= room)
        return true;
    larger = realloc(together, 2 * count * sizeof *larger);
    if (!larger)
        return false;
    together = larger;
    room = 2 * count;
    return true;
}

/* First those that are no sets (of a set: nothing), then the members of each. */
static nfds_t gather(const struct pollfd *polls, size_t n)
{
    nfds_t count = 0;

    for (size_t i = 0; i < n; i++) {
        together[count] = polls[i];
        together[count].fd = of(polls[i].fd) ? -1 : polls[i].fd;
        together[count++].revents = 0;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; of(polls[i].fd) && k < of(polls[i].fd)->count; k++)
            together[count++] = of(polls[i].fd)->polls[k];
    return count;
}

static void spread(struct pollfd *polls, size_t n)
{
    const struct pollfd *member = together + n;

    for (size_t i = 0; i < n; i++) {
        struct set *s = of(polls[i].fd);

        polls[i].revents = together[i].revents;
        for (size_t k = 0; s && k < s->count; k++) {
            s->polls[k].revents = (member++)->revents;
            if (s->polls[k].revents)
                polls[i].revents = POLLIN;
        }
    }
}

int set_poll(struct pollfd *polls, size_t n, int timeout)
{
    int ready;

    for (size_t i = 0; i < n; i++)
        polls[i].revents = 0;
    if (!make_room(count_all(polls, n)))
        return -1;
    ready = poll(together, gather(polls, n), timeout);
    if (ready > 0)
        spread(polls, n);
    return ready;
}
