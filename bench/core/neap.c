/* neap.c - the core under a policy, driven as the loop drives it, in virtual time. */
#include "subject.h"
#include <core/core.h>
#include <stdlib.h>

extern const neap_policy neap_policy_round_robin, neap_policy_priority,
    neap_policy_fair;

struct ours {
    neap_core *core;
    neap_ns now, grid; /* of the decisions, which come a little later */
    uint64_t seed;
    int spread;
    neap_id last;
};

static void no_report(void *user, const neap_report *report)
{
    abort(); /* something has failed, so this is no measurement */
}

static void add_one(struct ours *o)
{
    neap_spec spec = {.size = sizeof spec, .has_priority = true};
    neap_task *t;

    spec.priority = priority_of((uint32_t)o->last, o->spread);
    if (neap_core_add(o->core, o->now, &spec, NEAP_VIRTUAL, &t) < 0)
        abort();
    o->last = t->id;
}

static void *start(const neap_policy *policy, int spread, const struct work *w)
{
    neap_core_options options = {.policy = policy,
                                 .fallback = &neap_policy_fair,
                                 .quantum = QUANTUM,
                                 .cpus = 1,
                                 .seed = 1,
                                 .report = no_report};
    struct ours *o = calloc(1, sizeof *o);
    const neap_order *orders;

    if (!o)
        return NULL;
    o->now = o->grid = NEAP_S;
    o->spread = spread;
    if (neap_core_new(&o->core, &options, o->now) < 0)
        abort();
    for (uint32_t i = 0; i < w->tasks; i++)
        add_one(o);
    neap_core_decide(o->core, o->now, &orders);
    return o;
}

static void *start_rr(const struct work *w)
{
    return start(&neap_policy_round_robin, LEVELS, w);
}

/* Half of the tasks are on the highest level in use. */
static void *start_priority(const struct work *w)
{
    return start(&neap_policy_priority, 2, w);
}

static void *start_fair(const struct work *w)
{
    return start(&neap_policy_fair, LEVELS, w);
}

static void end(void *state)
{
    struct ours *o = state;

    neap_core_free(o->core);
    free(o);
}

static void expired(void *state, const struct work *w)
{
    struct ours *o = state;
    const neap_order *orders;

    for (uint32_t i = 0; i < w->ops; i++) {
        o->grid += QUANTUM;
        o->now = o->grid + lateness(&o->seed);
        neap_core_decide(o->core, o->now, &orders);
    }
}

static void goes_on(void *state, const struct work *w)
{
    struct ours *o = state;
    const neap_order *orders;

    for (uint32_t i = 0; i < w->ops; i++)
        neap_core_decide(o->core, o->now, &orders);
}

static void look_up(void *state, const struct work *w)
{
    struct ours *o = state;
    neap_id sum = 0;

    for (uint32_t i = 0; i < w->ops; i++)
        sum += neap_core_find(o->core, w->order[i] + 1)->id;
    if (sum == 0)
        abort();
}

/* Who has the cpu is let alone, as in the bare structures. */
static neap_task *waiting(struct ours *o, uint32_t i)
{
    neap_task *t = neap_core_find(o->core, i + 1);

    return t->state == NEAP_STATE_READY ? t : NULL;
}

static void priority(void *state, const struct work *w)
{
    struct ours *o = state;

    for (uint32_t i = 0; i < w->ops; i++) {
        neap_task *t = waiting(o, w->order[i]);

        if (t)
            neap_core_set_priority(o->core, o->now, t, lower_priority(i));
    }
}

static void remove_them(void *state, const struct work *w)
{
    struct ours *o = state;

    for (uint32_t i = 0; i < w->ops; i++) {
        neap_task *t = waiting(o, w->order[i]);

        if (!t)
            continue;
        neap_core_ended(o->core, o->now, t, NEAP_HOW_CANCELLED, 0);
        neap_core_forget(o->core, t);
    }
}

static void add(void *state, const struct work *w)
{
    for (uint32_t i = 0; i < w->ops; i++)
        add_one(state);
}

#define ALL_PATHS                                                                      \
    {                                                                                  \
        expired, goes_on, look_up, priority, remove_them, add                          \
    }
const struct subject neap_rr = {"rr", start_rr, end, ALL_PATHS};
const struct subject neap_priority = {"priority", start_priority, end, ALL_PATHS};
const struct subject neap_fair = {"fair", start_fair, end, ALL_PATHS};
