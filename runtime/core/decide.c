/* decide.c - one decision: expire, preempt, pick, give orders; and when the next one is
 * due.
 *
 * A decision costs what has changed: each task that gives up or gets a cpu passes
 * through once, whatever the number of tasks. It allocates nothing: the arrays have
 * room for every task.
 */
#include "internal.h"
#include <stdio.h>
#include <string.h>

/* Who has waited beyond the bound, looked for in turn: one task a decision, and more
 * where decisions are rarer than quanta. */
enum { WATCHED_OFTEN = 1, WATCHED_SELDOM = 8 };

/* Does the slice on `p` end by itself though nobody waits? Only where the policy said
 * how long, or was not asked. */
static bool ends_alone(const neap_core *c, const struct cpu *p)
{
    return p->forced || neap_seat_has_slice(c);
}

static neap_ns due_on(const neap_core *c, const struct cpu *p)
{
    neap_ns due = NEAP_FOREVER;
    bool contended = c->ctx.ready > 0;

    if (!p->task)
        return due;
    if (contended || ends_alone(c, p))
        due = p->end;
    if ((contended || c->seat.table.flags & NEAP_TICKS_ALWAYS) && p->tick < due)
        due = p->tick;
    return due;
}

/* How long a waiting task may go unlooked at: beside an empty cpu the policy is asked
 * again each quantum, and the watchdog must see slices that have no end. */
static neap_ns patience(const neap_core *c)
{
    return neap_bits_next(&c->idle, 0, c->ctx.cpus) >= 0 ? c->ctx.quantum : NEAP_S;
}

/* Does a waiting task say anything of the policy? Not where it could not have had a
 * cpu. */
static bool may_be_blamed(const neap_core *c)
{
    return takes_turns(c) || neap_bits_next(&c->idle, 0, c->ctx.cpus) >= 0;
}

static neap_ns next_due(const neap_core *c)
{
    neap_ns due = NEAP_FOREVER;

    if (c->paused)
        return due;
    for (int i = 0; i < c->cpus; i++) {
        neap_ns here = due_on(c, &c->cpu[i]);

        if (here < due)
            due = here;
    }
    for (int i = 0; i < c->seat.timers; i++) {
        if (c->seat.timer[i].at < due)
            due = c->seat.timer[i].at;
    }
    if (neap_force_due(c) < due)
        due = neap_force_due(c);
    if (c->ctx.ready > 0 && may_be_blamed(c)) {
        neap_ns look = later(c->ctx.now, patience(c));

        due = look < due ? look : due;
    }
    return due;
}

neap_ns neap_core_next(const neap_core *c)
{
    return c->dirty ? c->ctx.now : c->due;
}

static void run_timers(neap_core *c)
{
    for (int i = 0; i < c->seat.timers;) {
        if (c->seat.timer[i].at > c->ctx.now) {
            i++;
            continue;
        }
        uint64_t id = c->seat.timer[i].id;

        c->seat.timer[i] = c->seat.timer[--c->seat.timers];
        neap_hook_timer(c, id);
    }
}

/* True: its slice is over. */
static bool tick(neap_core *c, struct cpu *p)
{
    neap_task *t = p->task;
    neap_ns ran;

    neap_turn_charge(c, t);
    ran = t->cpu_ns - p->told;
    p->told = t->cpu_ns;
    p->tick += ((c->ctx.now - p->tick) / c->ctx.quantum + 1) * c->ctx.quantum;
    return neap_hook_tick(c, t, ran);
}

static void expire(neap_core *c)
{
    bool contended = c->ctx.ready > 0;
    bool ticks = contended || c->seat.table.flags & NEAP_TICKS_ALWAYS;

    for (int i = 0; i < c->cpus; i++) {
        struct cpu *p = &c->cpu[i];
        neap_ns now = c->ctx.now;
        bool over;

        if (!p->task || p->task->state != NEAP_STATE_RUNNING)
            continue;
        over = p->tick <= now && ticks && tick(c, p);
        if (over || (p->end <= now && (contended || ends_alone(c, p))))
            neap_turn_lose(c, i, NEAP_EXPIRED);
    }
}

static void admit(neap_core *c)
{
    neap_task *t;

    while ((t = neap_heap_first(&c->outside)) &&
           (!c->opt.max_alive || c->admitted < c->opt.max_alive)) {
        neap_task_leave_outside(c, t);
        begin_wait(c, t); /* no policy's doing until now */
        neap_task_enter(c, t);
    }
}

static void fill(neap_core *c)
{
    for (int i = neap_bits_next(&c->idle, 0, c->ctx.cpus); i >= 0 && c->ctx.ready > 0;
         i = neap_bits_next(&c->idle, i + 1, c->ctx.cpus)) {
        if (c->seat.ejected)
            neap_seat_eject(c);

        neap_task *t = neap_hook_pick(c, i);

        if (t)
            neap_turn_give(c, i, t);
    }
}

static void ask_preempt(neap_core *c, neap_task *t)
{
    int cpu;

    t->flags &= (uint16_t)~F_ARRIVED;
    if (!(t->flags & F_HELD) || c->seat.ejected)
        return;
    cpu = neap_hook_preempt(c, t);
    if (cpu == NEAP_NO_CPU || c->cpu[cpu].forced)
        return;
    neap_turn_lose(c, cpu, NEAP_PREEMPTED);
    fill(c);
}

static void arrivals(neap_core *c)
{
    for (size_t i = 0; i < c->n_arrived; i++)
        ask_preempt(c, c->arrived[i]);
    c->n_arrived = 0;
    for (size_t i = 0; c->more_arrived && i < c->used; i++) {
        neap_task *t = task_at(c, i);

        if (t && t->flags & F_ARRIVED)
            ask_preempt(c, t);
    }
    c->more_arrived = false;
}

/* Each cpu at most once a decision, or a policy could keep us here for ever. */
static void rescheduled(neap_core *c)
{
    int i = neap_bits_next(&c->resched, 0, c->ctx.cpus);
    neap_bits done;

    if (i < 0)
        return;
    memset(&done, 0, sizeof done);
    for (; i >= 0; i = neap_bits_next(&c->resched, 0, c->ctx.cpus)) {
        neap_bits_clear(&c->resched, i);
        if (neap_bits_has(&done, i))
            continue;
        neap_bits_set(&done, i);
        neap_turn_lose(c, i, NEAP_EXPIRED);
        fill(c);
    }
}

/* Must a policy have come round to everybody in `time`, when `turns` go by? */
static bool is_too_long(const neap_core *c, neap_ns time, double turns)
{
    return time > NEAP_S &&
           (double)time * c->ctx.cpus > 10.0 * (double)c->ctx.quantum * turns;
}

/* Who waits has seen those before him, though they may have ended or gone to sleep
 * since: thousands that are started have a turn each, and sleep then. */
static void note_crowd(neap_core *c)
{
    size_t count = c->ctx.ready + (size_t)c->ctx.cpus;

    if (is_too_long(c, c->ctx.now - c->crowd.at, (double)c->crowd.count)) {
        c->crowd = (struct crowd){c->ready_weight, count, c->ctx.now};
    } else if (count > c->crowd.count) {
        c->crowd.count = count;
        c->crowd.at = c->ctx.now;
    }
    if (c->ready_weight > c->crowd.weight)
        c->crowd.weight = c->ready_weight;
}

/* How many turns of all go by for one of `t`: by weight, or, under a policy that does
 * not promise shares by weight, in turn where that is longer. */
static double fair_wait(const neap_core *c, const neap_task *t)
{
    double by_weight = (double)c->crowd.weight / t->weight;
    double in_turn = (double)c->crowd.count;

    if (c->seat.table.ideal == NEAP_IDEAL_BY_WEIGHT || by_weight > in_turn)
        return by_weight;
    return in_turn;
}

static neap_ns passed_over_for(const neap_core *c, neap_task *t)
{
    neap_ns since = t->passed_over;

    return policy_clock(c) - (since > c->watched_from ? since : c->watched_from);
}

static bool overdue(const neap_core *c, neap_task *t)
{
    neap_ns time = passed_over_for(c, t);

    return time > NEAP_S && is_too_long(c, time, fair_wait(c, t));
}

/* A process that takes long to start keeps its cpu: no policy could help that. */
static bool is_starting(const neap_core *c)
{
    for (int i = 0; i < c->cpus; i++) {
        if (c->cpu[i].task && c->cpu[i].task->state == NEAP_STATE_STARTING)
            return true;
    }
    return false;
}

static int to_watch(neap_core *c)
{
    bool seldom = c->ctx.now - c->watched_at > c->ctx.quantum;

    c->watched_at = c->ctx.now;
    return seldom ? WATCHED_SELDOM : WATCHED_OFTEN;
}

static neap_task *next_watched(neap_core *c)
{
    if (c->cursor >= c->used)
        c->cursor = 0;
    return task_at(c, c->cursor++);
}

static void watch(neap_core *c)
{
    bool empty = neap_bits_next(&c->idle, 0, c->ctx.cpus) >= 0;

    note_crowd(c);
    if (c->seat.table.flags & (empty ? NEAP_IDLES : NEAP_STARVES) || !may_be_blamed(c))
        return;
    for (int i = to_watch(c); i > 0 && c->used > 0; i--) {
        neap_task *t = next_watched(c);
        char why[160];

        if (!t || !(t->flags & F_HELD) || !overdue(c, t) || is_starting(c))
            continue;
        if (!takes_turns(c) && !neap_turn_has_free_cpu(c, t))
            continue;
        snprintf(why, sizeof why, "task %llu (%.40s) has waited %.1f s for a cpu",
                 (unsigned long long)t->id, t->about->name,
                 (double)passed_over_for(c, t) / NEAP_S);
        neap_seat_condemn(c, why);
    }
}

static void order(neap_core *c, neap_order_kind kind, neap_task *t, neap_task *from,
                  int cpu)
{
    c->orders[c->n_orders++] = (neap_order){kind, cpu, t, from};
}

/* Should our orders let this task's process run? */
static bool wanted(const neap_core *c, const neap_task *t)
{
    switch ((neap_state)t->state) {
    case NEAP_STATE_STARTING:
    case NEAP_STATE_RUNNING:
        return true;
    case NEAP_STATE_BLOCKED:
        return t->flags & F_RELEASED; /* a sleeper is left alone */
    case NEAP_STATE_READY:
        return c->paused && t->flags & F_STARTED;
    default:
        return false;
    }
}

static void give_orders(neap_core *c)
{
    for (size_t i = 0; i < c->n_touched; i++) {
        neap_task *t = c->touched[i];

        if (t->state == NEAP_STATE_ENDED)
            t->flags &= (uint16_t)~F_RELEASED;
        if (t->flags & F_RELEASED && !wanted(c, t)) {
            t->flags &= (uint16_t)~F_RELEASED;
            order(c, NEAP_ORDER_HOLD, t, NULL, NEAP_NO_CPU);
        }
    }
    for (size_t i = 0; i < c->n_touched; i++) {
        neap_task *t = c->touched[i];

        t->flags &= (uint16_t)~F_TOUCHED;
        if (!(t->flags & F_RELEASED) && wanted(c, t)) {
            t->flags |= F_RELEASED;
            order(c,
                  t->state == NEAP_STATE_STARTING ? NEAP_ORDER_START : NEAP_ORDER_RUN,
                  t, NULL, t->cpu);
        }
    }
    c->n_touched = 0;
}

/* A turn was taken from a task that could have gone on, and another has it now. */
static void count_preemption(neap_core *c, struct cpu *p)
{
    if (p->lost && p->task && p->lost->state == NEAP_STATE_READY) {
        p->lost->preemptions++;
        c->count.preemptions++;
    }
    p->lost = NULL;
}

static void show_switches(neap_core *c)
{
    for (int i = neap_bits_next(&c->changed, 0, c->cpus); i >= 0;
         i = neap_bits_next(&c->changed, i + 1, c->cpus)) {
        struct cpu *p = &c->cpu[i];

        neap_bits_clear(&c->changed, i);
        count_preemption(c, p);
        if (p->task != p->shown)
            order(c, NEAP_ORDER_SWITCH, p->task, p->shown, i);
        p->shown = p->task;
    }
    while (c->cpus > c->ctx.cpus && !c->cpu[c->cpus - 1].task)
        c->cpus--;
}

static bool is_late(const neap_core *c)
{
    return c->ctx.now - c->due > c->ctx.quantum / 10;
}

static void count_lateness(neap_core *c)
{
    if (!is_late(c))
        return;
    c->count.late_ticks++;
    c->count.late += c->ctx.now - c->due;
}

static void turn(neap_core *c)
{
    run_timers(c);
    expire(c);
    admit(c);
    neap_force_turns(c);
    fill(c);
    arrivals(c);
    rescheduled(c);
    watch(c);
    if (c->seat.ejected) {
        neap_seat_eject(c);
        fill(c);
    }
}

size_t neap_core_decide(neap_core *c, neap_ns now, const neap_order **orders)
{
    c->n_orders = 0;
    *orders = c->orders;
    at(c, now);
    if (!c->dirty && now < c->due)
        return 0;
    note(c, NEAP_EV_DECIDE, NULL, 0);
    c->count.decisions++;
    if (now > c->due && !c->paused)
        count_lateness(c);
    c->nominal = is_late(c) || c->due > c->ctx.now ? c->ctx.now : c->due;
    if (!c->paused)
        turn(c);
    give_orders(c);
    show_switches(c);
    c->dirty = false;
    c->due = next_due(c);
    return c->n_orders;
}
