/* round_robin.c - everybody in turn, one quantum each.
 *
 * Equal shares of the cpus for tasks that are always ready; whoever comes waits at most
 * one quantum for each task before it. Weights and priorities mean nothing here.
 */
#include <neap/policy.h>
#include <stdio.h>

struct round_robin {
    neap_fifo queue;
};

static void round_robin_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct round_robin *r = c->state;

    if (why == NEAP_PREEMPTED) /* it keeps its place before its equals */
        neap_fifo_push_front(&r->queue, t);
    else
        neap_fifo_push(&r->queue, t);
}

static void round_robin_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct round_robin *r = c->state;

    neap_fifo_remove(&r->queue, t);
}

static neap_task *round_robin_pick(neap_ctx *c, int cpu)
{
    struct round_robin *r = c->state;

    return neap_fifo_take(&r->queue, cpu);
}

static void round_robin_explain(const neap_ctx *c, const neap_task *t, char *out,
                                size_t room)
{
    const struct round_robin *r = c->state;

    if (t->state == NEAP_STATE_READY)
        snprintf(out, room, "in turn: %zu of %zu before it",
                 neap_fifo_before(&r->queue, t), c->ready - 1);
}

NEAP_POLICY(round_robin) = {
    .name = "round_robin",
    .alias = "rr",
    .summary =
        "everybody in turn, one quantum each: equal shares, short and known waits",
    .state_size = sizeof(struct round_robin),
    .ideal = NEAP_IDEAL_EQUAL,
    .enqueue = round_robin_enqueue,
    .dequeue = round_robin_dequeue,
    .pick = round_robin_pick,
    .explain = round_robin_explain,
};
