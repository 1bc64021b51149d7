/* replay.c - a recorded run, done again: a runtime that is driven by its file.
 *
 * What went into the core goes in again, in order. What comes from the policy in charge
 * is compared with what is recorded, as it comes (hear.c); or the policy in charge is
 * one that takes it from there (answers.c). A policy stays until its exit(), so several
 * may be there at a time: each has its own `seat`, and all are freed in the end.
 */
#include "core/event.h"
#include "hear.h"
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Policies. */

/* 0: `*out` is to be asked. */
static int find(neap_runtime *rt, const neap_event *e, const neap_policy **out)
{
    replay *r = rt->replay;
    neap_recorded_policy p = {.name = e->text,
                              .source = r->coming.source,
                              .source_size = r->coming.source_size,
                              .params = {r->coming.list, r->coming.count}};

    if (r->opt.mode == NEAP_REPLAY_TAKE ||
        (r->state.policies < 64 && r->opt.not_asked >> r->state.policies & 1))
        return -NEAP_ENOTFOUND;
    *out = p.source ? NULL : neap_policy_find(p.name);
    if (*out)
        return 0;
    return r->opt.find ? r->opt.find(rt->opt.user, rt, &p, out) : -NEAP_ENOTFOUND;
}

static int take(neap_runtime *rt, const neap_event *e, const neap_policy **out)
{
    replay *r = rt->replay;
    seat *s = calloc(1, sizeof *s);

    if (!s)
        return neap_error(NEAP_EMEMORY, NULL);
    neap_answers_init(&s->answers, e);
    s->answers.tape = r->tape;
    s->answers.differ = neap_hear_unfit;
    s->answers.taken = neap_hear_tell;
    s->answers.user = rt;
    s->next = r->seats;
    r->seats = s;
    *out = &s->answers.table;
    if (r->state.policies < 64)
        r->state.not_asked |= UINT64_C(1) << r->state.policies;
    return 0;
}

/* The policy that `e` tells of, to be asked or not, with its parameters. */
static int choose(neap_runtime *rt, const neap_event *e, const neap_policy **out,
                  neap_params *params)
{
    replay *r = rt->replay;
    int rc = 0;

    *params = (neap_params){r->coming.list, r->coming.count};
    if (find(rt, e, out) < 0) {
        if (r->state.policies < 64 && !r->coming.source && !neap_policy_find(e->text))
            r->state.unknown |= UINT64_C(1) << r->state.policies;
        rc = take(rt, e, out);
        *params = (neap_params){NULL, 0};
    }
    r->state.policies++;
    return rc;
}

/* Events. */

static int decide(neap_runtime *rt, neap_ns now)
{
    const neap_order *orders;
    size_t n = neap_core_decide(rt->core, now, &orders);

    neap_loop_tell_switches(rt, orders, n, now);
    return 0;
}

/* What the loop knows of a process in the end. */
static void set_facts(neap_about *about, const neap_event *e)
{
    about->source =
        e->n[0] > 0 && e->n[0] < NEAP_SOURCES ? (neap_source)e->n[0] : NEAP_SOURCE_NONE;
    about->escaped = (uint32_t)e->n[1];
    about->pid = (int)e->n[2];
}

static int forget(neap_runtime *rt, const neap_event *e)
{
    neap_task *t = neap_core_find(rt->core, e->task);

    if (!t || t->state != NEAP_STATE_ENDED)
        return neap_error(NEAP_EINVAL, "task %llu is forgotten before its end",
                          (unsigned long long)e->task);
    if (neap_core_is_process(t))
        set_facts(neap_core_about(t), e);
    neap_loop_tell_exit(rt, t);
    return 0;
}

static int set_policy(neap_runtime *rt, neap_event *e)
{
    const neap_policy *p;
    neap_params params;
    int r = choose(rt, e, &p, &params);

    if (r < 0)
        return r;
    e->policy = p;
    e->params = &params;
    r = neap_core_apply(rt->core, e);
    neap_coming_forget(&rt->replay->coming);
    return r;
}

/* Its policy may have refused it, then as now. */
static int add(neap_runtime *rt, const neap_event *e)
{
    replay *r = rt->replay;
    int rc = neap_core_apply(rt->core, e);
    neap_task *t = neap_core_find(rt->core, e->task);

    if (rc == 0 && t && r->opt.on_add)
        r->opt.on_add(rt->opt.user, rt, t);
    return rc;
}

static int do_again(neap_runtime *rt, neap_event *e)
{
    replay *r = rt->replay;

    switch (e->kind) {
    case NEAP_EV_ADD:
        return add(rt, e);
    case NEAP_EV_DECIDE:
        return decide(rt, e->now);
    case NEAP_EV_FORGET:
        return forget(rt, e);
    case NEAP_EV_SOURCE:
        return neap_coming_source(&r->coming, e);
    case NEAP_EV_PARAM:
        return neap_coming_param(&r->coming, e);
    case NEAP_EV_SET_POLICY:
        return set_policy(rt, e);
    case NEAP_EV_STATS:
        r->told.neap_cpu = e->n[0];
        r->told.ticks = (uint64_t)e->n[1];
        r->told.missed = (uint64_t)e->n[2];
        r->told.escaped = (uint64_t)e->n[3];
        return 0;
    case NEAP_EV_HELD:
    case NEAP_EV_RELEASED:
        return 0;
    default:
        return neap_core_apply(rt->core, e);
    }
}

/* Errors of the file say where. */
static int fail(neap_runtime *rt, int error)
{
    replay *r = rt->replay;
    char why[300];

    snprintf(why, sizeof why, "%s", neap_last_error());
    r->failed = true;
    return neap_error(-error, "record %llu: %s%s",
                      (unsigned long long)neap_tape_records(r->tape), why,
                      error == -NEAP_EINVAL ? ": the file is damaged" : "");
}

static int step(neap_runtime *rt)
{
    replay *r = rt->replay;
    neap_event e = neap_tape_take(r->tape);
    int rc;

    rc = neap_likely_event(&r->likely, &e);
    if (rc < 0)
        return fail(rt, rc);
    if (strchr(neap_event_fields(e.kind), '@') && e.now > rt->virtual_now)
        rt->virtual_now = e.now;
    neap_hear_tell(rt, &e);
    rc = do_again(rt, &e);
    if (rc < 0)
        return fail(rt, rc);
    neap_hear_rest(rt);
    neap_loop_tell_reports(rt);
    if (e.kind == NEAP_EV_DECIDE && rt->opt.on_turn)
        rt->opt.on_turn(rt->opt.user, rt);
    return 0;
}

/* Once. */
static void tell_beginning(neap_runtime *rt)
{
    replay *r = rt->replay;

    if (r->head.kind != NEAP_EV_HEAD)
        return;
    neap_hear_tell(rt, &r->head);
    r->head.kind = NEAP_EVENT_KINDS;
    r->first_policy.text = neap_core_ctx(rt->core)->policy->name;
    r->first_policy.size = strlen(r->first_policy.text);
    neap_hear_tell(rt, &r->first_policy);
}

int neap_replay_run(neap_runtime *rt, neap_ns until)
{
    replay *r = rt->replay;
    const neap_event *next;
    int rc = 0;

    if (rt->running || neap_core_in_hook(rt->core))
        return neap_error(NEAP_ESTATE, "the replay is running already");
    if (r->failed)
        return neap_error(NEAP_ESTATE, "the replay has failed: there is no going on");
    rt->running = true;
    rt->stop = false;
    tell_beginning(rt);
    while (rc == 0 && !rt->stop && !r->state.difference &&
           (next = neap_tape_peek(r->tape)) && next->now <= until)
        rc = step(rt);
    rt->running = false;
    if (rc == 0)
        rc = neap_tape_error(r->tape);
    r->state.over = !rt->stop && !r->state.difference && !neap_tape_peek(r->tape);
    if (rc == 0 && until < NEAP_FOREVER && until > rt->virtual_now && !r->state.over)
        rt->virtual_now = until;
    return rc;
}

/* Opening. */

/* The first record, and what belongs to the first policy, which is asked nothing before
 * the run begins. */
static int read_head(neap_runtime *rt, neap_event *head, neap_event *policy)
{
    replay *r = rt->replay;
    const neap_event *next;
    int rc = 0;

    if (neap_tape_peek(r->tape))
        *head = neap_tape_take(r->tape);
    while (rc == 0 && head->kind == NEAP_EV_HEAD && neap_tape_peek(r->tape)) {
        *policy = neap_tape_take(r->tape);
        next = policy->kind == NEAP_EV_SET_POLICY ? neap_tape_peek(r->tape) : NULL;
        if (policy->kind == NEAP_EV_SET_POLICY &&
            !(next && neap_event_is_answer(next->kind)))
            return 0;
        rc = policy->kind == NEAP_EV_SOURCE  ? neap_coming_source(&r->coming, policy)
             : policy->kind == NEAP_EV_PARAM ? neap_coming_param(&r->coming, policy)
                                             : -1;
    }
    if (neap_tape_error(r->tape))
        return neap_tape_error(r->tape);
    return neap_error(NEAP_EINVAL, "the record ends, or is damaged, before the run");
}

static void on_core_report(void *user, const neap_report *report)
{
    neap_loop_tell(user, report);
}

static int make_core(neap_runtime *rt)
{
    neap_event head = {.kind = NEAP_EVENT_KINDS}, policy;
    neap_core_options c = {
        .fallback = neap_policy_find("fair"), .user = rt, .report = on_core_report};
    int r = read_head(rt, &head, &policy);

    if (r == 0)
        r = neap_likely_head(&rt->replay->likely, &head);
    if (r == 0)
        r = choose(rt, &policy, &c.policy, &c.params);
    if (r < 0)
        return r;
    c.quantum = head.n[0];
    c.cpus = (int)head.n[1];
    c.max_alive = (size_t)head.n[2];
    c.max_hold = head.n[3];
    c.hold = head.n[4] ? NEAP_HOLD_NEVER : NEAP_HOLD_BY_TURNS;
    c.seed = (uint64_t)head.n[5];
    rt->made_at = rt->virtual_now = rt->replay->state.start = head.now;
    rt->replay->state.time_of_day = head.n[6];
    rt->replay->head = head;
    rt->replay->first_policy = policy;
    r = neap_core_new(&rt->core, &c, head.now);
    neap_coming_forget(&rt->replay->coming);
    if (r == 0)
        neap_core_tap(rt->core, neap_hear, rt);
    return r;
}

int neap_replay_new(neap_runtime **out, const char *path, const neap_options *callbacks,
                    const neap_replay *o)
{
    neap_runtime *rt = calloc(1, sizeof *rt);
    int r = -NEAP_EMEMORY;

    if (rt)
        rt->replay = calloc(1, sizeof *rt->replay);
    if (!rt || !rt->replay) {
        free(rt);
        return neap_error(NEAP_EMEMORY, NULL);
    }
    if (callbacks)
        memcpy(&rt->opt, callbacks,
               callbacks->size < sizeof rt->opt ? callbacks->size : sizeof rt->opt);
    if (o)
        memcpy(&rt->replay->opt, o,
               o->size < sizeof rt->replay->opt ? o->size : sizeof rt->replay->opt);
    rt->tick = -1;
    rt->last_told = &rt->first_told;
    rt->beat_at = NEAP_FOREVER;
    rt->place.n_allowed = 1;
    r = neap_timers_open(rt);
    if (r == 0)
        r = neap_tape_open(&rt->replay->tape, path);
    if (r == 0)
        r = make_core(rt);
    if (r < 0) {
        neap_free(rt);
        return r;
    }
    *out = rt;
    return 0;
}

int neap_replay_get(neap_runtime *rt, neap_replay_state *out)
{
    replay *r = rt->replay;

    if (!r)
        return neap_error(NEAP_EUNSUPPORTED, "this runtime is no replay");
    *out = r->state;
    out->records = neap_tape_records(r->tape);
    out->bytes = neap_tape_bytes(r->tape);
    out->cut = neap_tape_is_cut(r->tape);
    for (const seat *s = r->seats; s; s = s->next)
        out->taken += s->answers.count;
    out->answers += out->taken;
    return 0;
}

void neap_replay_stats(const neap_runtime *rt, neap_stats *out)
{
    const neap_stats *then = &rt->replay->told;

    out->neap_cpu = then->neap_cpu;
    out->ticks = then->ticks;
    out->missed = then->missed;
    out->escaped = then->escaped;
}

void neap_replay_free(neap_runtime *rt)
{
    replay *r = rt->replay;

    if (!r)
        return;
    while (r->seats) {
        seat *next = r->seats->next;

        free(r->seats);
        r->seats = next;
    }
    neap_coming_forget(&r->coming);
    neap_tape_close(r->tape);
    free(r);
    rt->replay = NULL;
}
