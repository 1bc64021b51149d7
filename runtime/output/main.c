/* main.c - neap-output: takes what tasks write to our stdout and stderr, whole lines or
 * whole tasks at a time.
 *
 * Started by the runtime (../os/collector.c) with descriptor 3 as its socket, it ends
 * when the runtime's end of that is closed and all pipes are at their end: what a dead
 * runtime's tasks write, and what a task has left behind, is passed on to its last
 * byte.
 */
#include "guard/proc.h"
#include "output.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_socket(int fd)
{
    int type;
    socklen_t size = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           type == SOCK_SEQPACKET;
}

/* Nobody's stdin is held open by us. */
static bool set_up_descriptors(void)
{
    int null = open("/dev/null", O_RDWR);

    if (null < 0)
        return false;
    dup2(null, STDIN_FILENO);
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            dup2(null, fd);
    neap_proc_close_from(NEAP_COLLECTOR_FD + 1);
    return true;
}

static void ignore_signals(void)
{
    static const int ignored[] = {SIGHUP,  SIGINT,  SIGTERM, SIGQUIT, SIGPIPE,
                                  SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ};
    struct sigaction action = {.sa_handler = SIG_IGN};

    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        sigaction(ignored[i], &action, NULL);
}

static bool set_up(collector *c)
{
    if (!set_up_descriptors())
        return false;
    c->socket = NEAP_COLLECTOR_FD;
    c->last_queued = &c->first_queued;
    c->kept = set_new();
    sink_open(c);
    talk_hello(c);
    return c->kept >= 0 && c->sinks[0].streams >= 0 && c->sinks[1].streams >= 0;
}

/* One batch of those that can be read. */
static void read_set(collector *c, int set, const sink *to)
{
    void *items[SET_MANY];
    int n = set_ready(set, items);

    for (int i = 0; i < n && (!to || sink_takes(to)); i++) {
        stream *s = items[i];

        if (s->fd >= 0 && !s->task->queued)
            stream_read(c, s);
    }
}

enum { SOCKET, KEPT, SINKS, SETS = SINKS + STREAMS, POLLS = SETS + STREAMS };

static void wait_for_news(collector *c, struct pollfd polls[POLLS])
{
    bool at_once = print_can_go_on(c);

    polls[SOCKET] = (struct pollfd){.fd = c->socket, .events = POLLIN};
    polls[SOCKET].events |= c->news ? POLLOUT : 0;
    polls[KEPT] = (struct pollfd){.fd = c->kept, .events = POLLIN};
    for (int i = 0; i < STREAMS; i++) {
        const sink *s = &c->sinks[i];
        bool full = s->from < s->to && !s->broken;

        polls[SINKS + i] = (struct pollfd){.fd = full ? s->fd : -1, .events = POLLOUT};
        polls[SETS + i] =
            (struct pollfd){.fd = sink_takes(s) ? s->streams : -1, .events = POLLIN};
        at_once |= s->first_waiting && !s->printing && s->to == s->from;
    }
    set_poll(polls, POLLS, at_once ? 0 : -1);
}

static void turn(collector *c)
{
    struct pollfd polls[POLLS];

    wait_for_news(c, polls);
    if (polls[SOCKET].revents & ~POLLOUT)
        talk_read(c);
    if (polls[KEPT].revents)
        read_set(c, c->kept, NULL);
    for (int i = 0; i < STREAMS; i++) {
        sink *s = &c->sinks[i];

        stream_go_on(c, s);
        if (polls[SETS + i].revents && sink_takes(s))
            read_set(c, s->streams, s);
    }
    if (print_can_go_on(c))
        print_go_on(c);
    for (int i = 0; i < STREAMS; i++) {
        sink *s = &c->sinks[i];

        sink_flush(s);
        if (s->broken && !s->swept)
            stream_break(c, s);
    }
    if (c->news || c->unsaid > 0)
        talk_write(c);
}

static bool is_done(const collector *c)
{
    bool empty = true;

    for (int i = 0; i < STREAMS; i++)
        empty &= c->sinks[i].broken || c->sinks[i].from == c->sinks[i].to;
    return c->stop || (c->socket < 0 && !c->tasks && empty);
}

int main(int argc, char **argv)
{
    static collector c;

    if (argc != 1 || !is_socket(NEAP_COLLECTOR_FD)) {
        fputs("neap-output: is started by neap, not by hand\n", stderr);
        return 2;
    }
    setsid();
    ignore_signals();
    if (!set_up(&c))
        return 1;
    while (!is_done(&c))
        turn(&c);
    return 0;
}
