/* fair.c - the cpus are shared by weight: least virtual runtime first.
 *
 * Start-time fair queueing (Goyal, Guo & Vin, Start-time Fair Queuing, 1996): a task's
 * virtual runtime advances by ran * 100 / weight, with the remainder carried, and the
 * least one is picked. On one cpu, at any time, for any two tasks that stayed ready:
 * |S_i/w_i - S_j/w_j| <= q/w_i + q/w_j.
 *
 * `floor` is the queue's own virtual time, the start of the latest turn; it never goes
 * back. A newcomer begins there, a sleeper comes back there with at most one slice of
 * credit, so nobody is paid for the time in which he asked for nothing.
 *
 * On several cpus a heavy task may be owed more than one whole cpu, which it can never
 * use. That lag would be a claim on the others for ever: it is cut at twice the largest
 * step that any task has made, which on one cpu, and for weights that can be served,
 * nobody ever lags.
 */
#include <neap/policy.h>
#include <stdio.h>

enum { UNIT = 100 }; /* the weight at which virtual time is real time */

struct fair {
    neap_heap queue; /* by vruntime */
    neap_ns floor;
    neap_ns step; /* the largest advance since the queue was last empty */
};

/* CPU time is taken from the task's account, and not from the `ran` of stopping(),
 * which lacks what a tick() was told of: so a policy may have a tick of its own upon
 * this one. */
struct share {
    neap_ns paid;   /* of t->cpu_ns: what vruntime has advanced for */
    int32_t rest;   /* of paid * UNIT that was less than one weight */
    int32_t weight; /* that `rest` belongs to */
};

static neap_ns most(neap_ns a, neap_ns b)
{
    return a > b ? a : b;
}

static neap_ns advance(neap_task *t)
{
    struct share *s = neap_own(t);
    neap_ns before = t->vruntime;
    neap_ns parts = (t->cpu_ns - s->paid) * UNIT + s->rest;

    t->vruntime += parts / t->weight;
    s->rest = (int32_t)(parts % t->weight);
    s->paid = t->cpu_ns;
    return t->vruntime - before;
}

static neap_ns one_slice(const neap_ctx *c, const neap_task *t)
{
    return c->quantum * UNIT / t->weight;
}

static int fair_init(neap_ctx *c, const neap_params *params)
{
    struct fair *f = c->state;

    return neap_heap_init(c, &f->queue);
}

static int fair_init_task(neap_ctx *c, neap_task *t)
{
    struct share *s = neap_own(t);

    s->paid = t->cpu_ns;
    s->weight = t->weight;
    return 0;
}

static void fair_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct fair *f = c->state;

    if (f->queue.count == 0)
        f->step = one_slice(c, t);
    if (why == NEAP_NEW)
        t->vruntime = f->floor;
    else if (why == NEAP_WOKEN || why == NEAP_RESUMED)
        t->vruntime = most(t->vruntime, f->floor - one_slice(c, t));
    else
        t->vruntime = most(t->vruntime, f->floor - 2 * f->step);
    if (why == NEAP_PREEMPTED)
        neap_heap_push_front(&f->queue, t, t->vruntime);
    else
        neap_heap_push(&f->queue, t, t->vruntime);
}

static void fair_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct fair *f = c->state;

    neap_heap_remove(&f->queue, t);
}

static neap_task *fair_pick(neap_ctx *c, int cpu)
{
    struct fair *f = c->state;
    neap_task *t = neap_heap_take(&f->queue, cpu);

    if (t)
        f->floor = most(f->floor, t->vruntime);
    return t;
}

static void fair_stopping(neap_ctx *c, neap_task *t, neap_ns ran, neap_why why)
{
    struct fair *f = c->state;
    neap_ns step = advance(t);

    if (c->ready > 0)
        f->step = most(f->step, step);
    else /* it ran alone, maybe for long: as if it had been picked again each slice */
        f->floor = most(f->floor, t->vruntime - one_slice(c, t));
}

/* What it is ahead or behind in service stays the same: else one that was light would
 * wait, when it is heavy, for what it used before. */
static neap_ns by_weight(neap_ns lead, int before, int after)
{
    return lead / after * before + lead % after * before / after;
}

static void fair_update(neap_ctx *c, neap_task *t, neap_what what)
{
    struct fair *f = c->state;
    struct share *s = neap_own(t);

    if (what == NEAP_WEIGHT || what == NEAP_PRIORITY) {
        t->vruntime =
            f->floor + by_weight(t->vruntime - f->floor, s->weight, t->weight);
        s->rest = s->rest * t->weight / s->weight;
        s->weight = t->weight;
    } else if (what == NEAP_CHARGED) {
        advance(t);
        if (t->at)
            neap_heap_rekey(&f->queue, t, t->vruntime);
    }
}

static void fair_explain(const neap_ctx *c, const neap_task *t, char *out, size_t room)
{
    const struct fair *f = c->state;
    const neap_task *first = neap_heap_first(&f->queue);

    if (t->at)
        snprintf(out, room,
                 "vruntime %.6f s: %zu of %zu before it, the least is %.6f s (task "
                 "%llu, %.40s)",
                 (double)t->vruntime / NEAP_S, neap_heap_before(&f->queue, t),
                 c->ready - 1, (double)first->vruntime / NEAP_S,
                 (unsigned long long)first->id, first->about->name);
    else
        snprintf(out, room, "vruntime %.6f s, that of the queue is %.6f s",
                 (double)t->vruntime / NEAP_S, (double)f->floor / NEAP_S);
}

NEAP_POLICY(fair) = {
    .name = "fair",
    .alias = "cfs",
    .summary =
        "shares by weight, least virtual runtime first: the one to use unless you know",
    .state_size = sizeof(struct fair),
    .task_size = sizeof(struct share),
    .ideal = NEAP_IDEAL_BY_WEIGHT,
    .init = fair_init,
    .init_task = fair_init_task,
    .enqueue = fair_enqueue,
    .dequeue = fair_dequeue,
    .pick = fair_pick,
    .stopping = fair_stopping,
    .update = fair_update,
    .explain = fair_explain,
};
