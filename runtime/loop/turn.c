/* turn.c - one turn of the loop: hear, measure, decide, act, tell. */
#include "recorder.h"
#include "runtime.h"
#include <stdlib.h>
#include <string.h>

void neap_loop_enter(neap_runtime *rt)
{
    if (rt->inside++ == 0 && rt->live)
        rt->entered_cpu = neap_os_thread_cpu();
}

void neap_loop_leave(neap_runtime *rt)
{
    if (--rt->inside == 0 && rt->live)
        rt->own_cpu += neap_os_thread_cpu() - rt->entered_cpu;
}

/* Moves a text behind those that are in the item already. */
static const char *pack(char **end, const char *text)
{
    char *here = *end;

    if (!text)
        return NULL;
    strcpy(here, text);
    *end += strlen(text) + 1;
    return here;
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

void neap_loop_tell(neap_runtime *rt, const neap_report *r)
{
    told *item;
    char *end;

    if (!neap_listen_reports(rt))
        return;
    item = malloc(sizeof *item + size_of(r->policy) + size_of(r->hook) +
                  size_of(r->message) + size_of(r->trace));
    if (!item)
        return;
    end = item->text;
    item->next = NULL;
    item->report = *r;
    item->report.policy = pack(&end, r->policy);
    item->report.hook = pack(&end, r->hook);
    item->report.message = pack(&end, r->message);
    item->report.trace = pack(&end, r->trace);
    *rt->last_told = item;
    rt->last_told = &item->next;
}

void neap_loop_tell_reports(neap_runtime *rt)
{
    while (rt->first_told) {
        told *item = rt->first_told;

        rt->first_told = item->next;
        if (!rt->first_told)
            rt->last_told = &rt->first_told;
        neap_listen_report(rt, &item->report);
        free(item);
    }
}

void neap_loop_settle(neap_runtime *rt)
{
    neap_ns now = neap_loop_now(rt);

    neap_account_all(rt, now);
    neap_core_settle(rt->core, now);
}

void neap_loop_tell_exit(neap_runtime *rt, neap_task *t)
{
    neap_listen_exit(rt, t, neap_core_how(t), neap_core_code(t));
    neap_listen_forget(rt, t);
    neap_process_free(rt, t->about->process);
    neap_core_forget(rt->core, t);
}

/* Of those up to `last`, who had ended before this turn's decision: the others must
 * first be switched from, in the next. */
static void tell_exits(neap_runtime *rt, const neap_task *last)
{
    bool more = last != NULL;

    if (more)
        neap_loop_settle(rt);
    while (more) {
        neap_task *t = rt->gone.first;

        more = t != last;
        neap_fifo_remove(&rt->gone, t);
        if (t->id == rt->waited) {
            rt->waited_done = true;
            rt->waited_how = neap_core_how(t);
            rt->waited_code = neap_core_code(t);
        }
        neap_loop_tell_exit(rt, t);
    }
}

/* The core's orders are valid until it is called again, and a callback may call it. */
static size_t keep_switches(neap_runtime *rt, const neap_order *orders, size_t n)
{
    size_t kept = 0;

    if (!neap_listen_switches(rt))
        return 0;
    if (n > rt->switches_room) {
        neap_order *larger = realloc(rt->switches, n * sizeof *larger);

        if (!larger)
            return 0;
        rt->switches = larger;
        rt->switches_room = n;
    }
    for (size_t i = 0; i < n; i++) {
        if (orders[i].kind == NEAP_ORDER_SWITCH)
            rt->switches[kept++] = orders[i];
    }
    return kept;
}

void neap_loop_tell_switches(neap_runtime *rt, const neap_order *orders, size_t n,
                             neap_ns now)
{
    size_t switches = keep_switches(rt, orders, n);

    if (switches && !rt->replay) /* there it is done as it was done then */
        neap_core_settle(rt->core, now);
    for (size_t i = 0; i < switches; i++)
        neap_listen_switch(rt, &rt->switches[i]);
}

static void carry_out(neap_runtime *rt, const neap_order *o, neap_ns now)
{
    process *p = o->task ? o->task->about->process : NULL;

    if (!p)
        return;
    switch (o->kind) {
    case NEAP_ORDER_HOLD:
        neap_process_hold(rt, p, now);
        neap_recorder_held(rt, o->task);
        break;
    case NEAP_ORDER_START:
        neap_spawn_start(rt, p);
        break;
    case NEAP_ORDER_RUN:
        neap_place_turn(rt, p, o->cpu);
        neap_process_release(rt, p);
        neap_recorder_released(rt, o->task);
        break;
    case NEAP_ORDER_SWITCH: /* from one cpu to another there is no RUN */
        neap_place_turn(rt, p, o->cpu);
        break;
    }
}

static void decide(neap_runtime *rt)
{
    const neap_order *orders;
    neap_ns now = neap_loop_now(rt);
    size_t n;

    if (neap_core_next(rt->core) > now)
        return;
    if (now >= rt->beat_at)
        neap_watch_beat(rt, now);
    neap_account_all(rt, now);
    n = neap_core_decide(rt->core, now, &orders);
    for (size_t i = 0; i < n; i++)
        carry_out(rt, &orders[i], now);
    neap_loop_tell_switches(rt, orders, n, now);
}

static void send_queued_signals(neap_runtime *rt)
{
    for (int i = 0; i < rt->queued_signals; i++)
        neap_task_signal(rt, rt->queued_signal[i].id, rt->queued_signal[i].signo);
    rt->queued_signals = 0;
}

/* The same without all that a virtual runtime does not have: processes, a guard, their
 * output, their clocks. */
static void virtual_turn(neap_runtime *rt)
{
    neap_ns now = rt->virtual_now;
    const neap_order *orders;
    neap_task *ended;

    if (neap_bursts_due(rt) <= now)
        neap_bursts_end(rt, now);
    if (neap_timers_next(rt) <= now) {
        neap_core_settle(rt->core, now);
        neap_timers_run(rt, now);
    }
    ended = rt->gone.last;
    if (neap_core_next(rt->core) <= now) {
        size_t n = neap_core_decide(rt->core, now, &orders);

        neap_loop_tell_switches(rt, orders, n, now);
    }
    if (rt->queued_signals)
        send_queued_signals(rt);
    if (rt->first_told)
        neap_loop_tell_reports(rt);
    if (ended)
        tell_exits(rt, ended);
    neap_recorder_turn(rt, now);
    neap_listen_turn(rt);
}

static neap_ns virtual_due(const neap_runtime *rt)
{
    neap_ns due = neap_core_next(rt->core), timer = neap_timers_next(rt);
    neap_ns burst = neap_bursts_due(rt);

    if (rt->gone.first || rt->first_told || rt->queued_signals)
        return rt->virtual_now;
    if (timer < due)
        due = timer;
    return burst < due ? burst : due;
}

static void live_turn(neap_runtime *rt)
{
    neap_ns now = neap_loop_now(rt);
    neap_task *ended;

    if (now >= rt->beat_at)
        neap_watch_beat(rt, now);
    if (rt->guard)
        neap_guard_gather(rt->guard);
    neap_spawn_listen(rt);
    neap_output_listen(rt);
    neap_account_correct(rt, now);
    neap_orphans_look_if_due(rt);
    neap_sleep_check(rt, now);
    if (neap_timers_next(rt) <= now)
        neap_loop_settle(rt);
    neap_timers_run(rt, now);
    ended = rt->gone.last;
    decide(rt);
    if (rt->guard)
        neap_guard_flush(rt->guard);
    send_queued_signals(rt);
    neap_loop_tell_reports(rt);
    tell_exits(rt, ended);
    neap_recorder_turn(rt, now);
    neap_listen_turn(rt);
}

void neap_loop_turn(neap_runtime *rt)
{
    if (rt->live)
        live_turn(rt);
    else
        virtual_turn(rt);
}

static neap_ns live_due(const neap_runtime *rt)
{
    neap_ns core = neap_core_next(rt->core), timer = neap_timers_next(rt);
    neap_ns sleep = neap_sleep_due(rt), beat = neap_watch_due(rt);
    neap_ns account = neap_account_due(rt), record = neap_recorder_due(rt);

    if (rt->gone.first || rt->first_told || rt->queued_signals || rt->attached_over)
        return neap_loop_now(rt);
    if (sleep < core)
        core = sleep;
    if (account < core)
        core = account;
    if (beat < timer)
        timer = beat;
    if (record < timer)
        timer = record;
    return core < timer ? core : timer;
}

neap_ns neap_loop_due(const neap_runtime *rt)
{
    return rt->live ? live_due(rt) : virtual_due(rt);
}

bool neap_loop_done(const neap_runtime *rt)
{
    return rt->stop || neap_loop_is_empty(rt);
}

bool neap_loop_is_empty(const neap_runtime *rt)
{
    return neap_core_alive(rt->core) == 0 && rt->ending == 0 && !rt->gone.first &&
           rt->timers.once == 0 && !rt->children && neap_output_is_done(rt);
}
