/* change.c - what the machine or the user does to a task, and to the runtime as a
 * whole. */
#include "internal.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

static int refuse_state(const neap_task *t, const char *what)
{
    return neap_error(NEAP_ESTATE, "task %llu (%s) cannot be %s: it is %s",
                      (unsigned long long)t->id, t->about->name, what,
                      neap_state_name((neap_state)t->state));
}

int neap_core_block(neap_core *c, neap_ns now, neap_task *t)
{
    at(c, now);
    if (!neap_state_may(t, EV_BLOCK))
        return refuse_state(t, "blocked");
    note(c, NEAP_EV_BLOCK, t, 0);
    neap_turn_give_up(c, t, EV_BLOCK, NEAP_BLOCKED);
    return 0;
}

int neap_core_wake(neap_core *c, neap_ns now, neap_task *t)
{
    at(c, now);
    if (!neap_state_may(t, EV_WAKE))
        return refuse_state(t, "woken");
    note(c, NEAP_EV_WAKE, t, 0);
    neap_state_move(c, t, EV_WAKE);
    neap_turn_arrive(c, t, NEAP_WOKEN);
    return 0;
}

void neap_task_pause_now(neap_core *c, neap_task *t)
{
    neap_task_leave_outside(c, t);
    neap_turn_leave_queue(c, t, NEAP_PAUSED);
    if (t->cpu != NEAP_NO_CPU)
        neap_turn_give_up(c, t, EV_PAUSE, NEAP_PAUSED);
    else
        neap_state_move(c, t, EV_PAUSE);
}

int neap_core_pause_task(neap_core *c, neap_ns now, neap_task *t)
{
    bool starting = t->state == NEAP_STATE_STARTING && !(t->flags & F_PAUSE_LATER);

    at(c, now);
    if (!starting && !neap_state_may(t, EV_PAUSE))
        return refuse_state(t, "paused");
    note(c, NEAP_EV_PAUSE_TASK, t, 0);
    if (starting)
        t->flags |= F_PAUSE_LATER;
    else
        neap_task_pause_now(c, t);
    return 0;
}

int neap_core_resume_task(neap_core *c, neap_ns now, neap_task *t)
{
    bool starting = t->flags & F_PAUSE_LATER;

    at(c, now);
    if (!starting && !neap_state_may(t, EV_RESUME))
        return refuse_state(t, "resumed");
    note(c, NEAP_EV_RESUME_TASK, t, 0);
    if (starting) {
        t->flags &= (uint16_t)~F_PAUSE_LATER;
        return 0;
    }
    neap_state_move(c, t, EV_RESUME);
    if (t->flags & F_ADMITTED)
        neap_turn_arrive(c, t, NEAP_RESUMED);
    else
        neap_task_enter(c, t);
    return 0;
}

int neap_core_yield(neap_core *c, neap_ns now, neap_task *t)
{
    at(c, now);
    if (t->state != NEAP_STATE_RUNNING)
        return refuse_state(t, "made to yield");
    if (!takes_turns(c))
        return neap_error(
            NEAP_EUNSUPPORTED,
            "task %llu (%s) cannot yield: nothing is held (actuator none)",
            (unsigned long long)t->id, t->about->name);
    note(c, NEAP_EV_YIELD, t, 0);
    neap_turn_lose(c, t->cpu, NEAP_YIELDED);
    return 0;
}

void neap_core_signalled(neap_core *c, neap_ns now, neap_task *t, int signo)
{
    at(c, now);
    note(c, NEAP_EV_SIGNALLED, t, signo);
    if (t->flags & F_JOINED)
        neap_hook_signal(c, t, signo);
}

void neap_core_measured(neap_core *c, neap_ns now, neap_task *t, neap_ns total)
{
    neap_ns more = total - t->cpu_ns;

    if (more <= 0)
        return;
    at(c, now);
    note(c, NEAP_EV_MEASURED, t, more);
    t->cpu_ns = total;
    if (t->flags & F_RUNNING)
        return; /* it will be in the next `ran` */
    if (!(t->flags & F_JOINED))
        return;
    c->ctx.charged = more;
    neap_hook_update(c, t, NEAP_CHARGED);
    c->ctx.charged = 0;
}

/* A task whose parameter changes is out of the policy's hands for a moment, as in the
 * kernel's sched_change: what it ran so far counts as the old value, its place in a
 * queue is made anew. Between the two calls the field may be written. */
static bool begin_change(neap_core *c, neap_task *t)
{
    bool held = t->flags & F_HELD;

    neap_turn_leave_queue(c, t, NEAP_CHANGED);
    neap_turn_tell_stopping(c, t, NEAP_CHANGED);
    return held;
}

static void end_change(neap_core *c, neap_task *t, neap_what what, bool held)
{
    if (t->flags & F_JOINED)
        neap_hook_update(c, t, what);
    if (held)
        neap_turn_arrive(c, t, NEAP_CHANGED);
    else if (t->state == NEAP_STATE_RUNNING)
        neap_turn_tell_running(c, t);
    c->dirty = true;
}

/* What it waited under another weight is no fault of the policy's. */
static void write_weight(neap_core *c, neap_task *t, int weight)
{
    bool counted = t->state >= NEAP_STATE_READY && t->state <= NEAP_STATE_RUNNING &&
                   !(t->flags & F_OUTSIDE);

    if (counted)
        c->ready_weight += (uint64_t)weight - t->weight;
    if (t->weight != weight)
        begin_wait(c, t);
    t->weight = (uint16_t)weight;
}

int neap_core_set_weight(neap_core *c, neap_ns now, neap_task *t, int weight)
{
    at(c, now);
    note(c, NEAP_EV_SET_WEIGHT, t, weight);

    bool held = begin_change(c, t);

    write_weight(c, t, weight);
    end_change(c, t, NEAP_WEIGHT, held);
    return 0;
}

int neap_core_set_priority(neap_core *c, neap_ns now, neap_task *t, int priority)
{
    at(c, now);
    note(c, NEAP_EV_SET_PRIORITY, t, priority);

    bool held = begin_change(c, t);

    write_weight(c, t, neap_priority_weight(priority));
    t->priority = (uint8_t)priority;
    if (t->flags & F_OUTSIDE)
        neap_heap_rekey(&c->outside, t, -(int64_t)priority);
    end_change(c, t, NEAP_PRIORITY, held);
    return 0;
}

static bool meets(const uint64_t *mask, int cpus)
{
    for (int i = 0; i < cpus; i++) {
        if (mask[i / 64] >> (i % 64) & 1)
            return true;
    }
    return false;
}

static int copy_mask(const neap_core *c, const neap_task *t, const uint64_t *mask,
                     size_t words, uint64_t **out)
{
    size_t most = NEAP_CPUS_MAX / 64;

    *out = calloc(most, sizeof **out);
    if (!*out)
        return neap_error(NEAP_EMEMORY, NULL);
    memcpy(*out, mask, (words < most ? words : most) * sizeof **out);
    if (meets(*out, c->ctx.cpus))
        return 0;
    free(*out);
    return neap_error(NEAP_EINVAL, "the affinity leaves task %llu none of the %d cpus",
                      (unsigned long long)t->id, c->ctx.cpus);
}

int neap_core_set_affinity(neap_core *c, neap_ns now, neap_task *t,
                           const uint64_t *mask, size_t words)
{
    neap_about *a = neap_about_own(t);
    uint64_t *copy = NULL;
    int r = a ? 0 : neap_error(NEAP_EMEMORY, NULL);
    bool held;

    at(c, now);
    if (r == 0 && mask)
        r = copy_mask(c, t, mask, words, &copy);
    if (r < 0)
        return r;
    note_text(c, NEAP_EV_SET_AFFINITY, t, 0, (const char *)copy,
              copy ? NEAP_CPUS_MAX / 8 : 0);
    held = begin_change(c, t);
    free((uint64_t *)a->affinity);
    a->affinity = copy;
    end_change(c, t, NEAP_AFFINITY, held);
    if (t->cpu != NEAP_NO_CPU && !neap_task_may_use(t, t->cpu))
        neap_turn_lose(c, t->cpu, NEAP_PREEMPTED);
    return 0;
}

static void note_times(neap_core *c, const neap_task *t, neap_ns estimate,
                       neap_ns deadline, neap_ns period)
{
    c->tap(c->tap_user, &(neap_event){.kind = NEAP_EV_SET_TIMES,
                                      .now = c->ctx.now,
                                      .task = t->id,
                                      .n = {estimate, deadline, period}});
}

int neap_core_set_times(neap_core *c, neap_ns now, neap_task *t, neap_ns estimate,
                        neap_ns deadline, neap_ns period)
{
    neap_about *a = neap_about_own(t);
    bool held;

    at(c, now);
    if (!a)
        return neap_error(NEAP_EMEMORY, NULL);
    if (c->tap)
        note_times(c, t, estimate, deadline, period);
    held = begin_change(c, t);
    a->estimate = estimate;
    a->deadline = deadline;
    a->period = period;
    end_change(c, t, NEAP_DEADLINE, held);
    return 0;
}

int neap_core_set_group(neap_core *c, neap_ns now, neap_task *t, uint64_t group)
{
    neap_about *a = neap_about_own(t);
    bool held;

    at(c, now);
    if (!a)
        return neap_error(NEAP_EMEMORY, NULL);
    note(c, NEAP_EV_SET_GROUP, t, (int64_t)group);
    held = begin_change(c, t);
    a->group = group;
    end_change(c, t, NEAP_GROUP, held);
    return 0;
}

int neap_core_set_name(neap_core *c, neap_task *t, const char *name)
{
    if (neap_about_rename(t, name) < 0)
        return neap_error(NEAP_EMEMORY, NULL);
    note_text(c, NEAP_EV_SET_NAME, t, 0, t->about->name, strlen(t->about->name));
    return 0;
}

void neap_core_set_quantum(neap_core *c, neap_ns now, neap_ns quantum)
{
    at(c, now);
    note(c, NEAP_EV_SET_QUANTUM, NULL, quantum);
    c->ctx.quantum = quantum;
    begin_watch(c); /* the bound was another until now */
    c->dirty = true;
}

static int make_cpus(neap_core *c, int cpus)
{
    if (cpus > c->cpu_room) {
        struct cpu *larger = realloc(c->cpu, (size_t)cpus * sizeof *larger);
        neap_order *orders =
            realloc(c->orders, (c->process_room + (size_t)cpus) * sizeof *orders);

        c->cpu = larger ? larger : c->cpu;
        c->orders = orders ? orders : c->orders;
        if (!larger || !orders)
            return neap_error(NEAP_EMEMORY, NULL);
        c->cpu_room = cpus;
    }
    for (int i = c->cpus; i < cpus; i++)
        c->cpu[i] = (struct cpu){.end = NEAP_FOREVER, .tick = NEAP_FOREVER};
    if (cpus > c->cpus)
        c->cpus = cpus;
    return 0;
}

int neap_core_set_cpus(neap_core *c, neap_ns now, int cpus)
{
    at(c, now);
    for (size_t i = 0; i < c->used; i++) {
        const neap_task *t = task_at(c, i);

        if (t && t->about->affinity && !meets(t->about->affinity, cpus))
            return neap_error(NEAP_EINVAL,
                              "%d cpus would leave task %llu (%s) none it may use",
                              cpus, (unsigned long long)t->id, t->about->name);
    }
    if (make_cpus(c, cpus) < 0)
        return -NEAP_EMEMORY;
    note(c, NEAP_EV_SET_CPUS, NULL, cpus);
    c->ctx.cpus = cpus;
    begin_watch(c);
    for (int i = 0; i < c->cpus; i++) {
        if (i >= cpus)
            neap_turn_lose(c, i, NEAP_PREEMPTED);
        if (i < cpus && !c->cpu[i].task)
            neap_bits_set(&c->idle, i);
        else
            neap_bits_clear(&c->idle, i);
    }
    c->dirty = true;
    return 0;
}

/* Books every task's time up to now, under the rules before the change. */
static void settle_all(neap_core *c, neap_ns now)
{
    at(c, now);
    for (size_t i = 0; i < c->used; i++) {
        neap_task *t = task_at(c, i);

        if (!t || t->state == NEAP_STATE_ENDED)
            continue;
        if (t->cpu != NEAP_NO_CPU)
            neap_turn_charge(c, t);
        neap_state_settle(c, t);
        neap_state_touch(c, t);
    }
}

int neap_core_pause(neap_core *c, neap_ns now)
{
    if (c->paused)
        return neap_error(NEAP_ESTATE, "the scheduler is paused already");
    at(c, now);
    note(c, NEAP_EV_PAUSE, NULL, 0);
    settle_all(c, now);
    c->paused = true;
    c->paused_at = c->ctx.now;
    return 0;
}

int neap_core_resume(neap_core *c, neap_ns now)
{
    neap_ns away;

    if (!c->paused)
        return neap_error(NEAP_ESTATE, "the scheduler is not paused");
    at(c, now);
    note(c, NEAP_EV_RESUME, NULL, 0);
    settle_all(c, now);
    away = c->ctx.now - c->paused_at;
    c->paused = false;
    begin_watch(c);
    c->due = NEAP_FOREVER;
    c->dirty = true; /* the policy's timers count again, even if there is no task */
    for (int i = 0; i < c->cpus; i++) {
        struct cpu *p = &c->cpu[i];

        p->charged_at = c->ctx.now;
        p->end = later(p->end, away);
        p->tick = later(p->tick, away);
    }
    return 0;
}

void neap_core_trigger(neap_core *c, neap_ns now)
{
    at(c, now);
    note(c, NEAP_EV_TRIGGER, NULL, 0);
    for (int i = 0; i < c->cpus; i++)
        neap_turn_lose(c, i, NEAP_EXPIRED);
    c->dirty = true;
}
