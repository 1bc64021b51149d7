/* timers.c - the runtime's timers: armed for times of no pattern, and cancelled. */
#include "subject.h"
#include <neap/neap.h>
#include <stdlib.h>

struct clockwork {
    neap_runtime *rt;
    neap_timer *id;
    uint64_t seed;
};

static void nothing(void *user, neap_runtime *rt, neap_timer timer)
{
}

static void arm(struct clockwork *c, uint32_t i)
{
    c->seed = c->seed * 6364136223846793005u + 1442695040888963407u;
    if (neap_after(c->rt, NEAP_S + (neap_ns)(c->seed >> 34), nothing, NULL, NULL,
                   &c->id[i]) < 0)
        abort();
}

static void *start(const struct work *w)
{
    neap_options o = {.size = sizeof o, .clock = NEAP_CLOCK_VIRTUAL};
    struct clockwork *c = calloc(1, sizeof *c);

    if (!c || !(c->id = calloc(w->tasks, sizeof *c->id)) || neap_new(&c->rt, &o) < 0)
        abort();
    c->seed = 1;
    for (uint32_t i = 0; i < w->tasks; i++)
        arm(c, i);
    return c;
}

static void end(void *state)
{
    struct clockwork *c = state;

    neap_free(c->rt);
    free(c->id);
    free(c);
}

static void cancel_them(void *state, const struct work *w)
{
    struct clockwork *c = state;

    for (uint32_t i = 0; i < w->ops; i++)
        neap_cancel(c->rt, c->id[w->order[i]]);
}

static void arm_them(void *state, const struct work *w)
{
    for (uint32_t i = 0; i < w->ops; i++)
        arm(state, w->order[i]);
}

const struct subject neap_timers = {
    .name = "timers",
    .start = start,
    .end = end,
    .path = {[PATH_REMOVE] = cancel_them, [PATH_ADD] = arm_them},
};
