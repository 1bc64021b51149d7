/* force.c - max_hold: who has been held for so long gets a short turn, whatever the
 * policy says.
 *
 * All have the same bound, so a list in the order in which their waits began is enough:
 * its head is the next to be due. In it is who has run before: a process that has never
 * started is held by nobody.
 */
#include "internal.h"

static bool has_run(const neap_task *t)
{
    return t->flags & F_PROCESS ? t->flags & F_STARTED : t->slices > 0;
}

static void leave(neap_core *c, neap_task *t)
{
    struct held *h = held_of(t);

    *(h->prev ? &held_of(h->prev)->next : &c->first_held) = h->next;
    *(h->next ? &held_of(h->next)->prev : &c->last_held) = h->prev;
    t->flags &= (uint16_t)~F_LISTED;
}

static void join(neap_core *c, neap_task *t)
{
    struct held *h = held_of(t);

    h->next = NULL;
    h->prev = c->last_held;
    *(h->prev ? &held_of(h->prev)->next : &c->first_held) = t;
    c->last_held = t;
    t->flags |= F_LISTED;
}

void neap_force_note(neap_core *c, neap_task *t)
{
    if (t->flags & F_LISTED)
        leave(c, t);
    if (c->opt.max_hold && t->state == NEAP_STATE_READY && has_run(t))
        join(c, t);
}

static neap_ns due_at(const neap_core *c, const neap_task *t)
{
    return later(t->since, c->opt.max_hold);
}

neap_ns neap_force_due(const neap_core *c)
{
    const neap_task *t = c->first_held;

    while (t && due_at(c, t) <= c->ctx.now) /* served when a cpu that it may use is */
        t = held_of(t)->next;
    return t ? due_at(c, t) : NEAP_FOREVER;
}

/* An empty one, or that of the task which has run longest; no forced turn is cut short
 * for another. */
static int cpu_for(const neap_core *c, const neap_task *t)
{
    int best = NEAP_NO_CPU;

    for (int i = 0; i < c->ctx.cpus; i++) {
        const struct cpu *p = &c->cpu[i];

        if (!neap_task_may_use(t, i))
            continue;
        if (!p->task)
            return i;
        if (p->forced || !takes_turns(c) || p->task->state != NEAP_STATE_RUNNING)
            continue;
        if (best == NEAP_NO_CPU || p->task->since < c->cpu[best].task->since)
            best = i;
    }
    return best;
}

static void force(neap_core *c, neap_task *t)
{
    int i = cpu_for(c, t);
    bool declined;

    if (i == NEAP_NO_CPU)
        return;
    declined = !c->cpu[i].task && !neap_bits_has(&c->changed, i);
    neap_turn_lose(c, i, NEAP_PREEMPTED);
    neap_hook_dequeue(c, t, NEAP_FORCED);
    keep_slice(t, FORCED_TURN);
    neap_turn_give(c, i, t);
    c->cpu[i].forced = true;
    c->cpu[i].declined = declined;
    c->forced_for += FORCED_TURN / c->ctx.cpus;
    held_of(t)->forced++;
    c->count.forced++;
}

void neap_force_turns(neap_core *c)
{
    neap_task *next;

    if (c->first_held && c->seat.ejected)
        neap_seat_eject(c);
    for (neap_task *t = c->first_held; t && due_at(c, t) <= c->ctx.now; t = next) {
        next = held_of(t)->next;
        force(c, t);
    }
}
