/* apply.c - what went in goes in again: events of whatever origin, checked. */
#include "event.h"
#include "internal.h"
#include "text.h"
#include <string.h>

static int impossible(const neap_event *e, const char *why)
{
    return neap_error(NEAP_EINVAL, "event %d of task %llu cannot be: %s", (int)e->kind,
                      (unsigned long long)e->task, why);
}

static bool in_range(int64_t n, int64_t low, int64_t high)
{
    return n >= low && n <= high;
}

/* Far enough from both ends for every sum of a few of them. */
static bool is_time(int64_t n)
{
    return in_range(n, 0, NEAP_FOREVER / 4);
}

static int add(neap_core *c, const neap_event *e)
{
    neap_spec spec = {.size = sizeof spec,
                      .name = e->text,
                      .has_priority = true,
                      .priority = (int)e->n[1],
                      .weight = (int)e->n[2],
                      .estimate = e->n[3],
                      .deadline = e->n[4],
                      .period = e->n[5],
                      .group = (uint64_t)e->n[6]};
    neap_task *t;
    int r;

    if (!in_range(e->n[0], NEAP_VIRTUAL, NEAP_ATTACHED) ||
        !in_range(e->n[1], NEAP_PRIORITY_MIN, NEAP_PRIORITY_MAX) ||
        !in_range(e->n[2], NEAP_WEIGHT_MIN, NEAP_WEIGHT_MAX) || e->n[3] < 0 ||
        e->n[4] < 0 || e->n[5] < 0 || !e->text)
        return impossible(e, "a value is out of range");
    if (e->task != c->last_id + 1)
        return impossible(e, "it is not the next task");
    r = neap_core_add(c, e->now, &spec, (neap_kind)e->n[0], &t);
    return r == -NEAP_EMEMORY ? r : 0; /* else the policy has refused it */
}

static int ended(neap_core *c, const neap_event *e, neap_task *t)
{
    if (!in_range(e->n[0], 0, NEAP_HOWS - 1) ||
        !in_range(e->n[1], INT32_MIN, INT32_MAX))
        return impossible(e, "there is no such end");
    neap_core_ended(c, e->now, t, (neap_how)e->n[0], (int)e->n[1]);
    return 0;
}

static int set_affinity(neap_core *c, const neap_event *e, neap_task *t)
{
    uint64_t mask[NEAP_CPUS_MAX / 64] = {0};

    if (e->size > sizeof mask)
        return impossible(e, "there are not so many cpus");
    if (e->size)
        memcpy(mask, e->text, e->size);
    return neap_core_set_affinity(c, e->now, t, e->size ? mask : NULL,
                                  NEAP_CPUS_MAX / 64);
}

static int set_times(neap_core *c, const neap_event *e, neap_task *t)
{
    if (e->n[0] < 0 || e->n[1] < 0 || e->n[2] < 0)
        return impossible(e, "a time is negative");
    return neap_core_set_times(c, e->now, t, e->n[0], e->n[1], e->n[2]);
}

static int measured(neap_core *c, const neap_event *e, neap_task *t)
{
    if (!is_time(e->n[0]) || !is_time(t->cpu_ns + e->n[0]))
        return impossible(e, "nobody uses so much");
    neap_core_measured(c, e->now, t, t->cpu_ns + e->n[0]);
    return 0;
}

static int number_of_task(neap_core *c, const neap_event *e, neap_task *t)
{
    int64_t n = e->n[0];

    switch (e->kind) {
    case NEAP_EV_SIGNALLED:
        if (!in_range(n, 1, 64))
            break;
        neap_core_signalled(c, e->now, t, (int)n);
        return 0;
    case NEAP_EV_SET_PRIORITY:
        return in_range(n, NEAP_PRIORITY_MIN, NEAP_PRIORITY_MAX)
                   ? neap_core_set_priority(c, e->now, t, (int)n)
                   : impossible(e, "the priority is out of range");
    case NEAP_EV_SET_WEIGHT:
        return in_range(n, NEAP_WEIGHT_MIN, NEAP_WEIGHT_MAX)
                   ? neap_core_set_weight(c, e->now, t, (int)n)
                   : impossible(e, "the weight is out of range");
    default:
        break;
    }
    return impossible(e, "a value is out of range");
}

static int of_task(neap_core *c, const neap_event *e, neap_task *t)
{
    switch (e->kind) {
    case NEAP_EV_STARTED:
        if (neap_core_is_process(t))
            neap_core_about(t)->pid = (int)e->n[0];
        neap_core_started(c, e->now, t);
        return 0;
    case NEAP_EV_ENDED:
        return ended(c, e, t);
    case NEAP_EV_MEASURED:
        return measured(c, e, t);
    case NEAP_EV_BLOCK:
        return neap_core_block(c, e->now, t);
    case NEAP_EV_WAKE:
        return neap_core_wake(c, e->now, t);
    case NEAP_EV_PAUSE_TASK:
        return neap_core_pause_task(c, e->now, t);
    case NEAP_EV_RESUME_TASK:
        return neap_core_resume_task(c, e->now, t);
    case NEAP_EV_YIELD:
        return neap_core_yield(c, e->now, t);
    case NEAP_EV_SET_AFFINITY:
        return set_affinity(c, e, t);
    case NEAP_EV_SET_TIMES:
        return set_times(c, e, t);
    case NEAP_EV_SET_GROUP:
        return neap_core_set_group(c, e->now, t, (uint64_t)e->n[0]);
    case NEAP_EV_SET_NAME:
        return e->text ? neap_core_set_name(c, t, e->text) : impossible(e, "no name");
    default:
        return number_of_task(c, e, t);
    }
}

static int of_all(neap_core *c, const neap_event *e)
{
    int r;

    switch (e->kind) {
    case NEAP_EV_SET_POLICY:
        r = e->policy ? neap_core_set_policy(c, e->now, e->policy, e->params)
                      : impossible(e, "there is no policy");
        return r == -NEAP_EMEMORY || !e->policy ? r : 0; /* else it was refused */
    case NEAP_EV_SET_QUANTUM:
        if (!in_range(e->n[0], NEAP_QUANTUM_MIN, NEAP_QUANTUM_MAX))
            return impossible(e, "the quantum is out of range");
        neap_core_set_quantum(c, e->now, e->n[0]);
        return 0;
    case NEAP_EV_SET_CPUS:
        return in_range(e->n[0], 1, NEAP_CPUS_MAX)
                   ? neap_core_set_cpus(c, e->now, (int)e->n[0])
                   : impossible(e, "there are not so many cpus");
    case NEAP_EV_PAUSE:
        return neap_core_pause(c, e->now);
    case NEAP_EV_RESUME:
        return neap_core_resume(c, e->now);
    case NEAP_EV_SETTLE:
        neap_core_settle(c, e->now);
        return 0;
    case NEAP_EV_TRIGGER:
        neap_core_trigger(c, e->now);
        return 0;
    case NEAP_EV_STANDSTILL:
        if (!is_time(e->n[0]) || e->n[0] > e->now)
            return impossible(e, "so long it cannot have stood");
        neap_core_standstill(c, e->now - e->n[0], e->now);
        return 0;
    default:
        return impossible(e, "it is not known");
    }
}

int neap_core_apply(neap_core *c, const neap_event *e)
{
    neap_task *t;

    if (!is_time(e->now))
        return impossible(e, "its time is out of range");
    if (e->kind == NEAP_EV_ADD)
        return add(c, e);
    if (e->kind >= NEAP_EV_SET_POLICY)
        return of_all(c, e);
    t = neap_core_find(c, e->task);
    /* what a task has left may still use CPU time */
    if (!t || (t->state == NEAP_STATE_ENDED && e->kind != NEAP_EV_MEASURED))
        return impossible(e, "there is no such task, or it has ended");
    return of_task(c, e, t);
}
