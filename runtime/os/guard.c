/* guard.c - the runtime's side of the guard: starts it, hears, ends it.
 *
 * Events come through a small buffer, whole frames only.
 */
#include "guard/proc.h"
#include "guard_inside.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE (5 * NEAP_S)
#define DYING (100 * NEAP_MS)

static void guard_free(neap_guard *g)
{
    if (g->fd >= 0)
        close(g->fd);
    if (g->keeper >= 0)
        close(g->keeper);
    neap_outbox_fini(&g->out);
    free(g);
}

void neap_guard_abandon(neap_guard *g)
{
    if (g)
        guard_free(g);
}

int neap_guard_fd(const neap_guard *g)
{
    return g->fd;
}

bool neap_guard_wants_write(const neap_guard *g)
{
    return neap_outbox_is_full(&g->out);
}

pid_t neap_guard_pid(const neap_guard *g)
{
    return g->pid;
}

pid_t neap_guard_worker(const neap_guard *g)
{
    return g->worker;
}

/* Hearing. */

/* Does the guard that has a keeper live? Its number may be another's by now. */
static bool first_lives(const neap_guard *g)
{
    neap_proc p;

    return g->first > 0 && g->first != g->pid && neap_proc_read(g->first, &p) == 0 &&
           (p.parent == g->pid || p.parent == getpid()) && neap_proc_lives(&p);
}

/* It says what no guard of ours says, or can be asked no more: it is as good as dead,
 * and takes us for dead. With a keeper it is killed before it can see that, since it
 * would end its tasks and take their statuses with it. What it has said already can
 * still be read; then comes the end, for both sides. */
void neap_guard_cut_off(neap_guard *g)
{
    if (g->keeper >= 0 && first_lives(g))
        kill(g->first, SIGKILL);
    g->out.broken = true;
    shutdown(g->fd, SHUT_RDWR);
}

static bool take_frame(neap_guard *g, neap_wire_frame *frame)
{
    if (g->in_end - g->in_at < sizeof *frame)
        return false;
    memcpy(frame, g->in + g->in_at, sizeof *frame);
    g->in_at += sizeof *frame;
    if (!neap_wire_is_event(&frame->head) ||
        (frame->head.kind == NEAP_WIRE_HELLO) == g->greeted) {
        neap_guard_cut_off(g);
        g->ended = true;
        g->in_at = g->in_end;
        return false;
    }
    g->greeted = true;
    return true;
}

/* Reads what there is. Returns whether anything came. */
static bool receive(neap_guard *g)
{
    ssize_t n;

    memmove(g->in, g->in + g->in_at, g->in_end - g->in_at);
    g->in_end -= g->in_at;
    g->in_at = 0;
    do
        n = recv(g->fd, g->in + g->in_end, sizeof g->in - g->in_end, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    g->dry = n > 0 && n < (ssize_t)(sizeof g->in - g->in_end);
    if (n > 0)
        g->in_end += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != ENOMEM))
        g->ended = true;
    return n > 0;
}

static bool next_frame(neap_guard *g, neap_wire_frame *frame)
{
    do {
        if (take_frame(g, frame))
            return true;
        if (g->dry) {
            g->dry = false;
            return false;
        }
    } while (!g->ended && receive(g));
    return false;
}

static neap_guard_kind kind_of(uint32_t wire)
{
    switch (wire) {
    case NEAP_WIRE_FORKED:
        return NEAP_GUARD_FORKED;
    case NEAP_WIRE_STARTED:
        return NEAP_GUARD_STARTED;
    case NEAP_WIRE_FAILED:
        return NEAP_GUARD_FAILED;
    case NEAP_WIRE_REAPED:
        return NEAP_GUARD_REAPED;
    case NEAP_WIRE_ORPHAN:
        return NEAP_GUARD_ORPHAN;
    case NEAP_WIRE_STUCK:
        return NEAP_GUARD_STUCK;
    default:
        return NEAP_GUARD_EXITED;
    }
}

/* As long as it does, its children are nobody else's. */
static void await_first(const neap_guard *g, neap_ns until)
{
    const struct timespec nap = {.tv_nsec = NEAP_MS / 5};

    while (first_lives(g) && neap_os_now() < until)
        nanosleep(&nap, NULL);
}

/* The keeper takes the place of the guard that died. */
static void move(neap_guard *g)
{
    await_first(g, neap_os_now() + DYING);
    close(g->fd);
    g->fd = g->keeper;
    g->keeper = -1;
    g->worker = g->pid;
    g->in_at = g->in_end = 0;
    g->n_reaps = 0;
    g->greeted = g->ended = g->watches = g->dry = false;
    neap_outbox_turn(&g->out, g->fd);
}

static bool next_event(neap_guard *g, neap_wire_frame *frame)
{
    while (next_frame(g, frame))
        if (frame->head.kind != NEAP_WIRE_HELLO)
            return true;
    return false;
}

bool neap_guard_next(neap_guard *g, neap_guard_event *event)
{
    neap_wire_frame frame;

    if (next_event(g, &frame)) {
        *event = (neap_guard_event){
            .kind = kind_of(frame.head.kind),
            .tag = frame.head.tag,
            .pid = frame.event.pid,
            .error = frame.event.error,
            .code = frame.event.code,
            .signalled = frame.event.signalled != 0,
            .cpu = frame.event.time,
            .left = frame.head.kind == NEAP_WIRE_REAPED && frame.event.code != 0,
        };
        return true;
    }
    if (!g->ended || g->told)
        return false;
    if (g->keeper >= 0) {
        move(g);
        *event = (neap_guard_event){.kind = NEAP_GUARD_MOVED, .pid = g->pid};
        return true;
    }
    g->told = true;
    *event = (neap_guard_event){.kind = NEAP_GUARD_LOST, .pid = g->pid};
    return true;
}

/* Beginning and end. */

/* Sleeps until the socket can be read (or written, when something waits), or until
 * `until`. */
static void await(const neap_guard *g, neap_ns until)
{
    struct pollfd p = {.fd = g->fd, .events = POLLIN};
    neap_ns left = until - neap_os_now();

    if (neap_guard_wants_write(g))
        p.events |= POLLOUT;
    if (left > 0)
        poll(&p, 1, (int)(left / NEAP_MS) + 1);
}

static int await_hello(neap_guard *g)
{
    neap_ns until = neap_os_now() + PATIENCE;
    neap_wire_frame frame;

    while (!next_frame(g, &frame)) {
        if (g->ended || neap_os_now() >= until)
            return -EPROTO;
        await(g, until);
    }
    g->worker = g->first = frame.event.pid;
    return frame.head.tag == NEAP_WIRE_GREETING ? 0 : -EPROTO;
}

/* Waits for the guard's end, and makes it end when it does not. A host that reaped it,
 * or that ignores SIGCHLD, makes waitpid fail: then it is gone, and its pid may be
 * another's. */
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

int neap_guard_open(neap_guard **out, const char *program,
                    const neap_guard_options *options)
{
    neap_guard *g = calloc(1, sizeof *g);
    int error;

    if (!g)
        return -ENOMEM;
    g->fd = g->keeper = -1;
    error = neap_outbox_init(&g->out);
    if (error)
        goto fail;
    g->record = options->record;
    g->stuck_after = options->stuck_after ? options->stuck_after : NEAP_FOREVER;
    error = neap_guard_start(g, program, options);
    if (error)
        goto fail;
    error = await_hello(g);
    if (error) {
        take_away(g->pid, 0);
        goto fail;
    }
    *out = g;
    return 0;
fail:
    guard_free(g);
    return error;
}

static void close_one(neap_guard *g, neap_ns until)
{
    neap_guard_ask(g, NEAP_WIRE_CLOSE,
                   g->spare ? NEAP_WIRE_CLOSE_LEAVE : NEAP_WIRE_CLOSE_END);
    while (!g->ended && neap_os_now() < until) {
        neap_guard_flush(g);
        await(g, until);
        g->in_at = g->in_end = 0; /* nobody asks any more */
        receive(g);
    }
}

void neap_guard_spare(neap_guard *g)
{
    g->spare = true;
}

void neap_guard_close(neap_guard *g)
{
    neap_ns until = neap_os_now() + PATIENCE;

    if (!g)
        return;
    close_one(g, until);
    if (g->keeper >= 0) {
        move(g);
        close_one(g, until);
    }
    take_away(g->pid, until);
    await_first(g, until);
    guard_free(g);
}
