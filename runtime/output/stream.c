/* stream.c - what comes from a task's pipe: passed on line by line, or kept. */
#include "output.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Nothing more comes from it that is its task's: a line without its end is a line. */
static bool is_over(const stream *s)
{
    return s->fd < 0 || (s->task->ended && s->last == 0 && !s->task->settled);
}

static int set_of(const collector *c, const stream *s)
{
    return s->task->by_line ? s->to->streams : c->kept;
}

void stream_open(collector *c, task *t, int which, int fd)
{
    stream *s = &t->stream[which];

    s->task = t;
    s->to = c->sink_of[which];
    s->kept.fd = -1;
    s->fd = fd;
    if (fd >= 0 && (s->to->broken || !set_add(set_of(c, s), fd, s))) {
        t->lost = s->to->broken ? 0 : errno;
        close(fd);
        s->fd = -1;
    }
}

void stream_close(collector *c, stream *s)
{
    if (s->fd < 0)
        return;
    set_remove(set_of(c, s), s->fd);
    close(s->fd);
    s->fd = -1;
    c->news = true;
}

/* The length of the first line of `n` bytes, or of a piece of one that is too long; 0:
 * its end has not come. `*skip`: of its newline. */
static size_t line_of(const stream *s, const char *bytes, size_t n, size_t *skip)
{
    const char *end = memchr(bytes, '\n', n <= LINE ? n : LINE + 1);

    *skip = end ? 1 : 0;
    if (end)
        return (size_t)(end - bytes);
    if (n > LINE)
        return LINE;
    return is_over(s) ? n : 0;
}

/* Puts the lines of `n` bytes into the sink. Returns how many bytes that were; the sink
 * is full when whole lines are left: then it waits. */
static size_t put_lines(stream *s, const char *bytes, size_t n)
{
    const task *t = s->task;
    size_t at = 0, skip, tag = t->tagged ? t->tag_size : 0;

    while (at < n) {
        size_t length = line_of(s, bytes + at, n - at, &skip);

        if (length + skip == 0)
            break;
        if (s->to->printing || !sink_has_room(s->to, tag + length + 1)) {
            s->waiting = true;
            break;
        }
        sink_put(s->to, t->tag, tag);
        sink_put(s->to, bytes + at, length);
        sink_put(s->to, "\n", 1);
        at += length + skip;
    }
    return at;
}

static void wait_for_room(stream *s)
{
    s->next_waiting = NULL;
    *s->to->last_waiting = s;
    s->to->last_waiting = &s->next_waiting;
}

/* Passes on what is in the scratch, and keeps the rest. */
static void pass_on(collector *c, stream *s, size_t n)
{
    size_t done;

    s->waiting = false;
    done = put_lines(s, c->scratch, n);
    if (!spool_add_here(&s->kept, c->scratch + done, n - done)) {
        s->task->lost = ENOMEM;
        c->news = true;
        s->waiting = false;
    }
    if (s->waiting)
        wait_for_room(s);
}

/* What is kept of it, into the scratch. */
static size_t recall(collector *c, stream *s)
{
    return (size_t)spool_take(&s->kept, c->scratch, SCRATCH);
}

/* The disk is full: what there is of this task is printed now, and the rest when it
 * comes. */
static void give_up_keeping(collector *c, task *t, int error)
{
    t->unspooled = error;
    c->news = true;
    print_queue(c, t);
}

static void keep(collector *c, stream *s, size_t n)
{
    size_t kept;
    int error = spool_add(&s->kept, c->scratch, n, &kept);

    if (error == 0)
        return;
    if (!spool_add_here(&s->kept, c->scratch + kept, n - kept))
        s->task->lost = ENOMEM;
    give_up_keeping(c, s->task, -error);
}

void stream_read(collector *c, stream *s)
{
    size_t have = s->task->by_line ? recall(c, s) : 0;
    ssize_t n = read(s->fd, c->scratch + have, LINE);
    bool nothing = n < 0 && (errno == EAGAIN || errno == EINTR);

    if (n > 0)
        s->last -= (uint64_t)n < s->last ? (uint64_t)n : s->last;
    else if (!nothing)
        stream_close(c, s);
    if (n < 0)
        n = 0;
    if (s->task->by_line)
        pass_on(c, s, have + (size_t)n);
    else if (n > 0)
        keep(c, s, (size_t)n);
    stream_settle(c, s->task);
}

void stream_go_on(collector *c, sink *to)
{
    stream *s = to->first_waiting;

    if (!s || to->printing || !sink_has_room(to, SINK_ROOM / 2))
        return;
    to->first_waiting = s->next_waiting;
    if (!to->first_waiting)
        to->last_waiting = &to->first_waiting;
    pass_on(c, s, recall(c, s));
    stream_settle(c, s->task);
}

void stream_break(collector *c, sink *to)
{
    to->first_waiting = NULL;
    to->last_waiting = &to->first_waiting;
    to->swept = true;
    for (task *t = c->tasks; t; t = t->next) {
        for (int i = 0; i < STREAMS; i++) {
            stream *s = &t->stream[i];

            if (s->to != to)
                continue;
            stream_close(c, s);
            spool_drop(&s->kept);
            s->waiting = false;
        }
        stream_settle(c, t);
    }
    c->news = true;
}

static uint64_t in_pipe(const stream *s)
{
    int n = 0;

    return s->fd >= 0 && ioctl(s->fd, FIONREAD, &n) == 0 && n > 0 ? (uint64_t)n : 0;
}

static void end_one(collector *c, stream *s)
{
    if (s->task->by_line && s->last == 0 && !s->waiting)
        pass_on(c, s, recall(c, s));
    while (!s->task->by_line && !s->task->queued && s->fd >= 0 && s->last > 0)
        stream_read(c, s);
}

void stream_end(collector *c, task *t)
{
    t->ended = true;
    for (int i = 0; i < STREAMS; i++)
        t->stream[i].last = in_pipe(&t->stream[i]);
    for (int i = 0; i < STREAMS; i++)
        end_one(c, &t->stream[i]);
    if (!t->by_line)
        print_queue(c, t);
    stream_settle(c, t);
}

void stream_settle(collector *c, task *t)
{
    bool orphan = c->socket < 0 && t->stream[0].fd < 0 && t->stream[1].fd < 0;

    if (orphan && !t->by_line)
        print_queue(c, t);
    if (t->settled || t->queued || !(t->ended || orphan))
        return;
    for (int i = 0; i < STREAMS; i++) {
        const stream *s = &t->stream[i];

        if (!is_over(s) || !spool_is_empty(&s->kept))
            return;
    }
    for (int i = 0; i < STREAMS; i++)
        t->mark[i] = t->stream[i].to->in;
    t->settled = true;
    c->unsaid++;
    c->news = true;
}
