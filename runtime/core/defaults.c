/* defaults.c - what answers for an absent hook: a FIFO, one quantum each. */
#include "internal.h"
#include <stdio.h>

static int default_init(neap_ctx *c, const neap_params *p)
{
    return 0;
}
static void default_exit(neap_ctx *c, neap_reason reason)
{
}
static int default_init_task(neap_ctx *c, neap_task *t)
{
    return 0;
}
static void default_exit_task(neap_ctx *c, neap_task *t, neap_how how, int code)
{
}
static void default_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    if (why == NEAP_PREEMPTED)
        neap_fifo_push_front(&c->core->fifo, t);
    else
        neap_fifo_push(&c->core->fifo, t);
}
static void default_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    neap_fifo_remove(&c->core->fifo, t);
}
static neap_task *default_pick(neap_ctx *c, int cpu)
{
    return neap_fifo_take(&c->core->fifo, cpu);
}
static neap_ns default_slice(neap_ctx *c, neap_task *t)
{
    return c->quantum;
}
static void default_running(neap_ctx *c, neap_task *t, int cpu)
{
}
static void default_stopping(neap_ctx *c, neap_task *t, neap_ns ran, neap_why why)
{
}
static bool default_tick(neap_ctx *c, neap_task *t, neap_ns ran)
{
    return false;
}
static int default_preempt(neap_ctx *c, neap_task *t)
{
    return NEAP_NO_CPU;
}
static void default_update(neap_ctx *c, neap_task *t, neap_what what)
{
}
static void default_signal(neap_ctx *c, neap_task *t, int signo)
{
}
static void default_timer(neap_ctx *c, uint64_t id)
{
}

/* Only where the order is ours too. */
static void default_explain(const neap_ctx *c, const neap_task *t, char *out,
                            size_t room)
{
    if (t->flags & F_HELD)
        snprintf(out, room, "first come, first served: %zu of %zu before it",
                 neap_fifo_before(&c->core->fifo, t), c->ready - 1);
}

void neap_seat_fill_defaults(neap_policy *p)
{
#define DEFAULT(hook) p->hook = p->hook ? p->hook : default_##hook
    DEFAULT(init);
    DEFAULT(exit);
    DEFAULT(init_task);
    DEFAULT(exit_task);
    DEFAULT(enqueue);
    DEFAULT(dequeue);
    DEFAULT(pick);
    DEFAULT(slice);
    DEFAULT(running);
    DEFAULT(stopping);
    DEFAULT(tick);
    DEFAULT(preempt);
    DEFAULT(update);
    DEFAULT(signal);
    DEFAULT(timer);
#undef DEFAULT
    if (p->pick == default_pick && !p->explain)
        p->explain = default_explain;
}

bool neap_seat_has_slice(const neap_core *c)
{
    return c->seat.table.slice != default_slice;
}

bool neap_seat_has_tick(const neap_core *c)
{
    return c->seat.table.tick != default_tick;
}
