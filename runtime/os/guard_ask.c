/* guard_ask.c - what the runtime asks of the guard.
 *
 * Requests go into a queue in memory and from there to the socket as far as it takes
 * them.
 */
#include "guard_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(neap_os_cpuset) == NEAP_WIRE_CPU_WORDS * sizeof(uint64_t) &&
                   NEAP_OUTBOX_FDS == NEAP_WIRE_FDS,
               "one format");

void neap_guard_gather(neap_guard *g)
{
    neap_outbox_gather(&g->out);
}

static int sent(neap_guard *g, int error)
{
    if (error == -EPIPE && !g->ended)
        neap_guard_cut_off(g);
    return error;
}

static int put(neap_guard *g, size_t size)
{
    return sent(g, neap_outbox_put(&g->out, size));
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

int neap_guard_ask(neap_guard *g, enum neap_wire_kind kind, uint64_t tag)
{
    neap_wire_head head = {.kind = kind, .tag = tag};
    unsigned char *body;
    int error = begin(g, &head, &body);

    return error ? error : put(g, sizeof head);
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
        neap_guard_ask(g, NEAP_WIRE_REAP, g->reaps[i]);
    g->n_reaps = 0;
    return sent(g, neap_outbox_flush(&g->out));
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
    return put(g, sizeof head + size);
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
    return put(g, sizeof head + sizeof adopt);
}

int neap_guard_take(neap_guard *g)
{
    int error = neap_guard_ask(g, NEAP_WIRE_TAKE, 0);

    return error || !g->orphans ? error : neap_guard_ask(g, NEAP_WIRE_ORPHANS, 0);
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
    return put(g, sizeof head + sizeof s);
}

int neap_guard_go(neap_guard *g, uint64_t tag)
{
    return neap_guard_ask(g, NEAP_WIRE_GO, tag);
}

int neap_guard_reap(neap_guard *g, uint64_t tag)
{
    if (!g->out.gathers || g->n_reaps == REAPS)
        return neap_guard_ask(g, NEAP_WIRE_REAP, tag);
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
    neap_guard_watch(g, NEAP_GUARD_WATCH_ALL);
}

int neap_guard_watch(neap_guard *g, neap_guard_watching what)
{
    int error = neap_guard_ask(
        g, what == NEAP_GUARD_WATCH_ALL ? NEAP_WIRE_WATCH : NEAP_WIRE_PAUSE, 0);

    return error ? error : neap_guard_flush(g); /* we may stop at once */
}

int neap_guard_orphans(neap_guard *g)
{
    int error = g->orphans ? 0 : neap_guard_ask(g, NEAP_WIRE_ORPHANS, 0);

    g->orphans |= !error;
    return error;
}
