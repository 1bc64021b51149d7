/* answers.c - a policy that answers what was recorded.
 *
 * It holds no queue and decides nothing. Whether it has a slice and a tick hook means
 * something to the core, so it has them where the recorded one had.
 */
#include "answers.h"
#include "core/event.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static answers *answers_of(const neap_ctx *c)
{
    return c->policy->host;
}

/* Does what the recorded policy did. */
static void act(neap_ctx *c, const neap_event *e)
{
    switch (e->kind) {
    case NEAP_EV_TIMER_SET:
        if (e->n[1] < NEAP_FOREVER - c->now)
            neap_timer_set(c, (uint64_t)e->n[0], c->now + e->n[1]);
        break;
    case NEAP_EV_TIMER_CANCEL:
        neap_timer_cancel(c, (uint64_t)e->n[0]);
        break;
    case NEAP_EV_RESCHED:
        neap_resched(c, e->n[0] < c->cpus ? (int)e->n[0] : NEAP_NO_CPU);
        break;
    case NEAP_EV_COUNT:
        neap_count(c, e->text);
        break;
    case NEAP_EV_LOG:
        neap_log(c, e->text);
        break;
    case NEAP_EV_SLOW:
        neap_slow(c, e->size ? e->text : NULL);
        break;
    case NEAP_EV_FAIL:
        if (e->n[0])
            neap_give_up(c, e->text, NULL);
        else
            neap_fail(c, e->text, NULL);
        break;
    default:
        break;
    }
}

static bool is_act(neap_event_kind kind)
{
    return kind == NEAP_EV_FAIL || kind == NEAP_EV_SLOW ||
           (kind >= NEAP_EV_TIMER_SET && kind <= NEAP_EV_LOG);
}

/* Does all that was done in this call. True: it was answered, too, by an event of this
 * kind (NEAP_EVENT_KINDS: none is possible). */
static bool answer(neap_ctx *c, neap_event_kind kind, neap_event *out)
{
    answers *a = answers_of(c);
    const neap_event *next;

    while ((next = neap_tape_peek(a->tape)) && neap_event_is_answer(next->kind) &&
           next->call == neap_core_calls(c->core)) {
        if (!is_act(next->kind) && next->kind != kind) {
            a->differ(a->user, next);
            return false;
        }
        *out = neap_tape_take(a->tape);
        a->count++;
        a->taken(a->user, out);
        if (out->kind == kind)
            return true;
        act(c, out);
    }
    return false;
}

static void act_only(neap_ctx *c)
{
    neap_event e;

    answer(c, NEAP_EVENT_KINDS, &e);
}

static int refusal(neap_ctx *c, neap_event_kind kind)
{
    neap_event e;

    if (!answer(c, kind, &e))
        return 0;
    if (e.size)
        neap_fail(c, e.text, NULL);
    return e.n[0] < 0 && e.n[0] > -4096 ? (int)e.n[0] : -NEAP_EPOLICY;
}

static int answers_init(neap_ctx *c, const neap_params *params)
{
    return refusal(c, NEAP_EV_INIT);
}

static void answers_exit(neap_ctx *c, neap_reason reason)
{
    act_only(c);
}

static int answers_init_task(neap_ctx *c, neap_task *t)
{
    return refusal(c, NEAP_EV_REFUSE);
}

static void answers_exit_task(neap_ctx *c, neap_task *t, neap_how how, int code)
{
    act_only(c);
}

static void answers_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    act_only(c);
}

static void answers_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    act_only(c);
}

static neap_task *answers_pick(neap_ctx *c, int cpu)
{
    neap_event e;
    neap_task *t;

    if (!answer(c, NEAP_EV_PICK, &e))
        return NULL;
    t = neap_core_find(c->core, e.task);
    if (!t)
        answers_of(c)->differ(answers_of(c)->user, &e);
    return t;
}

static neap_ns answers_slice(neap_ctx *c, neap_task *t)
{
    neap_event e;

    return answer(c, NEAP_EV_SLICE, &e) ? e.n[0] : c->quantum;
}

static void answers_running(neap_ctx *c, neap_task *t, int cpu)
{
    act_only(c);
}

static void answers_stopping(neap_ctx *c, neap_task *t, neap_ns ran, neap_why why)
{
    act_only(c);
}

static bool answers_tick(neap_ctx *c, neap_task *t, neap_ns ran)
{
    neap_event e;

    return answer(c, NEAP_EV_OVER, &e);
}

static int answers_preempt(neap_ctx *c, neap_task *t)
{
    neap_event e;

    if (!answer(c, NEAP_EV_PREEMPT, &e))
        return NEAP_NO_CPU;
    return e.n[0] >= 0 && e.n[0] < NEAP_CPUS_MAX ? (int)e.n[0] : NEAP_NO_CPU;
}

static void answers_update(neap_ctx *c, neap_task *t, neap_what what)
{
    act_only(c);
}

static void answers_signal(neap_ctx *c, neap_task *t, int signo)
{
    act_only(c);
}

static void answers_timer(neap_ctx *c, uint64_t id)
{
    act_only(c);
}

void neap_answers_init(answers *a, const neap_event *policy)
{
    int64_t bits = policy->n[0];

    snprintf(a->name, sizeof a->name, "%s",
             policy->text && policy->size ? policy->text : "?");
    a->table = (neap_policy){
        .name = a->name,
        .flags = (unsigned)bits & (NEAP_STARVES | NEAP_IDLES | NEAP_TICKS_ALWAYS |
                                   NEAP_EVENT_IS_FALLBACK),
        .ideal = policy->n[1] == NEAP_IDEAL_BY_WEIGHT ? NEAP_IDEAL_BY_WEIGHT
                 : policy->n[1] == NEAP_IDEAL_EQUAL   ? NEAP_IDEAL_EQUAL
                                                      : NEAP_NO_IDEAL,
        .host = a,
        .init = answers_init,
        .exit = answers_exit,
        .init_task = answers_init_task,
        .exit_task = answers_exit_task,
        .enqueue = answers_enqueue,
        .dequeue = answers_dequeue,
        .pick = answers_pick,
        .slice = bits & NEAP_EVENT_HAS_SLICE ? answers_slice : NULL,
        .running = answers_running,
        .stopping = answers_stopping,
        .tick = bits & NEAP_EVENT_HAS_TICK ? answers_tick : NULL,
        .preempt = answers_preempt,
        .update = answers_update,
        .signal = answers_signal,
        .timer = answers_timer,
    };
}
