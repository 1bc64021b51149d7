/* priority.c - the highest priority runs; equals take turns.
 *
 * One FIFO per level and a bitmap of the levels in use, so every hook is O(1). A low
 * level starves while a higher one is ready: that is the policy's promise, not a fault.
 * With `aging` a waiting task rises one level per `aging` ns of waiting, and falls back
 * to its own when it gets a cpu: then nobody waits for ever.
 */
#include <neap/policy.h>
#include <stdio.h>

enum { LEVELS = NEAP_PRIORITY_MAX + 1 };

struct priority {
    neap_fifo level[LEVELS];
    uint32_t in_use; /* bit n: level n holds a task */
    neap_ns aging;   /* 0: none */
};

struct waiter {
    int64_t level; /* where it waits now */
    neap_ns since; /* when it came to that level */
};

static int highest(uint32_t levels)
{
    return levels ? 31 - __builtin_clz(levels) : -1;
}

static void put(neap_ctx *c, neap_task *t, int level, neap_why why)
{
    struct priority *p = c->state;
    struct waiter *w = neap_own(t);

    w->level = level;
    w->since = c->now;
    if (why == NEAP_PREEMPTED) /* it keeps its place before its equals */
        neap_fifo_push_front(&p->level[level], t);
    else
        neap_fifo_push(&p->level[level], t);
    p->in_use |= 1u << level;
}

static void take(struct priority *p, neap_task *t)
{
    const struct waiter *w = neap_own(t);

    neap_fifo_remove(&p->level[w->level], t);
    if (!p->level[w->level].first)
        p->in_use &= ~(1u << w->level);
}

/* The head of a level has been there longest, so only heads need to be looked at. */
static void age(neap_ctx *c)
{
    struct priority *p = c->state;

    for (int level = LEVELS - 2; p->aging && level >= 0; level--) {
        neap_task *t;

        while ((t = p->level[level].first) &&
               c->now - ((struct waiter *)neap_own(t))->since >= p->aging) {
            take(p, t);
            put(c, t, level + 1, NEAP_CHANGED);
            neap_count(c, "aged");
        }
    }
}

static int priority_init(neap_ctx *c, const neap_params *params)
{
    struct priority *p = c->state;

    return neap_param_ns(c, params, "aging", &p->aging);
}

static void priority_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    put(c, t, t->priority, why);
}

static void priority_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    take(c->state, t);
}

static neap_task *priority_pick(neap_ctx *c, int cpu)
{
    struct priority *p = c->state;

    age(c);
    for (uint32_t left = p->in_use; left; left &= ~(1u << highest(left))) {
        for (neap_task *t = p->level[highest(left)].first; t; t = t->next) {
            if (neap_task_may_use(t, cpu)) {
                take(p, t);
                return t;
            }
        }
    }
    return NULL;
}

/* A higher one takes the cpu of the lowest that runs on a cpu it may use. */
static int priority_preempt(neap_ctx *c, neap_task *t)
{
    int victim = NEAP_NO_CPU, lowest = t->priority;

    for (int cpu = 0; cpu < c->cpus; cpu++) {
        const neap_task *other = neap_on_cpu(c, cpu);

        if (other && other->priority < lowest && neap_task_may_use(t, cpu)) {
            lowest = other->priority;
            victim = cpu;
        }
    }
    return victim;
}

static void priority_explain(const neap_ctx *c, const neap_task *t, char *out,
                             size_t room)
{
    const struct priority *p = c->state;
    const struct waiter *w = neap_own(t);
    size_t above = 0;

    if (t->state != NEAP_STATE_READY)
        return;
    for (int level = (int)w->level + 1; level < LEVELS; level++) {
        for (const neap_task *at = p->level[level].first; at; at = at->next)
            above++;
    }
    snprintf(out, room, "level %d%s: %zu on higher levels, %zu before it on its own",
             (int)w->level, w->level > t->priority ? " by aging" : "", above,
             neap_fifo_before(&p->level[w->level], t));
}

static const char *const priority_params[] = {"aging", NULL};

NEAP_POLICY(priority) = {
    .name = "priority",
    .alias = "prio",
    .summary = "the highest priority runs, equals take turns: strict order, low ones "
               "may starve",
    .params = priority_params,
    .state_size = sizeof(struct priority),
    .task_size = sizeof(struct waiter),
    .flags = NEAP_STARVES,
    .init = priority_init,
    .enqueue = priority_enqueue,
    .dequeue = priority_dequeue,
    .pick = priority_pick,
    .preempt = priority_preempt,
    .explain = priority_explain,
};
