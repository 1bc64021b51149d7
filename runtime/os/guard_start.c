/* guard_start.c - starts the guard, or its keeper: a program with a few descriptors. */
#include "guard/book.h"
#include "guard/line.h"
#include "guard_inside.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PASSED = 3 };

extern char **environ; /* POSIX has it, but no header of POSIX declares it */

/* What `from` gives goes to `to`. One may have the number that another is to get, so
 * all go out of the way first; the guard closes what it has no use for. */
static int add_descriptors(posix_spawn_file_actions_t *actions, const int *from)
{
    static const int to[PASSED] = {NEAP_WIRE_FD, NEAP_BOOK_FD, NEAP_WIRE_KEEPER_FD};
    int aside = NEAP_WIRE_KEEPER_FD, error = 0;

    for (int i = 0; i < PASSED; i++)
        aside = from[i] > aside ? from[i] : aside;
    for (int i = 0; i < PASSED && !error; i++)
        if (from[i] >= 0)
            error = posix_spawn_file_actions_adddup2(actions, from[i], aside + 1 + i);
    for (int i = 0; i < PASSED && !error; i++)
        if (from[i] >= 0)
            error = posix_spawn_file_actions_adddup2(actions, aside + 1 + i, to[i]);
    return error;
}

/* posix_spawn, since a fork of a big host would block it. Positive errno, as it gives
 * them. */
static int spawn_guard(pid_t *pid, const char *program, char **argv, const int *fds)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t set;
    int error = posix_spawn_file_actions_init(&actions);

    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error)
        goto free_actions;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigfillset(&set);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    error = add_descriptors(&actions, fds);
    if (!error)
        error = posix_spawn(pid, program, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
free_actions:
    posix_spawn_file_actions_destroy(&actions);
    return error == EBADF ? EMFILE : error; /* a number above what we may have */
}

static const char *path_of(const neap_record *record)
{
    if (!record)
        return "-";
    return neap_record_path(record) ? neap_record_path(record) : "";
}

/* A socketpair, as positive errno says it. */
static int connect_to(int *ours, int *its)
{
    int pair[2], error = neap_line_pair(SOCK_STREAM, pair);

    if (error)
        return -error;
    *ours = pair[0];
    *its = pair[1];
    return 0;
}

static void hang_up(int fd)
{
    if (fd >= 0)
        close(fd);
}

int neap_guard_start(neap_guard *g, const char *program, const neap_guard_options *o)
{
    char parent[16], grace[24], stuck[24], path[512], role[16];
    char *argv[] = {(char[]){"neap-guard\0"},
                    parent,
                    o->on_death == NEAP_GUARD_END ? (char[]){"end"}
                                                  : (char[]){"continue"},
                    grace,
                    stuck,
                    path,
                    role,
                    NULL};
    int fds[PASSED] = {-1, o->record ? neap_record_fd(o->record) : -1, -1}, error;

    snprintf(parent, sizeof parent, "%d", (int)getpid());
    snprintf(grace, sizeof grace, "%lld", (long long)o->grace);
    snprintf(stuck, sizeof stuck, "%lld", (long long)g->stuck_after);
    snprintf(path, sizeof path, "%s", path_of(o->record));
    snprintf(role, sizeof role, "%s", o->keeper ? NEAP_WIRE_KEEPER : NEAP_WIRE_ALONE);
    if (o->keeper)
        strcpy(argv[0], "neap-keeper");
    error = connect_to(&g->fd, &fds[0]);
    if (!error && o->keeper)
        error = connect_to(&g->keeper, &fds[2]);
    if (!error)
        error = spawn_guard(&g->pid, program, argv, fds);
    g->out.socket = g->fd;
    hang_up(fds[0]);
    hang_up(fds[2]);
    if (!error && o->record)
        neap_record_set_guard(o->record, g->pid);
    return -error;
}
