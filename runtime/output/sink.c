/* sink.c - our stdout and stderr, written to without falling asleep.
 *
 * O_NONBLOCK belongs to the open file, which others share with us. So a pipe or a
 * terminal is opened once more, for us alone; where that is refused we write, when
 * poll() says that there is room, no more than a pipe then takes at once.
 */
#include "output.h"

#include "guard/line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void open_again(sink *s)
{
    int fd = again_open(s->number);

    if (fd >= 0)
        s->fd = fd;
    else
        s->how = SINK_CAREFUL;
}

static void open_one(sink *s, int number)
{
    struct stat st;

    s->number = s->fd = number;
    s->how = SINK_PLAIN;
    s->last_waiting = &s->first_waiting;
    s->streams = set_new();
    if (fstat(number, &st) != 0)
        return;
    if (S_ISSOCK(st.st_mode))
        s->how = SINK_SOCKET;
    else if (S_ISFIFO(st.st_mode) || isatty(number))
        open_again(s);
}

/* Is one the other? Then whole lines stay whole only in one buffer. */
static bool are_the_same(void)
{
    struct stat out, err;

    return fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
           out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

void sink_open(collector *c)
{
    open_one(&c->sinks[0], STDOUT_FILENO);
    open_one(&c->sinks[1], STDERR_FILENO);
    c->sink_of[0] = &c->sinks[0];
    c->sink_of[1] = &c->sinks[are_the_same() ? 0 : 1];
}

const char *sink_name(const sink *s)
{
    return s->number == STDOUT_FILENO ? "stdout" : "stderr";
}

static ssize_t write_some(const sink *s)
{
    struct pollfd p = {.fd = s->fd, .events = POLLOUT};
    size_t n = s->to - s->from;

    if (s->how == SINK_SOCKET)
        return send(s->fd, s->buffer + s->from, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (s->how == SINK_CAREFUL) {
        if (poll(&p, 1, 0) == 0) {
            errno = EAGAIN;
            return -1;
        }
        n = n < PIPE_BUF ? n : PIPE_BUF;
    }
    return write(s->fd, s->buffer + s->from, n);
}

void sink_flush(sink *s)
{
    while (s->from < s->to) {
        ssize_t n = write_some(s);

        if (n >= 0) {
            s->from += (size_t)n;
            s->out += (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (errno != EINTR) {
            s->broken = errno;
            break;
        }
    }
    s->from = s->to = 0;
}

bool sink_has_room(sink *s, size_t n)
{
    if (SINK_ROOM - s->to >= n)
        return true;
    sink_flush(s);
    memmove(s->buffer, s->buffer + s->from, s->to - s->from);
    s->to -= s->from;
    s->from = 0;
    return SINK_ROOM - s->to >= n;
}

void sink_put(sink *s, const char *bytes, size_t n)
{
    if (s->broken)
        return;
    memcpy(s->buffer + s->to, bytes, n);
    s->to += n;
    s->in += n;
}

bool sink_takes(const sink *s)
{
    return !s->first_waiting && !s->printing && s->to - s->from < SINK_ROOM / 2;
}
