/* rig.c - a machine of make-believe that carries out the core's orders and checks
 * them. */
#include "rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct fake {
    bool started, released;
    bool stirs;     /* it computes though it is BLOCKED */
    neap_ns beside; /* of `used`: while it was BLOCKED */
    neap_ns used, made_at;
} fake;

static fake *fake_of(const neap_task *t)
{
    return t->user;
}

static void on_report(void *user, const neap_report *report)
{
    rig *r = user;

    r->reports[report->kind]++;
    snprintf(r->message, sizeof r->message, "%s",
             report->message ? report->message : "");
    snprintf(r->hook, sizeof r->hook, "%s", report->hook ? report->hook : "");
}

rig *rig_new(const char *name, const neap_core_options *options)
{
    neap_core_options o = *options;
    rig *r = calloc(1, sizeof *r);

    assert_non_null(r);
    r->now = 1000 * NEAP_S; /* a clock of the machine does not begin at 0 */
    if (name)
        o.policy = neap_policy_find(name);
    o.fallback = o.fallback ? o.fallback : neap_policy_find("fair");
    o.quantum = o.quantum ? o.quantum : SIM_QUANTUM;
    o.cpus = o.cpus ? o.cpus : 1;
    o.seed = o.seed ? o.seed : 1;
    o.user = r;
    o.report = on_report;
    if (neap_core_new(&r->core, &o, r->now) < 0)
        fail_msg("no core: %s", neap_last_error());
    return r;
}

void rig_end(rig *r)
{
    for (neap_task *t = neap_core_after(r->core, 0); t;
         t = neap_core_after(r->core, t->id)) {
        free(t->user);
        t->user = NULL;
    }
    neap_core_free(r->core);
    free(r);
}

neap_task *rig_add(rig *r, const neap_spec *spec, neap_kind kind)
{
    neap_task *t = NULL;
    neap_spec s = *spec;
    fake *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->made_at = r->now;
    s.size = sizeof s;
    s.user = f;
    if (neap_core_add(r->core, r->now, &s, kind, &t) < 0)
        fail_msg("no task: %s", neap_last_error());
    return t;
}

neap_task *rig_process(rig *r)
{
    return rig_add(r, &(neap_spec){.weight = 0}, NEAP_PROCESS);
}

neap_task *rig_process_at(rig *r, int priority)
{
    return rig_add(r, &(neap_spec){.priority = priority, .has_priority = true},
                   NEAP_PROCESS);
}

neap_task *rig_virtual(rig *r)
{
    return rig_add(r, &(neap_spec){.weight = 0}, NEAP_VIRTUAL);
}

static void note(rig *r, const char *word, const neap_task *t)
{
    size_t n = strlen(r->orders);

    snprintf(r->orders + n, sizeof r->orders - n, "%s%s %llu", n ? " " : "", word,
             (unsigned long long)t->id);
}

static void carry_out(rig *r, const neap_order *o)
{
    fake *f = o->task ? fake_of(o->task) : NULL;

    switch (o->kind) {
    case NEAP_ORDER_HOLD:
        assert_true(f->released);
        f->released = false;
        note(r, "hold", o->task);
        break;
    case NEAP_ORDER_START:
        assert_true(neap_core_is_process(o->task));
        assert_false(f->started);
        assert_false(f->released);
        f->released = true;
        note(r, "start", o->task);
        break;
    case NEAP_ORDER_RUN:
        assert_false(f->released);
        assert_true(!neap_core_is_process(o->task) || f->started);
        f->released = true;
        if (neap_core_is_process(o->task))
            note(r, "run", o->task);
        break;
    case NEAP_ORDER_SWITCH:
        assert_ptr_not_equal(o->task, o->from);
        break;
    }
}

static void check_order_of_orders(const neap_order *orders, size_t n)
{
    bool released = false;

    for (size_t i = 0; i < n; i++) {
        if (orders[i].kind == NEAP_ORDER_HOLD)
            assert_false(released);
        else if (orders[i].kind != NEAP_ORDER_SWITCH)
            released = true;
    }
}

/* A STARTING task keeps a cpu that is gone until it can be held. */
static void check_tasks(const rig *r)
{
    int released = 0, starting = 0;

    for (neap_task *t = neap_core_after(r->core, 0); t;
         t = neap_core_after(r->core, t->id)) {
        const fake *f = fake_of(t);
        neap_times times = rig_times(r, t);

        if (t->state == NEAP_STATE_ENDED)
            continue;
        assert_ns(rig_sum(times), r->now - f->made_at);
        assert_true(times.start >= 0 && times.run >= 0 && times.ready >= 0 &&
                    times.blocked >= 0 && times.paused >= 0);
        if (t->state == NEAP_STATE_RUNNING || t->state == NEAP_STATE_STARTING)
            assert_ptr_equal(neap_core_current(r->core, t->cpu), t);
        else
            assert_int_equal(t->cpu, NEAP_NO_CPU);
        if (t->state == NEAP_STATE_RUNNING && neap_core_is_process(t))
            assert_true(f->released);
        if (t->state == NEAP_STATE_PAUSED)
            assert_false(f->released);
        if (neap_core_is_process(t)) /* here a process is busy whenever it may run */
            assert_ns(times.run + f->beside, f->used);
        if (neap_core_is_process(t))
            assert_int_equal(neap_core_is_held(t), f->started && !f->released);
        starting += t->state == NEAP_STATE_STARTING;
        released += f->released && t->state != NEAP_STATE_BLOCKED;
    }
    if (!neap_core_is_paused(r->core) &&
        released - starting > neap_core_ctx(r->core)->cpus)
        fail_msg("%d tasks released, %d of them starting", released, starting);
    if (!neap_core_is_paused(r->core) && !starting)
        assert_true(released <= neap_core_ctx(r->core)->cpus);
}

const char *rig_decide(rig *r)
{
    const neap_order *orders;
    size_t n;

    for (neap_task *t = neap_core_after(r->core, 0); t;
         t = neap_core_after(r->core, t->id)) {
        if (neap_core_is_process(t) &&
            (t->state == NEAP_STATE_RUNNING || t->state == NEAP_STATE_BLOCKED))
            neap_core_measured(r->core, r->now, t, fake_of(t)->used);
    }
    n = neap_core_decide(r->core, r->now, &orders);
    r->orders[0] = '\0';
    check_order_of_orders(orders, n);
    for (size_t i = 0; i < n; i++)
        carry_out(r, &orders[i]);
    check_tasks(r);
    return r->orders;
}

void rig_delay(rig *r, neap_ns time)
{
    for (neap_task *t = neap_core_after(r->core, 0); t;
         t = neap_core_after(r->core, t->id)) {
        fake *f = fake_of(t);
        bool asleep = t->state == NEAP_STATE_BLOCKED && !f->stirs;

        if (f->released && f->started && !asleep && t->state != NEAP_STATE_ENDED &&
            neap_core_is_process(t)) {
            f->used += time;
            r->busy += time;
            f->beside += t->state == NEAP_STATE_BLOCKED ? time : 0;
        }
    }
    r->now += time;
}

void rig_pass(rig *r, neap_ns time)
{
    neap_ns end = r->now + time;

    rig_decide(r);
    while (r->now < end) {
        neap_ns next = neap_core_next(r->core);

        rig_delay(r, (next < end ? next : end) - r->now);
        rig_decide(r);
    }
}

const char *rig_stand_still(rig *r, neap_ns time)
{
    rig_decide(r);
    neap_core_standstill(r->core, r->now, r->now + time);
    r->now += time;
    return rig_decide(r);
}

const char *rig_started(rig *r, neap_task *t)
{
    assert_int_equal(t->state, NEAP_STATE_STARTING);
    assert_true(fake_of(t)->released);
    fake_of(t)->started = true;
    neap_core_started(r->core, r->now, t);
    return rig_decide(r);
}

neap_task *rig_live(rig *r)
{
    neap_task *t = rig_process(r);

    rig_decide(r);
    if (t->state == NEAP_STATE_STARTING)
        rig_started(r, t);
    return t;
}

void rig_exit(rig *r, neap_task *t)
{
    neap_core_measured(r->core, r->now, t, fake_of(t)->used);
    neap_core_ended(r->core, r->now, t, NEAP_HOW_EXIT, 0);
    fake_of(t)->released = false;
    if (neap_core_is_process(t))
        assert_ns(t->cpu_ns, fake_of(t)->used);
    rig_decide(r);
    free(t->user);
    neap_core_forget(r->core, t);
}

const char *rig_block(rig *r, neap_task *t)
{
    neap_core_measured(r->core, r->now, t, fake_of(t)->used);
    assert_int_equal(neap_core_block(r->core, r->now, t), 0);
    fake_of(t)->stirs = false;
    return rig_decide(r);
}

const char *rig_wake(rig *r, neap_task *t)
{
    neap_core_measured(r->core, r->now, t, fake_of(t)->used);
    assert_int_equal(neap_core_wake(r->core, r->now, t), 0);
    return rig_decide(r);
}

void rig_stir(neap_task *t)
{
    assert_int_equal(t->state, NEAP_STATE_BLOCKED);
    fake_of(t)->stirs = true;
}

bool rig_released(const neap_task *t)
{
    return fake_of(t)->released;
}

neap_ns rig_used(const neap_task *t)
{
    return fake_of(t)->used;
}

neap_stats rig_stats(const rig *r)
{
    neap_stats stats;

    neap_core_stats(r->core, &stats);
    return stats;
}

neap_times rig_times(const rig *r, const neap_task *t)
{
    neap_times times;

    neap_core_times(r->core, t, r->now, &times);
    return times;
}

neap_ns rig_sum(neap_times t)
{
    return t.start + t.run + t.ready + t.blocked + t.paused;
}
