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
    enum {
        ALL = 1 << NEAP_STATE_READY | 1 << NEAP_STATE_STARTING | 1 << NEAP_STATE_RUNNING
    };

    return ALL >> t->state & 1;
}

/* The account that the present state's time belongs to. While the scheduler is paused,
 * every process that has started runs, whatever the books say, and virtual time stands
 * still. */
static neap_state account(const neap_core *c, const neap_task *t)
{
    if (c->paused && competes(t)) {
        if (!(t->flags & F_PROCESS))
            return NEAP_STATE_PAUSED;
        if (t->flags & F_STARTED)
            return NEAP_STATE_RUNNING;
    }
    return (neap_state)t->state;
}

/* Only a process starts, and has a time in RUNNING that is not its CPU time: so these
 * are in its own block. What is booked nowhere is `ready`. */
void neap_state_settle(neap_core *c, neap_task *t)
{
    neap_ns spent = c->ctx.now - t->since;

    t->since = c->ctx.now;
    switch (account(c, t)) {
    case NEAP_STATE_STARTING:
        neap_core_about(t)->start += spent;
        break;
    case NEAP_STATE_RUNNING:
        if (t->flags & F_PROCESS)
            neap_core_about(t)->run += spent;
        break;
    case NEAP_STATE_BLOCKED:
        rest_of(t)->blocked += spent;
        break;
    case NEAP_STATE_PAUSED:
        rest_of(t)->paused += spent;
        break;
    default:
        if (spent > t->longest_wait_ns)
            t->longest_wait_ns = spent;
    }
}

/* Adds the present state's share: `gap`, since it began. */
static void add_present(const neap_core *c, const neap_task *t, neap_ns now,
                        neap_ns gap, neap_times *out)
{
    switch (account(c, t)) {
    case NEAP_STATE_STARTING:
        out->start += gap;
        break;
    case NEAP_STATE_RUNNING: /* of a virtual one, some is in cpu_ns already */
        out->run += t->flags & F_PROCESS ? gap : now - c->cpu[t->cpu].charged_at;
        break;
    case NEAP_STATE_BLOCKED:
        out->blocked += gap;
        break;
    case NEAP_STATE_PAUSED:
        out->paused += gap;
        break;
    default:
        break;
    }
}

void neap_core_times(const neap_core *c, const neap_task *t, neap_ns now,
                     neap_times *out)
{
    const struct rest *r = rest_of(t);
    neap_ns gap = 0;

    *out = (neap_times){.start = t->about->start,
                        .run = t->flags & F_PROCESS ? t->about->run : t->cpu_ns,
                        .blocked = r->blocked,
                        .paused = r->paused};
    if (c && t->state != NEAP_STATE_ENDED) {
        now = now > c->ctx.now ? now : c->ctx.now;
        gap = now - t->since;
        add_present(c, t, now, gap, out);
    }
    out->ready =
        t->since + gap - r->born - (out->start + out->run + out->blocked + out->paused);
}

void neap_task_turns(const neap_task *t, neap_turns *out)
{
    *out = (neap_turns){.slices = t->slices,
                        .preemptions = t->preemptions,
                        .voluntary = rest_of(t)->voluntary,
                        .forced = batch_of(t)->holds ? held_of(t)->forced : 0};
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
        neap_task *t = task_at(c, i);

        if (!t || !competes(t))
            continue;
        rest_of(t)->paused += gap;
        t->since += gap;
        t->passed_over += gap;
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
    if (t->flags & F_TOUCHED || !(t->flags & F_PROCESS))
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
