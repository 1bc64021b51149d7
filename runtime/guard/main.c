/* main.c - neap-guard: spawns and reaps the tasks of a runtime, and outlives it.
 *
 * Started by the runtime (../os/guard.c) with descriptor 3 as its socket and the
 * arguments: the runtime's pid, `end` or `continue` (what becomes of the tasks when the
 * runtime dies), the grace time between TERM and KILL and the time after which it is
 * stuck, both in nanoseconds, and the path of the record on descriptor 4 (empty: it has
 * none; `-`: there is no record), and its role: `alone`, or `keeper` (keep.c) with the
 * keeper's socket on descriptor 5, or `kept` by one. The runtime is dead when the
 * socket ends, when its pidfd says so, or when its number is nobody's: each alone
 * misses a case (a forked worker holds the socket; a runtime that execs lives on; an
 * old kernel has no pidfd).
 */
#include "guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PARENT_CHECK (1000 * MS) /* only where there is no pidfd */

int64_t clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 * MS + t.tv_nsec;
}

static int timeout(const struct guard *g)
{
    int64_t left = spawn_next(g);

    if (left > reap_next(g))
        left = reap_next(g);
    if (left > g->heart.due)
        left = g->heart.due;
    if (left != INT64_MAX)
        left = left > g->now ? left - g->now : 0;
    if (g->runtime < 0 && left > PARENT_CHECK)
        left = PARENT_CHECK;
    return left == INT64_MAX ? -1 : (int)(left / MS) + (left > 0);
}

/* Who is its child has another parent at once when it dies; of a zombie kill() would say
 * that it is there. */
static bool is_there(const struct guard *g)
{
    return g->is_child ? getppid() == g->parent
                       : kill(g->parent, 0) == 0 || errno == EPERM;
}

enum { SOCKET, RUNTIME, CHILDREN };

/* One turn: sleep until something happens, then take it all. The children's own words
 * first: they come before their exits. */
static void turn(struct guard *g)
{
    struct pollfd *polls = g->polls;
    struct record **starting = g->polled;
    nfds_t count = FIRST_START;

    polls[SOCKET] = (struct pollfd){.fd = g->socket};
    polls[SOCKET].events |= g->refusing ? 0 : POLLIN;
    polls[SOCKET].events |= g->first_note ? POLLOUT : 0;
    polls[RUNTIME] = (struct pollfd){.fd = g->runtime, .events = POLLIN};
    polls[CHILDREN] = (struct pollfd){.fd = g->children, .events = POLLIN};
    for (struct record *r = g->starting; r; r = r->next_starting) {
        if (!spawn_is_to_listen(g, r))
            continue;
        starting[count - FIRST_START] = r;
        polls[count++] = (struct pollfd){.fd = r->fd, .events = POLLIN};
    }

    if (poll(polls, count, timeout(g)) < 0)
        return;
    g->now = clock_now();
    for (nfds_t i = FIRST_START; i < count; i++)
        if (polls[i].revents)
            spawn_listen(g, starting[i - FIRST_START]);
    if (polls[CHILDREN].revents) {
        spawn_listen_all(g);
        reap(g);
    }
    spawn_due(g);
    if (polls[SOCKET].revents)
        talk_read(g);
    reap_due(g);
    heart_due(g);
    talk_write(g);
    if (polls[RUNTIME].revents || (g->runtime < 0 && !is_there(g)))
        g->fate = g->fate == GOES_ON ? RUNTIME_DEAD : g->fate;
}

static bool read_arguments(struct guard *g, int argc, char **argv)
{
    if (argc != NEAP_WIRE_ROLE + 1)
        return false;
    g->parent = (pid_t)strtol(argv[1], NULL, 10);
    g->on_death = strcmp(argv[2], "end") == 0 ? ON_DEATH_END : ON_DEATH_CONTINUE;
    g->grace = strtoll(argv[3], NULL, 10);
    g->heart.stuck_after = strtoll(argv[4], NULL, 10);
    g->book_path = argv[5];
    return g->parent > 0 && g->grace >= 0 && g->heart.stuck_after > 0;
}

int main(int argc, char **argv)
{
    struct guard *g = setup_memory(sizeof *g);

    if (!g)
        return 1;
    if (!read_arguments(g, argc, argv)) {
        fputs("neap-guard: is started by neap, not by hand\n", stderr);
        return 2;
    }
    g->is_child = strcmp(argv[NEAP_WIRE_ROLE], NEAP_WIRE_KEPT) != 0;
    if (!setup(g, argv))
        return 1;
    talk_hello(g);
    reap_init(g);
    heart_init(g);
    if (!is_there(g))
        g->fate = RUNTIME_DEAD;
    g->now = clock_now();
    while (g->fate == GOES_ON)
        turn(g);
    keep_wait(g);
    if (g->fate == CLOSED)
        end_closed(g);
    else if (g->fate == RUNTIME_DEAD)
        end_dead(g);
    return 0;
}
