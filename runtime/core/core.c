/* core.c - the core as a whole: made and freed, the context's verbs, the counts. */
#include "internal.h"
#include "text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Spreads a seed over the generator's state (Steele, Lea & Flood, SplitMix, 2014). */
static void seed_random(neap_core *c, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        c->rng[i] = z ^ z >> 31;
    }
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

/* xoshiro256** (Blackman & Vigna, 2018). */
uint64_t neap_random(neap_ctx *ctx)
{
    uint64_t *s = ctx->core->rng;
    uint64_t answer = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return answer;
}

int neap_core_new(neap_core **out, const neap_core_options *o, neap_ns now)
{
    neap_core *c = calloc(1, sizeof *c);
    int r;

    if (!c)
        return neap_error(NEAP_EMEMORY, NULL);
    c->opt = *o;
    c->ctx.core = c;
    c->ctx.now = now;
    c->ctx.quantum = o->quantum;
    c->due = NEAP_FOREVER;
    c->watched_from = INT64_MIN / 2;
    c->hook = HOOK_NONE;
    seed_random(c, o->seed);
    r = neap_core_set_cpus(c, now, o->cpus);
    if (r == 0)
        r = neap_seat_open(c, o->policy, &o->params);
    c->opt.params = (neap_params){NULL, 0};
    if (r < 0) {
        free(c->cpu);
        free(c->orders);
        free(c);
        return r;
    }
    *out = c;
    return 0;
}

void neap_core_free(neap_core *c)
{
    if (!c)
        return;
    c->tap = NULL;
    c->n_arrived = c->n_touched = 0;
    for (size_t i = 0; i < c->used; i++) {
        neap_task *t = task_at(c, i);

        if (t)
            t->flags &= (uint16_t) ~(F_ARRIVED | F_TOUCHED);
        if (t && t->state != NEAP_STATE_ENDED)
            neap_core_ended(c, c->ctx.now, t, NEAP_HOW_CANCELLED, 0);
        if (t)
            neap_core_forget(c, t);
    }
    neap_seat_close(c, NEAP_CLOSED);
    neap_pool_free(c);
    neap_heap_free(&c->outside);
    free(c->tasks);
    free(c->arrived);
    free(c->touched);
    free(c->orders);
    free(c->cpu);
    free(c);
}

static void note_timer(neap_core *c, uint64_t id, neap_ns when)
{
    c->tap(c->tap_user, &(neap_event){.kind = NEAP_EV_TIMER_SET,
                                      .now = c->ctx.now,
                                      .call = c->calls,
                                      .n = {(int64_t)id, when - c->ctx.now}});
}

int neap_timer_set(neap_ctx *ctx, uint64_t id, neap_ns when)
{
    seat *s = &ctx->core->seat;
    int i = 0;

    if (ctx->core->tap)
        note_timer(ctx->core, id, when);
    if (when < ctx->now + NEAP_MS) { /* or one that sets itself again would never end */
        when = ctx->now + NEAP_MS;
        ctx->core->count.clamped++;
    }
    while (i < s->timers && s->timer[i].id != id)
        i++;
    if (i == TIMERS_MAX)
        return -ERANGE;
    s->timer[i] = (policy_timer){id, when};
    s->timers += i == s->timers;
    ctx->core->dirty = true;
    return 0;
}

void neap_timer_cancel(neap_ctx *ctx, uint64_t id)
{
    seat *s = &ctx->core->seat;

    note(ctx->core, NEAP_EV_TIMER_CANCEL, NULL, (int64_t)id);
    for (int i = 0; i < s->timers; i++) {
        if (s->timer[i].id == id) {
            s->timer[i] = s->timer[--s->timers];
            return;
        }
    }
}

void neap_resched(neap_ctx *ctx, int at_cpu)
{
    if (at_cpu >= 0 && at_cpu < ctx->cpus) {
        note(ctx->core, NEAP_EV_RESCHED, NULL, at_cpu);
        neap_bits_set(&ctx->core->resched, at_cpu);
        ctx->core->dirty = true;
    }
}

static void count(neap_core *c, const char *name)
{
    for (int i = 0; i < c->counters; i++) {
        if (strcmp(c->counter[i].name, name) == 0) {
            c->counter[i].value++;
            return;
        }
    }
    if (c->counters < COUNTERS_MAX) {
        counter *new = &c->counter[c->counters++];

        snprintf(new->name, sizeof new->name, "%s", name);
        new->value = 1;
    }
}

void neap_count(neap_ctx *ctx, const char *name)
{
    note_text(ctx->core, NEAP_EV_COUNT, NULL, 0, name, strlen(name));
    count(ctx->core, name);
}

void neap_slow(neap_ctx *ctx, const char *text)
{
    note_text(ctx->core, NEAP_EV_SLOW, NULL, 0, text, text ? strlen(text) : 0);
    count(ctx->core, "slow hooks");
    if (text)
        neap_core_report(ctx->core, NEAP_REPORT_LOG, NULL, text, NULL, 0);
}

void neap_log(neap_ctx *ctx, const char *text)
{
    note_text(ctx->core, NEAP_EV_LOG, NULL, 0, text, strlen(text));
    neap_core_report(ctx->core, NEAP_REPORT_LOG, NULL, text, NULL, 0);
}

neap_task *neap_on_cpu(neap_ctx *ctx, int at_cpu)
{
    return neap_core_current(ctx->core, at_cpu);
}

static const char *param(const neap_params *p, const char *name)
{
    for (size_t i = 0; p && i < p->count; i++) {
        if (strcmp(p->list[i].name, name) == 0)
            return p->list[i].value;
    }
    return NULL;
}

static int refuse_param(neap_ctx *c, const char *name, const char *text,
                        const char *wanted)
{
    char message[200];

    snprintf(message, sizeof message, "parameter %.60s = \"%.40s\": expected %s", name,
             text, wanted);
    neap_fail(c, message, NULL);
    return -NEAP_EINVAL;
}

int neap_param_ns(neap_ctx *c, const neap_params *p, const char *name, neap_ns *value)
{
    const char *text = param(p, name);

    if (text && neap_parse_ns(text, value) < 0)
        return refuse_param(c, name, text, "a duration, such as 10ms");
    return 0;
}

int neap_param_int(neap_ctx *c, const neap_params *p, const char *name, int64_t *value)
{
    const char *text = param(p, name);
    char *end;
    long long n;

    if (!text)
        return 0;
    errno = 0;
    n = strtoll(text, &end, 10);
    if (errno || end == text || *end)
        return refuse_param(c, name, text, "a whole number");
    *value = n;
    return 0;
}

/* Would settling change what a policy can see? */
static bool owes_time(const neap_core *c)
{
    for (int i = 0; i < c->cpus; i++) {
        if (c->cpu[i].task && !(c->cpu[i].task->flags & F_PROCESS) &&
            c->cpu[i].charged_at < c->ctx.now)
            return true;
    }
    return false;
}

void neap_core_settle(neap_core *c, neap_ns now)
{
    at(c, now);
    if (c->tap && owes_time(c))
        note(c, NEAP_EV_SETTLE, NULL, 0);
    for (int i = 0; i < c->cpus; i++) {
        if (c->cpu[i].task)
            neap_turn_charge(c, c->cpu[i].task);
    }
}

void neap_core_explain(const neap_core *c, const neap_task *t, char *out, size_t room)
{
    out[0] = '\0';
    if (t->flags & F_STRAY)
        snprintf(out, room, "its enqueue failed: it is next");
    else if (t->flags & F_OUTSIDE)
        snprintf(out, room, "waits for one of the %zu that may be started to end",
                 c->opt.max_alive);
    else if (t->flags & F_JOINED && c->seat.table.explain)
        c->seat.table.explain(&c->ctx, t, out, room);
}

size_t neap_core_alive(const neap_core *c)
{
    return c->alive;
}

bool neap_core_in_hook(const neap_core *c)
{
    return c->hook != HOOK_NONE;
}

neap_task *neap_core_current(const neap_core *c, int at_cpu)
{
    return at_cpu >= 0 && at_cpu < c->cpus ? c->cpu[at_cpu].task : NULL;
}

bool neap_core_is_process(const neap_task *t)
{
    return t->flags & F_PROCESS;
}

bool neap_core_is_started(const neap_task *t)
{
    return t->flags & F_STARTED;
}

bool neap_core_is_held(const neap_task *t)
{
    return t->flags & F_STARTED && !(t->flags & F_RELEASED);
}

bool neap_core_is_paused(const neap_core *c)
{
    return c->paused;
}

void neap_core_tap(neap_core *c, neap_tap *tap, void *user)
{
    c->tap = tap;
    c->tap_user = user;
}

uint64_t neap_core_calls(const neap_core *c)
{
    return c->calls;
}

const neap_ctx *neap_core_ctx(const neap_core *c)
{
    return &c->ctx;
}

void neap_core_stats(const neap_core *c, neap_stats *out)
{
    *out = c->count;
    out->policy = c->seat.table.name;
    out->cpus = c->ctx.cpus;
    out->quantum = c->ctx.quantum;
    out->active = c->alive;
    out->waiting = c->outside.count;
}

bool neap_core_counter(const neap_core *c, size_t i, const char **name, uint64_t *value)
{
    if (i >= (size_t)c->counters)
        return false;
    *name = c->counter[i].name;
    *value = c->counter[i].value;
    return true;
}
