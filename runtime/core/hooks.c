/* hooks.c - every call into the policy: failures are caught, answers are checked.
 *
 * A hook that fails is answered by its default. The failure is a strike: the first of
 * each hook is reported, the third within ten seconds condemns the policy, which is
 * then replaced at the next point where nothing of it is on the stack (seat_eject). What
 * fails until then is only counted.
 */
#include "internal.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

static const char *const hook_name[] = {"init",    "exit",     "init_task", "exit_task",
                                        "enqueue", "dequeue",  "pick",      "slice",
                                        "running", "stopping", "tick",      "preempt",
                                        "update",  "signal",   "timer"};

static void condemn(neap_core *c, int hook)
{
    char why[256];

    snprintf(why, sizeof why, "%s%s: %.150s",
             c->failure.final ? "" : "three failures in ten seconds, the last in ",
             hook_name[hook], c->failure.message);
    neap_seat_condemn(c, why);
}

static void strike(neap_core *c, int hook, neap_id task)
{
    seat *s = &c->seat;

    c->failure.set = false;
    c->count.failures++;
    memmove(&s->strike[1], &s->strike[0], (STRIKES - 1) * sizeof s->strike[0]);
    s->strike[0] = c->ctx.now;
    if (!s->ejected && !(s->reported >> hook & 1)) {
        s->reported |= 1u << hook;
        neap_core_report(c, NEAP_REPORT_FAILURE, hook_name[hook], c->failure.message,
                         c->failure.trace[0] ? c->failure.trace : NULL, task);
    }
    if (c->failure.final || s->strike[0] - s->strike[STRIKES - 1] <= STRIKE_WINDOW)
        condemn(c, hook);
    c->failure.final = false;
}

static void enter(neap_core *c, int hook)
{
    c->hook = hook;
    c->calls++;
}

static void note_failure(neap_core *c, neap_event_kind kind, int64_t n)
{
    const char *why = c->failure.set ? c->failure.message : "";

    note_text(c, kind, NULL, n, why, strlen(why));
}

static void failed(neap_core *c, int hook, const neap_task *t)
{
    note_failure(c, NEAP_EV_FAIL, c->failure.final);
    strike(c, hook, t ? t->id : 0);
}

/* Returns true if the hook has failed. */
static inline bool leave(neap_core *c, const neap_task *t)
{
    int hook = c->hook;

    c->hook = HOOK_NONE;
    if (!c->failure.set)
        return false;
    failed(c, hook, t);
    return true;
}

/* The hook answered, but what it said cannot be: as bad as a failure. */
static void wrong(neap_core *c, int hook, const neap_task *t, const char *message)
{
    snprintf(c->failure.message, sizeof c->failure.message, "%s", message);
    c->failure.trace[0] = '\0';
    strike(c, hook, t ? t->id : 0);
}

void neap_fail(neap_ctx *ctx, const char *message, const char *trace)
{
    failure *f = &ctx->core->failure;

    f->set = true;
    f->final = false;
    snprintf(f->message, sizeof f->message, "%s", message ? message : "failed");
    snprintf(f->trace, sizeof f->trace, "%s", trace ? trace : "");
}

void neap_give_up(neap_ctx *ctx, const char *message, const char *trace)
{
    neap_fail(ctx, message, trace);
    ctx->core->failure.final = true;
}

int neap_hook_init(neap_core *c, const neap_params *params)
{
    enter(c, HOOK_INIT);
    int r = c->seat.table.init(&c->ctx, params);
    c->hook = HOOK_NONE;

    if (c->failure.set && r == 0)
        r = -NEAP_EPOLICY;
    if (r < 0)
        note_failure(c, NEAP_EV_INIT, r);
    return r;
}

void neap_hook_exit(neap_core *c, neap_reason reason)
{
    enter(c, HOOK_EXIT);
    c->seat.table.exit(&c->ctx, reason);
    c->hook = HOOK_NONE;
    if (!c->failure.set)
        return;
    c->failure.set = c->failure.final = false; /* it goes anyway: no strike */
    c->count.failures++;
    neap_core_report(c, NEAP_REPORT_FAILURE, hook_name[HOOK_EXIT], c->failure.message,
                     c->failure.trace[0] ? c->failure.trace : NULL, 0);
}

/* A refusal is no failure: the caller of the runtime gets it, with the message if there
 * is one. */
int neap_hook_init_task(neap_core *c, neap_task *t)
{
    enter(c, HOOK_INIT_TASK);
    int r = c->seat.table.init_task(&c->ctx, t);
    c->hook = HOOK_NONE;

    if (r < 0)
        note_failure(c, NEAP_EV_REFUSE, r);
    else if (c->failure.set)
        note_failure(c, NEAP_EV_FAIL, c->failure.final);
    if (r < 0)
        neap_error(-r, "policy %s refuses task %s%s%s", c->seat.table.name,
                   t->about->name, c->failure.set ? ": " : "",
                   c->failure.set ? c->failure.message : "");
    else if (c->failure.set)
        strike(c, HOOK_INIT_TASK, t->id);
    c->failure.set = false;
    return r;
}

void neap_hook_exit_task(neap_core *c, neap_task *t, neap_how how, int code)
{
    enter(c, HOOK_EXIT_TASK);
    c->seat.table.exit_task(&c->ctx, t, how, code);
    leave(c, t);
}

void neap_hook_enqueue(neap_core *c, neap_task *t, neap_why why)
{
    t->flags |= F_HELD;
    c->ctx.ready++;
    enter(c, HOOK_ENQUEUE);
    c->seat.table.enqueue(&c->ctx, t, why);
    /* nobody knows whether it is in the policy's queue: it is in ours */
    if (leave(c, t)) {
        t->flags |= F_STRAY;
        t->next = t->prev = NULL;
        neap_fifo_push(&c->strays, t);
    }
}

/* The policy does not hold `t` any more. */
static void take_back(neap_core *c, neap_task *t)
{
    if (t->flags & F_STRAY)
        neap_fifo_remove(&c->strays, t);
    t->flags &= (uint16_t) ~(F_HELD | F_STRAY);
    c->ctx.ready--;
}

void neap_hook_dequeue(neap_core *c, neap_task *t, neap_why why)
{
    if (!(t->flags & F_STRAY)) {
        enter(c, HOOK_DEQUEUE);
        c->seat.table.dequeue(&c->ctx, t, why);
        leave(c, t);
    }
    take_back(c, t);
}

/* Why `t` may not have `cpu`, or NULL. */
static const char *unfit(const neap_core *c, const neap_task *t, int cpu)
{
    if (t->state == NEAP_STATE_RUNNING || t->state == NEAP_STATE_STARTING)
        return "has a cpu already";
    if (t->state != NEAP_STATE_READY || !(t->flags & F_HELD))
        return "is not waiting in this policy";
    if (!neap_task_may_use(t, cpu))
        return "may not use this cpu";
    return NULL;
}

static neap_task *oldest_waiting(const neap_core *c, int cpu)
{
    neap_task *oldest = NULL;

    for (size_t i = 0; i < c->used; i++) {
        neap_task *t = task_at(c, i);

        if (t && (t->flags & F_HELD) && neap_task_may_use(t, cpu) &&
            (!oldest || t->since < oldest->since))
            oldest = t;
    }
    return oldest;
}

/* The default for a failing pick: who has waited longest. Rare, so it may search. */
static neap_task *pick_instead(neap_core *c, int cpu)
{
    neap_task *t = oldest_waiting(c, cpu);

    if (t)
        neap_hook_dequeue(c, t, NEAP_CHANGED);
    return t;
}

neap_task *neap_hook_pick(neap_core *c, int cpu)
{
    neap_task *t = neap_fifo_take(&c->strays, cpu);

    if (t) {
        t->flags &= (uint16_t)~F_STRAY; /* it is out of that queue already */
        take_back(c, t);
        return t;
    }
    enter(c, HOOK_PICK);
    t = c->seat.table.pick(&c->ctx, cpu);
    if (leave(c, t))
        return pick_instead(c, cpu);
    if (!t)
        return NULL;
    note(c, NEAP_EV_PICK, t, 0);

    const char *fault = unfit(c, t, cpu);

    if (fault) {
        char message[160];

        snprintf(message, sizeof message, "picked task %llu (%.60s), which %s",
                 (unsigned long long)t->id, t->about->name, fault);
        wrong(c, HOOK_PICK, t, message);
        return pick_instead(c, cpu);
    }
    take_back(c, t);
    return t;
}

neap_ns neap_hook_slice(neap_core *c, neap_task *t)
{
    enter(c, HOOK_SLICE);
    neap_ns slice = c->seat.table.slice(&c->ctx, t);

    if (leave(c, t))
        return c->ctx.quantum;
    if (slice != c->ctx.quantum)
        note(c, NEAP_EV_SLICE, NULL, slice);
    if (slice >= NEAP_MS)
        return slice;
    c->count.clamped++;
    return NEAP_MS;
}

void neap_hook_running(neap_core *c, neap_task *t, int cpu)
{
    enter(c, HOOK_RUNNING);
    c->seat.table.running(&c->ctx, t, cpu);
    leave(c, t);
}

void neap_hook_stopping(neap_core *c, neap_task *t, neap_ns ran, neap_why why)
{
    enter(c, HOOK_STOPPING);
    c->seat.table.stopping(&c->ctx, t, ran, why);
    leave(c, t);
}

bool neap_hook_tick(neap_core *c, neap_task *t, neap_ns ran)
{
    enter(c, HOOK_TICK);
    bool over = c->seat.table.tick(&c->ctx, t, ran);

    over = !leave(c, t) && over;
    if (over)
        note(c, NEAP_EV_OVER, NULL, 0);
    return over;
}

int neap_hook_preempt(neap_core *c, neap_task *t)
{
    enter(c, HOOK_PREEMPT);
    int cpu = c->seat.table.preempt(&c->ctx, t);

    if (leave(c, t) || cpu == NEAP_NO_CPU)
        return NEAP_NO_CPU;
    note(c, NEAP_EV_PREEMPT, NULL, cpu);
    if (cpu < 0 || cpu >= c->ctx.cpus || !c->cpu[cpu].task ||
        !neap_task_may_use(t, cpu)) {
        char message[120];

        snprintf(message, sizeof message,
                 "gave cpu %d to task %llu, which cannot have it", cpu,
                 (unsigned long long)t->id);
        wrong(c, HOOK_PREEMPT, t, message);
        return NEAP_NO_CPU;
    }
    return cpu;
}

void neap_hook_update(neap_core *c, neap_task *t, neap_what what)
{
    enter(c, HOOK_UPDATE);
    c->seat.table.update(&c->ctx, t, what);
    leave(c, t);
}

void neap_hook_signal(neap_core *c, neap_task *t, int signo)
{
    enter(c, HOOK_SIGNAL);
    c->seat.table.signal(&c->ctx, t, signo);
    leave(c, t);
}

void neap_hook_timer(neap_core *c, uint64_t id)
{
    enter(c, HOOK_TIMER);
    c->seat.table.timer(&c->ctx, id);
    leave(c, NULL);
}
