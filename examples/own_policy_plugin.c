/* own_policy_plugin.c - a policy of one's own in a shared object: turns by weight.
 *
 *   cc -shared -fPIC -o own_policy_plugin.so own_policy_plugin.c \
 *       $(pkg-config --cflags neap)
 *   neap policy check ./own_policy_plugin.so
 *   neap run -p ./own_policy_plugin.so -s longest=50ms -f jobs.txt
 */
#include <neap/plugin.h>

struct turns {
    neap_fifo queue;
    neap_ns longest;
};

static int turns_init(neap_ctx *c, const neap_params *params)
{
    struct turns *p = c->state;

    p->longest = 100 * NEAP_MS;
    return neap_param_ns(c, params, "longest", &p->longest);
}

static void turns_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    neap_fifo_push(&((struct turns *)c->state)->queue, t);
}

static void turns_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    neap_fifo_remove(&((struct turns *)c->state)->queue, t);
}

static neap_task *turns_pick(neap_ctx *c, int cpu)
{
    return neap_fifo_take(&((struct turns *)c->state)->queue, cpu);
}

/* A weight of 100 has one quantum. */
static neap_ns turns_slice(neap_ctx *c, neap_task *t)
{
    neap_ns longest = ((struct turns *)c->state)->longest;
    neap_ns slice = c->quantum * t->weight / 100;

    if (slice > longest)
        neap_count(c, "cut turns"); /* stands with the figures of a run */
    slice = slice > longest ? longest : slice;
    return slice < NEAP_MS ? NEAP_MS : slice;
}

static const char *const params[] = {"longest", NULL};

NEAP_POLICY(turns) = {
    .name = "turns",
    .summary = "round robin with turns as long as the weight says",
    .params = params,
    .state_size = sizeof(struct turns),
    .init = turns_init,
    .enqueue = turns_enqueue,
    .dequeue = turns_dequeue,
    .pick = turns_pick,
    .slice = turns_slice,
};

NEAP_PLUGIN(turns);
