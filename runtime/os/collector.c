/* collector.c - the runtime's side of the collector: starts it, hands pipes over. */
#include "collector.h"

#include "guard/line.h"
#include "output/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE (5 * NEAP_S)
#define LAST_PATIENCE NEAP_S

extern char **environ; /* POSIX has it, but no header of POSIX declares it */

struct neap_collector {
    int fd;
    pid_t pid;
    bool dead, told;
    bool stopped;        /* it must go, whatever it has */
    uint64_t room, used; /* descriptors that it may have, and has */
    uint64_t held;       /* of pipes that outlive their tasks */
    uint64_t *ended;     /* ids that are to be sent: room for every task it has */
    size_t n_ended, n_tasks, ended_room;
};

enum { PER_PIPE = 2 }; /* descriptors: the pipe, and a file for what it gave */

int neap_collector_fd(const neap_collector *c)
{
    return c->fd;
}

bool neap_collector_wants_write(const neap_collector *c)
{
    return !c->dead && c->n_ended > 0;
}

pid_t neap_collector_pid(const neap_collector *c)
{
    return c->pid;
}

/* TOOMANYREFS: too many descriptors are under way, until it has read some. */
static bool is_passing(int error)
{
    return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM ||
           error == ETOOMANYREFS;
}

/* 0, -EAGAIN, or -EPIPE. */
static int say(neap_collector *c, const neap_collector_ask *ask, const int *fds,
               size_t n)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control = {.bytes = {0}};
    neap_collector_ask copy = *ask;
    struct iovec part = {&copy, sizeof copy};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};

    if (n > 0) {
        m.msg_control = &control;
        m.msg_controllen = CMSG_SPACE(n * sizeof *fds);
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(n * sizeof *fds);
        memcpy(CMSG_DATA(&control.head), fds, n * sizeof *fds);
    }
    if (sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
        return 0;
    if (is_passing(errno))
        return -EAGAIN;
    c->dead = true;
    return -EPIPE;
}

/* Tasks. */

static int make_room(neap_collector *c)
{
    size_t room = c->ended_room ? 2 * c->ended_room : 16;
    uint64_t *larger;

    if (c->n_tasks < c->ended_room)
        return 0;
    larger = realloc(c->ended, room * sizeof *larger);
    if (!larger)
        return -ENOMEM;
    c->ended = larger;
    c->ended_room = room;
    return 0;
}

static void close_some(int *fds, int from, int to)
{
    for (int i = from; i < to; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }
}

/* Makes the pipes: write ends into fds[1] and fds[2], read ends into `reads`. How many,
 * or a negative errno. */
static int make_pipes(int fds[3], int reads[2])
{
    int n = 0, ends[2], error = 0;

    for (int i = 1; i <= 2 && error == 0; i++) {
        if (fds[i] < 0)
            continue;
        fds[i] = -1;
        error = neap_os_pipe(ends);
        if (error)
            continue;
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        reads[n++] = ends[0];
        fds[i] = ends[1];
    }
    if (error == 0)
        return n;
    close_some(reads, 0, n);
    close_some(fds, 1, 3);
    return error;
}

int neap_collector_task(neap_collector *c, uint64_t id, const char *name,
                        neap_collect how, int fds[3])
{
    neap_collector_ask ask = {.kind = NEAP_COLLECTOR_TASK, .id = id};
    int reads[2], n, error;

    ask.mode =
        how == NEAP_COLLECT_LINES ? NEAP_COLLECTOR_BY_LINE : NEAP_COLLECTOR_AT_ITS_END;
    ask.pipes = (uint16_t)((fds[1] >= 0 ? NEAP_COLLECTOR_HAS_OUT : 0) |
                           (fds[2] >= 0 ? NEAP_COLLECTOR_HAS_ERR : 0));
    strncpy(ask.name, name, NEAP_COLLECTOR_NAME_MAX);
    neap_collector_flush(c);
    error = c->dead ? -EPIPE : c->n_ended > 0 ? -EAGAIN : make_room(c);
    if (error == 0 && c->used + 2 * PER_PIPE > c->room)
        error = -EMFILE;
    n = error ? error : make_pipes(fds, reads);
    if (n < 0) {
        fds[1] = fds[2] = -1;
        return n;
    }
    error = say(c, &ask, reads, (size_t)n);
    close_some(reads, 0, n);
    if (error) {
        close_some(fds, 1, 3);
        return error;
    }
    c->used += (uint64_t)n * PER_PIPE;
    c->n_tasks++;
    return 0;
}

void neap_collector_ended(neap_collector *c, uint64_t id)
{
    if (c->n_ended < c->ended_room)
        c->ended[c->n_ended++] = id;
    neap_collector_flush(c);
}

void neap_collector_flush(neap_collector *c)
{
    size_t sent = 0;

    while (!c->dead && sent < c->n_ended) {
        neap_collector_ask ask = {.kind = NEAP_COLLECTOR_ENDED, .id = c->ended[sent]};

        if (say(c, &ask, NULL, 0) < 0)
            break;
        sent++;
    }
    c->n_ended -= sent;
    if (sent > 0)
        memmove(c->ended, c->ended + sent, c->n_ended * sizeof *c->ended);
}

/* Hearing. */

static bool hear(neap_collector *c, neap_collector_word *word)
{
    ssize_t n;

    do
        n = recv(c->fd, word, sizeof *word, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)sizeof *word)
        return true;
    if (n >= 0 || (errno != EAGAIN && errno != ENOMEM))
        c->dead = true;
    return false;
}

static void give_back(neap_collector *c, const neap_collector_word *word)
{
    uint64_t n = (uint64_t)word->value * PER_PIPE;

    c->used -= n < c->used ? n : c->used;
    c->used += word->number;
    c->held += word->number;
    if (c->n_tasks > 0)
        c->n_tasks--;
}

static neap_collected kind_of(uint32_t wire)
{
    switch (wire) {
    case NEAP_COLLECTOR_BROKEN:
        return NEAP_COLLECTED_BROKEN;
    case NEAP_COLLECTOR_UNSPOOLED:
        return NEAP_COLLECTED_UNSPOOLED;
    case NEAP_COLLECTOR_LOST:
        return NEAP_COLLECTED_LOST;
    default:
        return NEAP_COLLECTED_DONE;
    }
}

bool neap_collector_next(neap_collector *c, neap_collector_event *event)
{
    neap_collector_word word;

    if (hear(c, &word)) {
        *event = (neap_collector_event){.kind = kind_of(word.kind),
                                        .id = word.id,
                                        .error = word.value,
                                        .number = (int)word.number};
        if (event->kind == NEAP_COLLECTED_DONE)
            give_back(c, &word);
        return true;
    }
    if (!c->dead || c->told)
        return false;
    c->told = true;
    *event = (neap_collector_event){.kind = NEAP_COLLECTED_DEAD};
    return true;
}

/* Beginning and end. */

/* posix_spawn, since a fork of a big host would block it. Positive errno. */
static int spawn_program(pid_t *pid, const char *program, int end)
{
    char *argv[] = {(char[]){"neap-output"}, NULL};
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
    error = posix_spawn_file_actions_adddup2(&actions, end, NEAP_COLLECTOR_FD);
    if (!error)
        error = posix_spawn(pid, program, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
free_actions:
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Waits until its socket can be read, or until `until`: then false. */
static bool await(const neap_collector *c, neap_ns until)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    neap_ns left = until - neap_os_now();

    return left > 0 && (poll(&p, 1, (int)(left / NEAP_MS) + 1) > 0 || errno == EINTR);
}

static int await_hello(neap_collector *c)
{
    neap_ns until = neap_os_now() + PATIENCE;
    neap_collector_word word;

    while (!hear(c, &word)) {
        if (c->dead || !await(c, until))
            return -EPROTO;
    }
    if (word.kind != NEAP_COLLECTOR_HELLO || word.id != NEAP_COLLECTOR_GREETING)
        return -EPROTO;
    c->room = word.number;
    return 0;
}

/* Reaps it when it has gone, of KILL after `until`. A host may have done that. */
static void take_away(pid_t pid, neap_ns until)
{
    const struct timespec nap = {.tv_nsec = NEAP_MS};
    pid_t gone;

    while ((gone = waitpid(pid, NULL, WNOHANG)) == 0 || (gone < 0 && errno == EINTR)) {
        if (neap_os_now() >= until && kill(pid, SIGKILL) < 0)
            return; /* it can only be left */
        nanosleep(&nap, NULL);
    }
}

static int start(neap_collector *c, const char *program)
{
    int pair[2], error = neap_line_pair(SOCK_SEQPACKET, pair);

    if (error)
        return error;
    c->fd = pair[0];
    error = spawn_program(&c->pid, program, pair[1]);
    close(pair[1]);
    if (error)
        return -error;
    error = await_hello(c);
    if (error)
        take_away(c->pid, 0);
    return error;
}

static void collector_free(neap_collector *c)
{
    if (c->fd >= 0)
        close(c->fd);
    free(c->ended);
    free(c);
}

void neap_collector_abandon(neap_collector *c)
{
    if (c)
        collector_free(c);
}

int neap_collector_open(neap_collector **out, const char *program)
{
    neap_collector *c = calloc(1, sizeof *c);
    int error;

    if (!c)
        return -ENOMEM;
    c->fd = -1;
    error = start(c, program);
    if (error) {
        collector_free(c);
        return error;
    }
    *out = c;
    return 0;
}

void neap_collector_stop(neap_collector *c)
{
    neap_collector_ask ask = {.kind = NEAP_COLLECTOR_STOP};

    if (!c->dead)
        say(c, &ask, NULL, 0);
    c->stopped = true;
}

void neap_collector_close(neap_collector *c)
{
    neap_ns until = neap_os_now() + LAST_PATIENCE;
    neap_collector_word word;

    if (!c)
        return;
    shutdown(c->fd, SHUT_WR);
    while (!c->dead && (c->stopped || (c->held == 0 && c->n_tasks == 0))) {
        if (!hear(c, &word) && !await(c, until))
            break;
    }
    if (c->dead || c->stopped) /* dead: its socket has ended, so it is on its way */
        take_away(c->pid, until);
    collector_free(c);
}
