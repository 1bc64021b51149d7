/* states.c - a task's states, as a table of state x event, and its accounts of wall
 * time. */
#include "internal.h"
#include <string.h>

#define NO NEAP_STATE_NEW /* nothing ever becomes NEW: so it says "not possible" */

static const uint8_t next_state[NEAP_STATES][EVENTS] = {
    [NEAP_STATE_NEW] = {[EV_ADMIT] = NEAP_STATE_READY, [EV_END] = NEAP_STATE_ENDED},
    [NEAP_STATE_READY] = {[EV_PICK] = NEAP_STATE_RUNNING,
                          [EV_PAUSE] = NEAP_STATE_PAUSED,
                          [EV_END] = NEAP_STATE_ENDED},
    [NEAP_STATE_STARTING] =
        {[EV_STARTED] = NEAP_STATE_RUNNING, [EV_END] = NEAP_STATE_ENDED},
    [NEAP_STATE_RUNNING] = {[EV_LOSE] = NEAP_STATE_READY,
                            [EV_BLOCK] = NEAP_STATE_BLOCKED,
                            [EV_PAUSE] = NEAP_STATE_PAUSED,
                            [EV_END] = NEAP_STATE_ENDED},
    [NEAP_STATE_BLOCKED] = {[EV_WAKE] = NEAP_STATE_READY,
                            [EV_PAUSE] = NEAP_STATE_PAUSED,
                            [EV_END] = NEAP_STATE_ENDED},
    [NEAP_STATE_PAUSED] = {[EV_RESUME] = NEAP_STATE_READY, [EV_END] = NEAP_STATE_ENDED},
    [NEAP_STATE_ENDED] = {NO},
};

bool neap_state_may(const neap_task *t, event e)
{
    return next_state[t->state][e] != NO;
}

static bool competes(const neap_task *t)
{
    return t->state == NEAP_STATE_READY || t->state == NEAP_STATE_STARTING ||
           t->state == NEAP_STATE_RUNNING;
}

/* The account that the present state's time belongs to. While the scheduler is paused,
 * every process that has started runs, whatever the books say, and virtual time stands
 * still. */
static neap_ns *account(const neap_core *c, const neap_task *t, neap_times *times)
{
    if (c->paused && competes(t)) {
        if (!(t->flags & F_PROCESS))
            return &times->paused;
        if (t->flags & F_STARTED)
            return &times->run;
    }
    switch ((neap_state)t->state) {
    case NEAP_STATE_STARTING:
        return &times->start;
    case NEAP_STATE_RUNNING:
        return &times->run;
    case NEAP_STATE_BLOCKED:
        return &times->blocked;
    case NEAP_STATE_PAUSED:
        return &times->paused;
    default:
        return &times->ready;
    }
}

void neap_state_settle(neap_core *c, neap_task *t)
{
    neap_ns spent = c->ctx.now - t->since;
    neap_ns *to = account(c, t, &t->times);

    *to += spent;
    if (to == &t->times.ready && spent > t->longest_wait_ns)
        t->longest_wait_ns = spent;
    t->since = c->ctx.now;
}

void neap_core_times(const neap_core *c, const neap_task *t, neap_ns now,
                     neap_times *out)
{
    *out = t->times;
    if (t->state != NEAP_STATE_ENDED && now > t->since)
        *account(c, t, out) += now - t->since;
}

void neap_state_move(neap_core *c, neap_task *t, event e)
{
    neap_state_settle(c, t);
    if (competes(t))
        c->ready_weight -= t->weight;
    t->state = next_state[t->state][e];
    if (t->state == NEAP_STATE_READY && e != EV_LOSE)
        begin_wait(c, t);
    if (e == EV_PICK && (t->flags & F_PROCESS) && !(t->flags & F_STARTED))
        t->state = NEAP_STATE_STARTING;
    if (competes(t))
        c->ready_weight += t->weight;
    neap_force_note(c, t);
    neap_state_touch(c, t);
}

static void stand_still(neap_core *c, neap_ns gap)
{
    for (size_t i = 0; i < c->used; i++) {
        neap_task *t = c->tasks[i].task;

        if (!t || !competes(t))
            continue;
        t->times.paused += gap;
        t->since += gap;
        record_of(t)->passed_over += gap;
    }
    for (int i = 0; i < c->cpus && !c->paused; i++) { /* else neap_core_resume() does */
        struct cpu *p = &c->cpu[i];

        p->charged_at += gap;
        p->end = later(p->end, gap);
        p->tick = later(p->tick, gap);
    }
}

static void note_standstill(neap_core *c, neap_ns now, neap_ns gap)
{
    c->tap(c->tap_user,
           &(neap_event){.kind = NEAP_EV_STANDSTILL, .now = now, .n = {gap}});
}

void neap_core_standstill(neap_core *c, neap_ns from, neap_ns now)
{
    neap_ns gap;

    neap_core_settle(c, from);
    gap = now - c->ctx.now;
    if (gap <= 0)
        return;
    if (c->tap)
        note_standstill(c, now, gap);
    stand_still(c, gap);
    c->watched_from += gap;
    c->due = later(c->due, gap);
    c->ctx.now = now;
    c->dirty = true;
}

void neap_state_touch(neap_core *c, neap_task *t)
{
    c->dirty = true;
    if (t->flags & F_TOUCHED)
        return;
    t->flags |= F_TOUCHED;
    c->touched[c->n_touched++] = t;
}

void neap_core_report(neap_core *c, neap_report_kind kind, const char *hook,
                      const char *message, const char *trace, neap_id task)
{
    neap_report r = {.kind = kind,
                     .policy = c->seat.table.name,
                     .hook = hook,
                     .message = message,
                     .trace = trace,
                     .task = task};

    if (c->opt.report)
        c->opt.report(c->opt.user, &r);
}
