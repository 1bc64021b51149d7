/* own_policy.c - a policy of one's own in C, on virtual tasks: the latest newcomer runs
 * first. */
#include <neap/neap.h>
#include <stdio.h>

struct latest {
    neap_fifo queue;
};

static void latest_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct latest *l = c->state;

    if (why == NEAP_NEW)
        neap_fifo_push_front(&l->queue, t);
    else
        neap_fifo_push(&l->queue, t);
}

static void latest_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    neap_fifo_remove(&((struct latest *)c->state)->queue, t);
}

static neap_task *latest_pick(neap_ctx *c, int cpu)
{
    return neap_fifo_take(&((struct latest *)c->state)->queue, cpu);
}

NEAP_POLICY(latest) = {
    .name = "latest",
    .summary = "the latest newcomer runs first, then everybody in turn",
    .state_size = sizeof(struct latest),
    .enqueue = latest_enqueue,
    .dequeue = latest_dequeue,
    .pick = latest_pick,
};

static void show(void *user, neap_runtime *rt, int cpu, neap_task *from, neap_task *to)
{
    printf("%3d ms: %s\n", (int)(neap_now(rt) / NEAP_MS),
           to ? to->about->name : "nobody");
}

int main(void)
{
    neap_options options = {
        .size = sizeof options, .table = &neap_policy_latest, .cpus = 1};
    neap_runtime *rt;

    options.clock = NEAP_CLOCK_VIRTUAL;
    options.on_switch = show;
    if (neap_new(&rt, &options) < 0)
        return fprintf(stderr, "own_policy: %s\n", neap_last_error()), 1;
    neap_add(rt, &(neap_spec){.size = sizeof(neap_spec), .name = "first"}, NULL);
    neap_add(rt, &(neap_spec){.size = sizeof(neap_spec), .name = "second"}, NULL);
    neap_add(rt, &(neap_spec){.size = sizeof(neap_spec), .name = "third"}, NULL);
    neap_run_for(rt, 60 * NEAP_MS);
    neap_free(rt);
    return 0;
}
