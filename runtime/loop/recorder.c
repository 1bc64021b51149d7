/* recorder.c - a run is written to a file while it happens.
 *
 * Records are gathered in a buffer, which is written when it is full, once a second,
 * and at the end: a run that dies loses its last second. When the file cannot be
 * written the recording ends, with a report, and the run goes on.
 */
#include "recorder.h"
#include "runtime.h"
#include "trace/trace.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 64 * 1024 };

struct recorder {
    int fd;
    char *path;
    neap_trace_at at;
    neap_ns written_at;
    size_t used;
    uint8_t bytes[ROOM];
};

/* The run goes on without it. */
static void give_up(neap_runtime *rt, int error)
{
    recorder *r = rt->recorder;
    char message[300];

    snprintf(message, sizeof message, "the record %.200s ends here: %s", r->path,
             strerror(error));
    neap_loop_tell(rt, &(neap_report){.kind = NEAP_REPORT_RECORD, .message = message});
    rt->recorder = NULL;
    neap_core_tap(rt->core, NULL, NULL);
    close(r->fd);
    free(r->path);
    free(r);
}

/* 0 or an errno. */
static int write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);

        if (n < 0 && errno != EINTR)
            return errno;
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        }
    }
    return 0;
}

static void flush(neap_runtime *rt)
{
    recorder *r = rt->recorder;
    int error;

    if (r->used == 0)
        return;
    r->used += neap_trace_put_check(&r->at, r->bytes + r->used);
    error = write_all(r->fd, r->bytes, r->used);
    r->used = 0;
    if (error)
        give_up(rt, error);
}

static void put_large(neap_runtime *rt, const neap_event *e, size_t bound)
{
    uint8_t *bytes = malloc(bound);
    int error = ENOMEM;

    if (bytes)
        error = write_all(rt->recorder->fd, bytes,
                          neap_trace_put(&rt->recorder->at, e, bytes));
    free(bytes);
    if (error)
        give_up(rt, error);
}

static void put(neap_runtime *rt, const neap_event *e)
{
    recorder *r = rt->recorder;
    size_t bound = neap_trace_bound(e);

    if (r->used + bound + NEAP_TRACE_CHECK_SIZE > ROOM)
        flush(rt);
    if (!rt->recorder)
        return;
    if (bound + NEAP_TRACE_CHECK_SIZE > ROOM)
        put_large(rt, e, bound);
    else
        r->used += neap_trace_put(&r->at, e, r->bytes + r->used);
}

static void put_text(neap_runtime *rt, neap_event_kind kind, const char *text,
                     size_t size)
{
    size = size < NEAP_TRACE_TEXT_MAX ? size : NEAP_TRACE_TEXT_MAX;
    if (rt->recorder)
        put(rt, &(neap_event){.kind = kind, .text = text, .size = size});
}

static int64_t bits_of(const neap_policy *p)
{
    return p->flags | (p->slice ? NEAP_EVENT_HAS_SLICE : 0u) |
           (p->tick ? NEAP_EVENT_HAS_TICK : 0u) |
           (p == neap_policy_find("fair") ? NEAP_EVENT_IS_FALLBACK : 0u);
}

static void put_policy(neap_runtime *rt, neap_ns now, const neap_policy *p,
                       const neap_params *params)
{
    char text[512];

    if (p->source)
        put_text(rt, NEAP_EV_SOURCE, p->source, p->source_size);
    for (size_t i = 0; params && i < params->count; i++) {
        int n = snprintf(text, sizeof text, "%s=%s", params->list[i].name,
                         params->list[i].value);

        put_text(rt, NEAP_EV_PARAM, text,
                 (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    }
    if (rt->recorder)
        put(rt, &(neap_event){.kind = NEAP_EV_SET_POLICY,
                              .now = now,
                              .n = {bits_of(p), (int64_t)p->ideal},
                              .text = p->name,
                              .size = strlen(p->name)});
}

static void hear(void *user, const neap_event *e)
{
    neap_runtime *rt = user;

    if (e->kind == NEAP_EV_SET_POLICY)
        put_policy(rt, e->now, e->policy, e->params);
    else
        put(rt, e);
}

static void put_head(neap_runtime *rt)
{
    const neap_ctx *c = neap_core_ctx(rt->core);
    const neap_policy *p;

    put(rt,
        &(neap_event){.kind = NEAP_EV_HEAD,
                      .now = rt->made_at,
                      .n = {c->quantum, c->cpus, (int64_t)rt->opt.max_alive,
                            rt->opt.max_hold, rt->opt.actuator == NEAP_ACTUATOR_NONE,
                            (int64_t)(rt->opt.seed ? rt->opt.seed : 1),
                            rt->live ? neap_os_time_of_day() : 0}});
    if (neap_options_policy(rt->opt.policy, rt->opt.table, &p) == 0)
        put_policy(rt, rt->made_at, p, &rt->opt.params);
}

int neap_recorder_open(neap_runtime *rt, const char *path)
{
    recorder *r = malloc(sizeof *r);
    char *copy = strdup(path);
    int fd = -1;

    if (r && copy)
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        int error = r && copy ? errno : NEAP_EMEMORY;

        free(copy);
        free(r);
        return neap_error(error, "cannot write the record %s: %s", path,
                          strerror(error));
    }
    r->fd = fd;
    r->path = copy;
    r->used = 0;
    r->written_at = rt->made_at;
    neap_trace_begin(&r->at);
    rt->recorder = r;
    memcpy(r->bytes, NEAP_TRACE_MAGIC, strlen(NEAP_TRACE_MAGIC));
    r->used = strlen(NEAP_TRACE_MAGIC);
    put_head(rt);
    if (rt->recorder)
        neap_core_tap(rt->core, hear, rt);
    return 0;
}

void neap_recorder_close(neap_runtime *rt)
{
    if (rt->recorder)
        flush(rt);
    neap_recorder_abandon(rt);
}

void neap_recorder_abandon(neap_runtime *rt)
{
    if (!rt->recorder)
        return;
    neap_core_tap(rt->core, NULL, NULL);
    close(rt->recorder->fd);
    free(rt->recorder->path);
    free(rt->recorder);
    rt->recorder = NULL;
}

static void put_sent(neap_runtime *rt, neap_event_kind kind, const neap_task *t)
{
    if (rt->recorder)
        put(rt, &(neap_event){.kind = kind, .now = neap_loop_now(rt), .task = t->id});
}

void neap_recorder_held(neap_runtime *rt, const neap_task *t)
{
    put_sent(rt, NEAP_EV_HELD, t);
}

void neap_recorder_released(neap_runtime *rt, const neap_task *t)
{
    put_sent(rt, NEAP_EV_RELEASED, t);
}

void neap_recorder_stats(const neap_runtime *rt, const neap_stats *s)
{
    if (rt->recorder)
        put((neap_runtime *)rt,
            &(neap_event){.kind = NEAP_EV_STATS,
                          .now = rt->made_at + s->wall,
                          .n = {s->neap_cpu, (int64_t)s->ticks, (int64_t)s->missed,
                                (int64_t)s->escaped}});
}

neap_ns neap_recorder_due(const neap_runtime *rt)
{
    const recorder *r = rt->recorder;

    return r && r->used ? r->written_at + NEAP_S : NEAP_FOREVER;
}

void neap_recorder_turn(neap_runtime *rt, neap_ns now)
{
    if (now < neap_recorder_due(rt))
        return;
    rt->recorder->written_at = now;
    flush(rt);
}
