/* turns.c - tasks get and give up cpus, arrive in the policy's queue and leave it. */
#include "internal.h"

void neap_turn_charge(neap_core *c, neap_task *t)
{
    struct cpu *p = &c->cpu[t->cpu];

    if (t->flags & F_PROCESS || t->state != NEAP_STATE_RUNNING || c->paused)
        return;
    t->cpu_ns += c->ctx.now - p->charged_at;
    p->charged_at = c->ctx.now;
}

void neap_turn_tell_running(neap_core *c, neap_task *t)
{
    c->cpu[t->cpu].told = t->cpu_ns;
    t->flags |= F_RUNNING;
    neap_hook_running(c, t, t->cpu);
}

void neap_turn_tell_stopping(neap_core *c, neap_task *t, neap_why why)
{
    neap_ns ran;

    if (!(t->flags & F_RUNNING))
        return;
    neap_turn_charge(c, t);
    ran = t->cpu_ns - c->cpu[t->cpu].told;
    t->flags &= (uint16_t)~F_RUNNING;
    neap_hook_stopping(c, t, ran, why);
}

/* Its cpu is free from now on. */
static void vacate(neap_core *c, neap_task *t)
{
    c->cpu[t->cpu].task = NULL;
    c->cpu[t->cpu].forced = c->cpu[t->cpu].declined = false;
    neap_bits_set(&c->changed, t->cpu);
    if (t->cpu < c->ctx.cpus)
        neap_bits_set(&c->idle, t->cpu);
    t->cpu = NEAP_NO_CPU;
    if (!takes_turns(c)) /* until now nobody could have had it */
        begin_watch(c);
}

void neap_turn_give_up(neap_core *c, neap_task *t, event e, neap_why why)
{
    neap_turn_tell_stopping(c, t, why);
    keep_slice(t, 0);
    if (why != NEAP_PAUSED) {
        rest_of(t)->voluntary++;
        c->count.voluntary++;
    }
    vacate(c, t);
    neap_state_move(c, t, e);
}

/* What is left of a preempted slice, at least 1 ms; 0: a forced turn was no part of
 * one. */
static neap_ns left_of(const neap_core *c, const struct cpu *p)
{
    neap_ns left = p->end - slice_clock(c);

    if (p->forced)
        return 0;
    if (p->end == NEAP_FOREVER)
        return NEAP_FOREVER;
    return left > NEAP_MS ? left : NEAP_MS;
}

/* Takes the cpu from its task, which is READY then but in no queue yet; NULL: there is
 * none, or it cannot lose it now. */
static neap_task *take_cpu(neap_core *c, int at_cpu, neap_why why)
{
    struct cpu *p = &c->cpu[at_cpu];
    neap_task *t = p->task;
    bool declined = p->declined;

    if (!t || !takes_turns(c))
        return NULL;
    if (t->state == NEAP_STATE_STARTING) {
        t->flags |= why == NEAP_PREEMPTED ? F_LOSE_LATER : F_EXPIRE_LATER;
        return NULL;
    }
    keep_slice(t, why == NEAP_PREEMPTED ? left_of(c, p) : 0);
    neap_turn_tell_stopping(c, t, why);
    if (why == NEAP_YIELDED) {
        rest_of(t)->voluntary++;
        c->count.voluntary++;
    } else {
        p->lost = t;
    }
    vacate(c, t);
    neap_state_move(c, t, EV_LOSE);
    if (!declined)
        begin_wait(c, t);
    return t;
}

void neap_turn_lose(neap_core *c, int at_cpu, neap_why why)
{
    neap_task *t = take_cpu(c, at_cpu, why);

    if (t)
        neap_hook_enqueue(c, t, why);
}

void neap_turn_begin_slice(neap_core *c, neap_task *t, neap_ns from)
{
    struct cpu *p = &c->cpu[t->cpu];

    p->end = later(from, p->slice);
    p->tick = neap_seat_has_tick(c) && takes_turns(c)
                  ? later(slice_clock(c), c->ctx.quantum)
                  : NEAP_FOREVER;
    p->charged_at = c->ctx.now;
    neap_turn_tell_running(c, t);
}

static neap_ns slice_of(neap_core *c, neap_task *t)
{
    if (!takes_turns(c))
        return NEAP_FOREVER;
    return t->flags & F_REST ? rest_of(t)->slice_left : neap_hook_slice(c, t);
}

void neap_turn_give(neap_core *c, int at_cpu, neap_task *t)
{
    struct cpu *p = &c->cpu[at_cpu];

    p->slice = slice_of(c, t);
    p->end = p->tick = NEAP_FOREVER;
    p->task = t;
    keep_slice(t, 0);
    t->cpu = (int16_t)at_cpu;
    t->slices++;
    c->count.dispatches++;
    if (p->last != t->id)
        c->count.context_switches++;
    p->last = t->id;
    neap_bits_clear(&c->idle, at_cpu);
    neap_bits_set(&c->changed, at_cpu);
    neap_state_move(c, t, EV_PICK);
    if (t->state == NEAP_STATE_RUNNING)
        neap_turn_begin_slice(c, t, c->nominal);
}

bool neap_turn_has_free_cpu(const neap_core *c, const neap_task *t)
{
    for (int i = neap_bits_next(&c->idle, 0, c->ctx.cpus); i >= 0;
         i = neap_bits_next(&c->idle, i + 1, c->ctx.cpus)) {
        if (neap_task_may_use(t, i))
            return true;
    }
    return false;
}

/* While nobody waited, slices of one quantum were let run over. The first who has to
 * wait ends them all, and what those tasks used is on the policy's books (told while
 * c->ready is still 0) before any of them, or the newcomer, is in its queue. */
static void end_overrun(neap_core *c)
{
    neap_fifo over = {NULL, NULL};

    for (int i = 0; i < c->ctx.cpus; i++) {
        neap_task *t =
            c->cpu[i].end <= c->ctx.now ? take_cpu(c, i, NEAP_EXPIRED) : NULL;

        if (t)
            neap_fifo_push(&over, t);
    }
    while (over.first) {
        neap_task *t = over.first;

        neap_fifo_remove(&over, t);
        neap_hook_enqueue(c, t, NEAP_EXPIRED);
    }
}

/* The same books, when there is a cpu for the newcomer: the next who comes may have
 * none, and c->ready is not 0 any more then. */
static void tell_overrun(neap_core *c)
{
    for (int i = 0; i < c->ctx.cpus; i++) {
        neap_task *t = c->cpu[i].end <= c->ctx.now ? c->cpu[i].task : NULL;

        if (t && t->flags & F_RUNNING) {
            neap_turn_tell_stopping(c, t, NEAP_CHANGED);
            neap_turn_tell_running(c, t);
        }
    }
}

void neap_turn_arrive(neap_core *c, neap_task *t, neap_why why)
{
    if (c->ctx.ready == 0 && !c->paused) {
        if (neap_turn_has_free_cpu(c, t))
            tell_overrun(c);
        else
            end_overrun(c);
    }
    neap_hook_enqueue(c, t, why);
    if (!(t->flags & F_ARRIVED)) {
        t->flags |= F_ARRIVED;
        if (c->n_arrived < c->arrived_room && !c->more_arrived)
            c->arrived[c->n_arrived++] = t;
        else
            c->more_arrived = true;
    }
    c->dirty = true;
}

void neap_turn_leave_queue(neap_core *c, neap_task *t, neap_why why)
{
    if (t->flags & F_HELD)
        neap_hook_dequeue(c, t, why);
}
