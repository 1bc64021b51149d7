/* verbs.c - a policy that uses every verb of the context: all in turn. */
#include <neap/plugin.h>
#include <stdio.h>

struct verbs {
    neap_heap queue;
    int64_t number, turn;
    neap_ns every;
};

static int verbs_init(neap_ctx *c, const neap_params *params)
{
    struct verbs *p = c->state;
    int r;

    p->every = 20 * NEAP_MS;
    r = neap_param_ns(c, params, "every", &p->every);
    if (r == 0)
        r = neap_param_int(c, params, "number", &p->number);
    if (r == 0 && p->number < 0) {
        neap_fail(c, "number is less than 0", NULL);
        r = -NEAP_EINVAL;
    }
    return r ? r : neap_heap_init(c, &p->queue);
}

static void verbs_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct verbs *p = c->state;

    if (why == NEAP_PREEMPTED)
        neap_heap_push_front(&p->queue, t, p->turn);
    else
        neap_heap_push(&p->queue, t, ++p->turn);
}

static void verbs_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    neap_heap_remove(&((struct verbs *)c->state)->queue, t);
}

static neap_task *verbs_pick(neap_ctx *c, int cpu)
{
    return neap_heap_take(&((struct verbs *)c->state)->queue, cpu);
}

static void verbs_running(neap_ctx *c, neap_task *t, int cpu)
{
    struct verbs *p = c->state;

    if (p->number == 13)
        neap_give_up(c, "thirteen", NULL);
    neap_count(c, neap_on_cpu(c, cpu) == t ? "seen" : "not seen");
    neap_timer_cancel(c, 2);
    if (neap_timer_set(c, 1, c->now + p->every) != 0)
        neap_fail(c, "no timer", NULL);
}

static void verbs_timer(neap_ctx *c, uint64_t id)
{
    if (neap_random(c) == neap_random(c))
        neap_fail(c, "twice the same", NULL);
    neap_slow(c, NULL);
    neap_log(c, "a timer");
    neap_resched(c, 0);
}

static void verbs_update(neap_ctx *c, neap_task *t, neap_what what)
{
    struct verbs *p = c->state;

    if (what == NEAP_CHARGED && t->state == NEAP_STATE_READY)
        neap_heap_rekey(&p->queue, t, p->turn);
}

static void verbs_explain(const neap_ctx *c, const neap_task *t, char *out, size_t room)
{
    const struct verbs *p = c->state;

    if (t->state == NEAP_STATE_READY)
        snprintf(out, room, "%d before it", (int)neap_heap_before(&p->queue, t));
}

static const char *const params[] = {"every", "number", NULL};

NEAP_POLICY(verbs) = {
    .name = "verbs",
    .summary = "in turn, by every verb",
    .params = params,
    .state_size = sizeof(struct verbs),
    .init = verbs_init,
    .enqueue = verbs_enqueue,
    .dequeue = verbs_dequeue,
    .pick = verbs_pick,
    .running = verbs_running,
    .timer = verbs_timer,
    .update = verbs_update,
    .explain = verbs_explain,
};

NEAP_PLUGIN(verbs);
