/* shares.c - equal shares for each group of tasks, and a cap: `hier` and `cap` in one.
 *
 * The group that has had the least CPU time goes first, with its tasks in turn. One
 * that was idle gets no back pay. A group that has used its part of this tenth of a
 * second waits for the next, even if its cpu stays empty.
 */
#include "shares.h"

enum { GROUPS = 64 }; /* those beyond share the last place */
#define PERIOD (100 * NEAP_MS)

int shares_cap_percent = 100;

struct group {
    uint64_t id;
    neap_fifo waiting;
    neap_ns had;   /* CPU time, as far as it counts */
    neap_ns spent; /* in this period */
    int running;   /* tasks, each of which may spend a quantum more */
};

struct shares {
    struct group group[GROUPS];
    int count;
    neap_ns until; /* the end of this period */
};

static struct group *group_of(struct shares *s, const neap_task *t)
{
    int i = 0;

    while (i < s->count && s->group[i].id != t->about->group)
        i++;
    if (i == s->count && s->count < GROUPS)
        s->group[s->count++].id = t->about->group;
    return &s->group[i < GROUPS ? i : GROUPS - 1];
}

static void shares_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct shares *s = c->state;
    struct group *g = group_of(s, t), *least = NULL;

    for (int i = 0; i < s->count; i++)
        if (s->group[i].waiting.first && (!least || s->group[i].had < least->had))
            least = &s->group[i];
    if (!g->waiting.first && least && g->had < least->had)
        g->had = least->had;
    neap_fifo_push(&g->waiting, t);
}

static void shares_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    neap_fifo_remove(&group_of(c->state, t)->waiting, t);
}

static neap_ns quota(void)
{
    return PERIOD * shares_cap_percent / 100;
}

static void begin_period(struct shares *s, neap_ns now)
{
    if (now < s->until)
        return;
    s->until = now + PERIOD;
    for (int i = 0; i < s->count; i++) {
        struct group *g = &s->group[i];

        g->spent = g->spent > quota() ? g->spent - quota() : 0;
    }
}

static bool may_spend(const neap_ctx *c, const struct group *g)
{
    return g->waiting.first && g->spent + g->running * c->quantum < quota();
}

static neap_task *shares_pick(neap_ctx *c, int cpu)
{
    struct shares *s = c->state;
    struct group *least = NULL;

    begin_period(s, c->now);
    for (int i = 0; i < s->count; i++) {
        struct group *g = &s->group[i];

        if (may_spend(c, g) && (!least || g->had < least->had))
            least = g;
    }
    if (least)
        return neap_fifo_take(&least->waiting, cpu);
    if (c->ready)
        neap_timer_set(c, 0, s->until);
    return NULL;
}

static void shares_running(neap_ctx *c, neap_task *t, int cpu)
{
    group_of(c->state, t)->running++;
}

static bool shares_tick(neap_ctx *c, neap_task *t, neap_ns ran)
{
    struct group *g = group_of(c->state, t);

    g->had += ran;
    g->spent += ran;
    return true; /* who has had the least? */
}

static void shares_stopping(neap_ctx *c, neap_task *t, neap_ns ran, neap_why why)
{
    shares_tick(c, t, ran);
    group_of(c->state, t)->running--;
}

static void shares_timer(neap_ctx *c, uint64_t id)
{
    begin_period(c->state, c->now); /* and the empty cpus are asked for */
}

NEAP_POLICY(shares) = {
    .name = "shares",
    .summary = "equal shares for each group, and at most so much",
    .flags = NEAP_STARVES | NEAP_IDLES | NEAP_TICKS_ALWAYS,
    .state_size = sizeof(struct shares),
    .enqueue = shares_enqueue,
    .dequeue = shares_dequeue,
    .pick = shares_pick,
    .running = shares_running,
    .stopping = shares_stopping,
    .tick = shares_tick,
    .timer = shares_timer,
};
