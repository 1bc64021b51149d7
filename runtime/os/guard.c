/* guard.c - the runtime's side of the guard: starts it, asks, hears.
 *
 * Requests go into a queue in memory and from there to the socket as far as it takes
 * them; events come through a small buffer, whole frames only.
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

_Static_assert(sizeof(neap_os_cpuset) == NEAP_WIRE_CPU_WORDS * sizeof(uint64_t) &&
                   NEAP_OUTBOX_FDS == NEAP_WIRE_FDS,
               "one format");

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

/* Something came that no guard of ours says: it is as good as dead, and takes us for
 * dead. */
static void cut_off(neap_guard *g)
{
    shutdown(g->fd, SHUT_RDWR);
    g->ended = g->out.broken = true;
}

static bool take_frame(neap_guard *g, neap_wire_frame *frame)
{
    if (g->in_end - g->in_at < sizeof *frame)
        return false;
    memcpy(frame, g->in + g->in_at, sizeof *frame);
    g->in_at += sizeof *frame;
    if (!neap_wire_is_event(&frame->head) ||
        (frame->head.kind == NEAP_WIRE_HELLO) == g->greeted) {
        cut_off(g);
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

/* The keeper takes the place of the guard that died. */
static void move(neap_guard *g)
{
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

/* Asking. */

void neap_guard_gather(neap_guard *g)
{
    neap_outbox_gather(&g->out);
}

/* Room for a request, its head written: returns 0 and where its body goes. */
static int begin(neap_guard *g, const neap_wire_head *head, unsigned char **body)
{
    unsigned char *at;

    if (g->ended || g->out.broken)
        return -EPIPE;
    if (head->size > NEAP_WIRE_BODY_MAX)
        return -E2BIG;
    at = neap_outbox_room(&g->out, sizeof *head + head->size);
    if (!at)
        return -ENOMEM;
    memcpy(at, head, sizeof *head);
    *body = at + sizeof *head;
    return 0;
}

/* Queues a request that has no body. */
static int ask(neap_guard *g, enum neap_wire_kind kind, uint64_t tag)
{
    neap_wire_head head = {.kind = kind, .tag = tag};
    unsigned char *body;
    int error = begin(g, &head, &body);

    return error ? error : neap_outbox_put(&g->out, sizeof head);
}

/* Who the child is. Our own mark comes first; one that is too long, of neap in neap in
 * neap, is left out. */
static void mark(char *out, size_t room, pid_t guard, uint64_t tag)
{
    const char *ours = getenv("NEAP_TASK");
    size_t size = ours ? strlen(ours) : 0;

    if (size == 0 || size > room / 2)
        snprintf(out, room, NEAP_WIRE_MARK "%d:%llu", (int)guard,
                 (unsigned long long)tag);
    else
        snprintf(out, room, NEAP_WIRE_MARK "%s/%d:%llu", ours, (int)guard,
                 (unsigned long long)tag);
}

/* A zombie can wait, a free cpu cannot. */
int neap_guard_flush(neap_guard *g)
{
    for (unsigned i = 0; i < g->n_reaps; i++)
        ask(g, NEAP_WIRE_REAP, g->reaps[i]);
    g->n_reaps = 0;
    return neap_outbox_flush(&g->out);
}

int neap_guard_spawn(neap_guard *g, uint64_t tag, const neap_guard_job *job)
{
    neap_wire_head head = {.kind = NEAP_WIRE_SPAWN, .tag = tag};
    unsigned char *body;
    size_t size;
    int error;
    char who[1024];
    neap_wire_job wire = {
        .program = job->program,
        .cwd = job->cwd,
        .cgroup = job->cgroup,
        .argv = (char *const *)job->argv,
        .env = (char *const *)job->env,
        .mark = who,
        .cpus = job->cpus ? job->cpus->word : NULL,
        .limits = job->limits,
        .inherit_stdin = job->inherit_stdin,
        .null_output = job->null_output,
        .goes = job->goes_at_once,
        .fds = {-1, -1, -1},
    };

    mark(who, sizeof who, g->pid, tag);
    if (job->fds)
        memcpy(wire.fds, job->fds, sizeof wire.fds);
    size = neap_wire_spawn_size(&wire);
    head.size = size > NEAP_WIRE_BODY_MAX ? UINT32_MAX : (uint32_t)size;
    error = begin(g, &head, &body);
    if (!error)
        error = neap_outbox_attach(&g->out, wire.fds, NEAP_WIRE_FDS);
    if (error)
        return error;
    neap_wire_spawn_pack(&wire, body);
    return neap_outbox_put(&g->out, sizeof head + size);
}

int neap_guard_adopt(neap_guard *g, uint64_t tag, pid_t pid, neap_guard_was was)
{
    static const int stages[] = {NEAP_WIRE_STAGE_FORKED, NEAP_WIRE_STAGE_RUNNING,
                                 NEAP_WIRE_STAGE_EXITED};
    neap_wire_adopt adopt = {.pid = pid, .stage = stages[was]};
    neap_wire_head head = {.kind = NEAP_WIRE_ADOPT, .size = sizeof adopt, .tag = tag};
    unsigned char *body;
    int error = begin(g, &head, &body);

    if (error)
        return error;
    memcpy(body, &adopt, sizeof adopt);
    return neap_outbox_put(&g->out, sizeof head + sizeof adopt);
}

int neap_guard_take(neap_guard *g)
{
    int error = ask(g, NEAP_WIRE_TAKE, 0);

    return error || !g->orphans ? error : ask(g, NEAP_WIRE_ORPHANS, 0);
}

int neap_guard_signal(neap_guard *g, pid_t target, int signo)
{
    neap_wire_signal s = {.target = target, .signo = signo};
    neap_wire_head head = {.kind = NEAP_WIRE_SIGNAL, .size = sizeof s};
    unsigned char *body;
    int error = begin(g, &head, &body);

    if (error)
        return error;
    memcpy(body, &s, sizeof s);
    return neap_outbox_put(&g->out, sizeof head + sizeof s);
}

int neap_guard_go(neap_guard *g, uint64_t tag)
{
    return ask(g, NEAP_WIRE_GO, tag);
}

int neap_guard_reap(neap_guard *g, uint64_t tag)
{
    if (!g->out.gathers || g->n_reaps == REAPS)
        return ask(g, NEAP_WIRE_REAP, tag);
    g->reaps[g->n_reaps++] = tag;
    return 0;
}

neap_ns neap_guard_beat_every(const neap_guard *g)
{
    if (!g->record || g->stuck_after == NEAP_FOREVER)
        return NEAP_FOREVER;
    return g->stuck_after / 2 < NEAP_S ? g->stuck_after / 2 : NEAP_S;
}

/* It looks at three quarters of stuck_after for the next one, and if nothing was held
 * by then it looks no more. */
void neap_guard_beat(neap_guard *g, neap_ns now)
{
    if (neap_guard_beat_every(g) == NEAP_FOREVER ||
        (neap_record_beat(g->record, now) <= g->stuck_after / 8 * 5 && g->watches))
        return;
    g->watches = true;
    ask(g, NEAP_WIRE_WATCH, 0);
}

int neap_guard_watch(neap_guard *g, neap_guard_watching what)
{
    int error =
        ask(g, what == NEAP_GUARD_WATCH_ALL ? NEAP_WIRE_WATCH : NEAP_WIRE_PAUSE, 0);

    return error ? error : neap_guard_flush(g); /* we may stop at once */
}

int neap_guard_orphans(neap_guard *g)
{
    int error = g->orphans ? 0 : ask(g, NEAP_WIRE_ORPHANS, 0);

    g->orphans |= !error;
    return error;
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

/* A guard whose keeper was killed with it may be on its way out still: as long as it is
 * no zombie, its children are not ours. */
static void await_first(const neap_guard *g, neap_ns until)
{
    const struct timespec nap = {.tv_nsec = NEAP_MS};
    neap_proc p;

    while (g->first != g->pid && neap_proc_read(g->first, &p) == 0 &&
           (p.parent == g->pid || p.parent == getpid()) && neap_proc_lives(&p) &&
           neap_os_now() < until)
        nanosleep(&nap, NULL);
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
    ask(g, NEAP_WIRE_CLOSE, g->spare ? NEAP_WIRE_CLOSE_LEAVE : NEAP_WIRE_CLOSE_END);
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
