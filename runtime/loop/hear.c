/* hear.c - what a policy answers in a replay, beside what it answered then. */
#include "hear.h"
#include "core/event.h"
#include "runtime.h"
#include <stdio.h>
#include <string.h>

/* The text of the host in Lua for a state that has no room; its time is over: n[0]. */
static bool was_stopped(const neap_event *e)
{
    const char *memory = "not enough memory";

    return e->kind == NEAP_EV_FAIL &&
           (e->n[0] || (e->size >= strlen(memory) &&
                        memcmp(e->text, memory, strlen(memory)) == 0));
}

/* Either may be NULL: nothing. Only the first difference is told. */
static void differ(neap_runtime *rt, const neap_event *recorded, const neap_event *now)
{
    replay *r = rt->replay;
    char was[120] = "nothing", is[120] = "nothing";

    if (r->state.difference)
        return;
    if (recorded)
        neap_event_describe(recorded, was, sizeof was);
    if (now)
        neap_event_describe(now, is, sizeof is);
    snprintf(r->difference, sizeof r->difference,
             "record %llu, %.9f s after the start: recorded is `%s`, the policy %s "
             "says `%s`",
             (unsigned long long)neap_tape_records(r->tape),
             (double)(neap_core_ctx(rt->core)->now - r->state.start) / NEAP_S, was,
             neap_core_ctx(rt->core)->policy->name, is);
    r->state.difference = r->difference;
    r->state.stopped_then = recorded && was_stopped(recorded);
}

void neap_hear_tell(void *user, const neap_event *e)
{
    neap_runtime *rt = user;
    const char *fields = neap_event_fields(e->kind);
    neap_recorded_event event = {.kind = neap_event_word(e->kind),
                                 .now = e->now,
                                 .task = e->task,
                                 .number = e->n,
                                 .text = e->text,
                                 .text_size = e->size};

    if (!rt->replay->opt.on_event)
        return;
    for (; *fields; fields++)
        event.numbers += *fields == 'i';
    rt->replay->opt.on_event(rt->opt.user, rt, &event);
}

void neap_hear_unfit(void *user, const neap_event *found)
{
    differ(user, found, NULL);
}

static bool same_text(const neap_event *a, const neap_event *b)
{
    return a->size == b->size && (!a->size || memcmp(a->text, b->text, a->size) == 0);
}

/* A failure is the same whatever it says: how much time was used is in its words. */
static bool same(const neap_event *a, const neap_event *b)
{
    return a->kind == b->kind && a->call == b->call && a->task == b->task &&
           memcmp(a->n, b->n, sizeof a->n) == 0 &&
           (a->kind == NEAP_EV_FAIL || same_text(a, b));
}

static bool is_taken(const replay *r, const neap_policy *p)
{
    for (const seat *s = r->seats; s; s = s->next) {
        if (p->host == &s->answers)
            return true;
    }
    return false;
}

/* What the machine did then to a policy that is asked again is as it was. */
static const neap_event *peek_answer(neap_runtime *rt)
{
    replay *r = rt->replay;
    neap_ctx *c = (neap_ctx *)neap_core_ctx(rt->core);
    const neap_event *recorded;

    while ((recorded = neap_tape_peek(r->tape)) && recorded->kind == NEAP_EV_SLOW &&
           !is_taken(r, c->policy)) {
        neap_event slow = neap_tape_take(r->tape);

        neap_hear_tell(rt, &slow);
        neap_slow(c, slow.size ? slow.text : NULL);
    }
    return recorded;
}

void neap_hear(void *user, const neap_event *e)
{
    neap_runtime *rt = user;
    replay *r = rt->replay;
    const neap_event *recorded;

    if (!neap_event_is_answer(e->kind) || e->kind == NEAP_EV_SLOW ||
        r->state.difference || is_taken(r, neap_core_ctx(rt->core)->policy))
        return;
    recorded = peek_answer(rt);
    if (!recorded && !neap_tape_error(r->tape))
        return; /* it was cut in the midst of this */
    if (!recorded || !same(recorded, e)) {
        differ(rt, recorded, e);
        return;
    }
    neap_hear_tell(rt, recorded);
    neap_tape_take(r->tape);
    r->state.answers++;
}

void neap_hear_rest(neap_runtime *rt)
{
    const neap_event *next = peek_answer(rt);

    if (next && neap_event_is_answer(next->kind))
        differ(rt, next, NULL);
}
