/* talk.c - the collector's side of its socket: tasks in, what became of them out. */
#include "guard/line.h"
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { OURS = 16 }; /* descriptors that we need ourselves */

static bool say(collector *c, enum neap_collector_answer kind, uint64_t id, int value,
                uint64_t number)
{
    neap_collector_word w = {.kind = kind, .value = value, .id = id, .number = number};

    return send(c->socket, &w, sizeof w, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof w ||
           (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS);
}

void talk_hello(collector *c)
{
    struct rlimit limit = {.rlim_cur = 1024, .rlim_max = 1024};
    uint64_t room;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    room = limit.rlim_cur > OURS ? (uint64_t)limit.rlim_cur - OURS : 0;
    say(c, NEAP_COLLECTOR_HELLO, NEAP_COLLECTOR_GREETING, 0, room);
}

/* The line begins with the name, and stays one line. */
static void make_tag(task *t, const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)name[i];

        t->tag[i] = byte < ' ' || byte == 127 ? '?' : name[i];
    }
    memcpy(t->tag + length, ": ", 2);
    t->tag_size = length + 2;
}

static int pipes_of(const neap_collector_ask *ask)
{
    return (ask->pipes & 1) + (ask->pipes >> 1 & 1);
}

static void begin(collector *c, const neap_collector_ask *ask, const int *fds, int n)
{
    size_t length = strnlen(ask->name, NEAP_COLLECTOR_NAME_MAX);
    task *t = calloc(1, sizeof *t + length + 2);
    int next = 0;

    if (!t) {
        say(c, NEAP_COLLECTOR_LOST, ask->id, ENOMEM, 0);
        say(c, NEAP_COLLECTOR_DONE, ask->id, pipes_of(ask), 0);
        while (next < n)
            close(fds[next++]);
        return;
    }
    t->id = ask->id;
    t->pipes = pipes_of(ask);
    t->tagged = t->by_line = ask->mode == NEAP_COLLECTOR_BY_LINE;
    make_tag(t, ask->name, length);
    for (int i = 0; i < STREAMS; i++) {
        bool has = ask->pipes >> i & 1;

        if (has && next == n) /* no descriptor was left for it */
            t->lost = EMFILE;
        stream_open(c, t, i, has && next < n ? fds[next++] : -1);
    }
    while (next < n)
        close(fds[next++]);
    t->next = c->tasks;
    c->tasks = t;
    c->news |= t->lost != 0;
}

static task *find(const collector *c, uint64_t id)
{
    task *t = c->tasks;

    while (t && t->id != id)
        t = t->next;
    return t;
}

/* The runtime is dead, or has done its work: what tasks still write is passed on. */
static void go_on_alone(collector *c)
{
    close(c->socket);
    c->socket = -1;
    for (task *t = c->tasks; t; t = t->next)
        stream_settle(c, t);
    c->news = true;
}

static void take(collector *c, const neap_collector_ask *ask, const int *fds, int n)
{
    task *t;

    switch (ask->kind) {
    case NEAP_COLLECTOR_TASK:
        begin(c, ask, fds, n);
        break;
    case NEAP_COLLECTOR_ENDED:
        t = find(c, ask->id);
        if (t && !t->ended)
            stream_end(c, t);
        break;
    case NEAP_COLLECTOR_STOP:
        c->stop = true;
        break;
    }
}

/* Takes the descriptors out of a message. */
static int descriptors_of(struct msghdr *m, int fds[STREAMS])
{
    int n = 0;

    for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
        size_t many = (h->cmsg_len - CMSG_LEN(0)) / sizeof *fds;

        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < many && n < STREAMS; i++)
            memcpy(&fds[n++], CMSG_DATA(h) + i * sizeof *fds, sizeof *fds);
    }
    return n;
}

void talk_read(collector *c)
{
    neap_collector_ask ask;
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(STREAMS * sizeof(int))];
    } control;
    struct iovec part = {&ask, sizeof ask};
    int fds[STREAMS], many = 64;

    while (c->socket >= 0 && many-- > 0) {
        struct msghdr m = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof control};
        ssize_t n = neap_line_receive(c->socket, &m);

        if (n == (ssize_t)sizeof ask)
            take(c, &ask, fds, descriptors_of(&m, fds));
        else if (n >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOMEM))
            go_on_alone(c);
        else
            return;
    }
}

/* Telling. */

/* To the runtime, or to a person when there is none. False: later. */
static bool tell(collector *c, enum neap_collector_answer kind, const task *t,
                 int value, const sink *s)
{
    if (c->socket >= 0)
        return say(c, kind, t ? t->id : 0, value, s ? (uint64_t)s->number : 0);
    if (s)
        dprintf(STDERR_FILENO, "neap: the tasks' output to %s is lost: %s\n",
                sink_name(s), strerror(value));
    else
        dprintf(STDERR_FILENO, "neap: %s%s: %s\n", t->tag,
                kind == NEAP_COLLECTOR_LOST ? "some of its output is lost"
                                            : "its output is not kept until its end",
                strerror(value));
    return true;
}

static bool is_written(const task *t)
{
    for (int i = 0; i < STREAMS; i++) {
        const sink *s = t->stream[i].to;

        if (!s->broken && s->out < t->mark[i])
            return false;
    }
    return t->settled;
}

static int held(const task *t)
{
    return (t->stream[0].fd >= 0) + (t->stream[1].fd >= 0);
}

/* Those that nobody holds any more need not be read to be known as such. */
static void close_ended(collector *c, task *t)
{
    for (int i = 0; i < STREAMS; i++) {
        struct pollfd p = {.fd = t->stream[i].fd, .events = POLLIN};

        if (p.fd >= 0 && poll(&p, 1, 0) > 0 && !(p.revents & POLLIN))
            stream_close(c, &t->stream[i]);
    }
}

/* False: the socket is full. */
static bool tell_of(collector *c, task *t)
{
    if (t->unspooled) {
        if (!tell(c, NEAP_COLLECTOR_UNSPOOLED, t, t->unspooled, NULL))
            return false;
        t->unspooled = 0;
    }
    if (t->lost) {
        if (!tell(c, NEAP_COLLECTOR_LOST, t, t->lost, NULL))
            return false;
        t->lost = 0;
    }
    if (t->told || !is_written(t))
        return true;
    close_ended(c, t);
    t->told = c->socket < 0 ||
              say(c, NEAP_COLLECTOR_DONE, t->id, t->pipes, (uint64_t)held(t));
    c->unsaid -= t->told;
    return t->told;
}

static void forget(task *t)
{
    for (int i = 0; i < STREAMS; i++)
        spool_drop(&t->stream[i].kept);
    free(t);
}

void talk_write(collector *c)
{
    bool more = false;

    for (int i = 0; i < STREAMS; i++) {
        sink *s = &c->sinks[i];

        if (s->broken && !s->told)
            s->told = tell(c, NEAP_COLLECTOR_BROKEN, NULL, s->broken, s);
        more |= s->broken && !s->told;
    }
    for (task **at = &c->tasks; *at && !more;) {
        task *t = *at;

        more = !tell_of(c, t);
        if (t->told && held(t) == 0 && !t->stream[0].waiting && !t->stream[1].waiting &&
            spool_is_empty(&t->stream[0].kept) && spool_is_empty(&t->stream[1].kept)) {
            *at = t->next;
            forget(t);
        } else {
            at = &t->next;
        }
    }
    c->news = more;
}
