/* runtime.c - the public face: runtimes made, run and freed; every argument checked
 * here. */
#include "runtime.h"
#include "core/event.h"
#include "limits.h"
#include "recorder.h"
#include "replay.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_core_report(void *user, const neap_report *report)
{
    neap_loop_tell(user, report);
}

static int make_core(neap_runtime *rt, const neap_options *o)
{
    neap_core_options c = {.params = o->params,
                           .fallback = neap_policy_find("fair"),
                           .quantum = o->quantum ? o->quantum : NEAP_QUANTUM_DEFAULT,
                           .cpus = o->cpus ? o->cpus : rt->place.n_allowed,
                           .max_alive = o->max_alive,
                           .max_hold = o->max_hold,
                           .hold = o->actuator == NEAP_ACTUATOR_NONE
                                       ? NEAP_HOLD_NEVER
                                       : NEAP_HOLD_BY_TURNS,
                           .bursts = o->on_burst != NULL,
                           .seed = o->seed ? o->seed : 1,
                           .user = rt,
                           .report = on_core_report};
    int r = neap_options_quantum(c.quantum);

    if (r == 0)
        r = neap_options_cpus(rt, c.cpus);
    if (r == 0)
        r = neap_options_policy(o->policy, o->table, &c.policy);
    return r < 0 ? r : neap_core_new(&rt->core, &c, neap_loop_now(rt));
}

int neap_new(neap_runtime **out, const neap_options *o)
{
    neap_runtime *rt;
    int r;

    if (!o || o->size < offsetof(neap_options, on_forget))
        return neap_error(NEAP_EINVAL, "options without their size");
    rt = calloc(1, sizeof *rt);
    if (!rt)
        return neap_error(NEAP_EMEMORY, NULL);
    memcpy(&rt->opt, o, o->size < sizeof rt->opt ? o->size : sizeof rt->opt);
    rt->live = o->clock == NEAP_CLOCK_LIVE;
    rt->made_by = getpid();
    rt->tick = -1;
    rt->last_told = &rt->first_told;
    rt->beat_at = NEAP_FOREVER;
    rt->place.n_allowed = 1;
    r = neap_options_times(&rt->opt);
    if (r == 0 && rt->opt.guard && !(rt->guard_path = strdup(rt->opt.guard)))
        r = neap_error(NEAP_EMEMORY, NULL);
    if (r == 0 && rt->live)
        r = neap_place_open(rt);
    if (r == 0 && rt->live)
        r = neap_limits_open(rt);
    if (r == 0)
        r = neap_timers_open(rt);
    if (r == 0)
        r = make_core(rt, &rt->opt);
    if (r == 0 && rt->live)
        r = neap_live_open(rt);
    if (r == 0 && rt->live && rt->opt.actuator == NEAP_ACTUATOR_FREEZE)
        r = neap_cgroups_open(rt);
    rt->made_at = neap_loop_now(rt);
    if (r == 0 && rt->opt.record)
        r = neap_recorder_open(rt, rt->opt.record);
    if (r < 0) {
        rt->opt.on_report = NULL;
        neap_free(rt);
        return r;
    }
    if (rt->live)
        neap_rank_open(rt);
    *out = rt;
    return 0;
}

static void forget_all(neap_runtime *rt)
{
    neap_task *t;

    for (neap_id id = 0; (t = neap_core_after(rt->core, id));) {
        id = t->id;
        if (t->state != NEAP_STATE_ENDED)
            neap_core_ended(rt->core, neap_loop_now(rt), t, NEAP_HOW_LOST, 0);
        if (rt->opt.on_forget)
            rt->opt.on_forget(rt->opt.user, rt, t);
        neap_process_free(rt, t->about->process);
        neap_core_forget(rt->core, t);
    }
}

/* Ends what is alive, in its grace time and a little more; what is left the guard
 * kills. */
static void end_all(neap_runtime *rt)
{
    neap_ns now = neap_loop_now(rt), until = now + rt->opt.grace + 2 * NEAP_S;

    rt->opt.on_switch = NULL;
    neap_timers_drop_users(rt);
    neap_children_close(rt);
    neap_end(rt, NEAP_KILL_GRACE);
    rt->stop = false;
    while (rt->live && !neap_loop_done(rt) && !rt->guard_lost && now < until) {
        neap_ns due = neap_loop_due(rt);

        neap_live_wait(rt, due < until ? due : until);
        neap_loop_turn(rt);
        now = neap_loop_now(rt);
    }
    neap_loop_turn(rt);
}

/* Is there nothing left to end? */
static bool is_over(const neap_runtime *rt)
{
    return !neap_core_after(rt->core, 0);
}

/* Tells nobody any more, ends the tasks, and the guard with its record. */
static void end(neap_runtime *rt)
{
    if (rt->core && is_over(rt)) /* what is recorded ends as the last stats said */
        neap_recorder_close(rt);
    if (rt->replay && rt->core)
        neap_core_tap(rt->core, NULL, NULL);
    else if (rt->core && (!rt->live || rt->loop))
        end_all(rt);
    neap_rest_spare(rt);
    if (rt->guard)
        neap_live_forget_guard(rt);
    neap_guard_close(rt->guard);
    rt->guard = NULL;
    if (rt->core)
        neap_adopt_close(rt);
    neap_watch_close(rt);
}

void neap_free(neap_runtime *rt)
{
    void (*on_report)(void *, neap_runtime *, const neap_report *);

    if (!rt)
        return;
    neap_listen_close(rt);
    on_report = rt->opt.on_report;
    rt->opt.on_report = NULL;
    if (rt->core && neap_loop_is_forked(rt)) {
        neap_forked_let_go(rt);
    } else {
        neap_live_go_home(rt);
        end(rt);
    }
    if (rt->core)
        forget_all(rt);
    neap_recorder_close(rt);
    neap_output_close(rt);
    neap_timers_free(rt);
    if (rt->live)
        neap_live_close(rt);
    neap_place_close(rt);
    neap_os_cgroup_close(rt->cgroups);
    neap_limits_close(rt);
    neap_rank_lower(rt);
    neap_loop_tell_reports(rt); /* nobody */
    rt->opt.on_report = on_report;
    neap_core_free(rt->core);
    neap_replay_free(rt);
    neap_loop_tell_reports(rt);
    while (rt->strangers)
        neap_member_drop(rt, &rt->strangers);
    free(rt->members.bucket);
    free(rt->switches);
    free(rt->guard_path);
    free(rt);
}

neap_ns neap_loop_now(const neap_runtime *rt)
{
    return rt->live ? neap_os_now() : rt->virtual_now;
}

neap_ns neap_now(const neap_runtime *rt)
{
    return neap_core_in_hook(rt->core) ? neap_core_ctx(rt->core)->now
                                       : neap_loop_now(rt);
}

bool neap_loop_is_forked(const neap_runtime *rt)
{
    return rt->live && getpid() != rt->made_by;
}

int neap_loop_outside(neap_runtime *rt)
{
    if (neap_core_in_hook(rt->core))
        return neap_error(NEAP_EINHOOK, NULL);
    if (neap_loop_is_forked(rt))
        return neap_error(NEAP_ESTATE,
                          "this runtime is that of process %d, which has "
                          "forked us: make another",
                          (int)rt->made_by);
    if (rt->live && rt->watchers)
        neap_live_rouse(rt);
    return rt->replay ? neap_error(NEAP_EUNSUPPORTED,
                                   "a recorded run can be looked at, not changed")
                      : 0;
}

static int begin_run(neap_runtime *rt)
{
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    if (rt->running)
        return neap_error(NEAP_ESTATE, "the runtime is running already");
    rt->running = true;
    rt->stop = false;
    neap_loop_enter(rt);
    return 0;
}

static int end_run(neap_runtime *rt, int r)
{
    neap_loop_settle(rt);
    rt->running = false;
    neap_loop_leave(rt);
    if (rt->guard_lost && r == 0) {
        rt->guard_lost = false;
        return neap_error(NEAP_EGUARD, "the guard died: its tasks were continued%s",
                          rt->opt.on_death == NEAP_DEATH_END ? " and ended" : "");
    }
    return r;
}

/* Passes time to the next thing that is due, or to `until`. */
static void step(neap_runtime *rt, neap_ns until)
{
    neap_ns due = neap_loop_due(rt);

    if (due > until)
        due = until;
    if (rt->live)
        neap_live_wait(rt, due);
    else if (due > rt->virtual_now)
        rt->virtual_now = due;
    neap_loop_turn(rt);
}

/* Would virtual time run for ever? Tasks that never end, and nothing that could stop
 * them. With bursts that is known when nothing is due any more. */
static bool endless(const neap_runtime *rt)
{
    if (rt->live || rt->timers.count || rt->gone.first || neap_loop_done(rt))
        return false;
    return !rt->opt.on_burst || neap_loop_due(rt) == NEAP_FOREVER;
}

int neap_run(neap_runtime *rt)
{
    int r;

    if (rt->replay)
        return neap_replay_run(rt, NEAP_FOREVER);
    r = begin_run(rt);
    if (r < 0)
        return r;
    neap_loop_turn(rt);
    while (!neap_loop_done(rt) && !rt->guard_lost) {
        if (endless(rt)) {
            r = neap_error(NEAP_EENDLESS,
                           "virtual tasks without end and no timer to stop the "
                           "run: say for how long");
            break;
        }
        step(rt, NEAP_FOREVER);
    }
    return end_run(rt, r);
}

static neap_ns later_by(neap_ns time, neap_ns delay)
{
    return delay > NEAP_FOREVER - time ? NEAP_FOREVER : time + delay;
}

int neap_run_for(neap_runtime *rt, neap_ns time)
{
    neap_ns now = neap_loop_now(rt), stood = rt->stood, end;
    int r;

    if (time < 0)
        return neap_error(NEAP_ERANGE, "cannot run for %lld ns", (long long)time);
    end = later_by(now, time);
    if (rt->replay)
        return neap_replay_run(rt, end);
    r = begin_run(rt);
    if (r < 0)
        return r;
    if (rt->live && time == 0) /* nobody waits, but what has come is heard */
        neap_live_wait(rt, now);
    neap_loop_turn(rt);
    while (!rt->stop && !rt->guard_lost && neap_loop_now(rt) < end &&
           !(rt->live && neap_loop_done(rt))) {
        step(rt, end);
        end = later_by(end, rt->stood - stood);
        stood = rt->stood;
    }
    return end_run(rt, r);
}

void neap_loop_turn_by_host(neap_runtime *rt)
{
    if (begin_run(rt) < 0)
        return;
    neap_loop_turn(rt);
    end_run(rt, 0);
}

int neap_run_once(neap_runtime *rt)
{
    int r = rt->replay ? neap_loop_outside(rt) : begin_run(rt);

    if (r < 0)
        return r;
    if (rt->live)
        neap_live_wait(rt, 0);
    neap_loop_turn(rt);
    if (rt->live)
        neap_live_settle_down(rt);
    r = end_run(rt, 0);
    return r < 0 ? r : !neap_loop_done(rt);
}

int neap_wait(neap_runtime *rt, neap_id id, neap_how *how, int *code)
{
    int r;

    /* One whose end is not told yet may be waited for. */
    if (!neap_core_find(rt->core, id))
        return neap_error(NEAP_ENOTASK, "no task %llu, or it has ended",
                          (unsigned long long)id);
    r = begin_run(rt);
    if (r < 0)
        return r;
    rt->waited = id;
    rt->waited_done = false;
    neap_loop_turn(rt);
    while (!rt->waited_done && !rt->stop && !rt->guard_lost) {
        if (endless(rt)) {
            r = neap_error(NEAP_EENDLESS,
                           "task %llu is virtual: it does not end by itself",
                           (unsigned long long)id);
            break;
        }
        step(rt, NEAP_FOREVER);
    }
    rt->waited = 0;
    r = end_run(rt, r);
    if (r == 0 && !rt->waited_done)
        return neap_error(NEAP_ESTATE, "stopped before task %llu ended",
                          (unsigned long long)id);
    if (r == 0 && how)
        *how = rt->waited_how;
    if (r == 0 && code)
        *code = rt->waited_code;
    return r;
}

void neap_stop(neap_runtime *rt)
{
    rt->stop = true;
}

int neap_set_policy(neap_runtime *rt, const char *name, const neap_policy *table,
                    const neap_params *params)
{
    const neap_policy *p;
    int r = neap_loop_outside(rt);

    if (r == 0)
        r = neap_options_policy(name, table, &p);
    if (r == 0)
        neap_account_all(rt, neap_loop_now(rt));
    return r < 0 ? r : neap_core_set_policy(rt->core, neap_loop_now(rt), p, params);
}

int neap_set_quantum(neap_runtime *rt, neap_ns quantum)
{
    int r = neap_loop_outside(rt);

    if (r == 0)
        r = neap_options_quantum(quantum);
    if (r == 0)
        neap_core_set_quantum(rt->core, neap_loop_now(rt), quantum);
    return r;
}

int neap_set_cpus(neap_runtime *rt, int cpus)
{
    int r = neap_loop_outside(rt);

    if (r == 0)
        r = neap_options_cpus(rt, cpus);
    if (r == 0)
        r = neap_core_set_cpus(rt->core, neap_loop_now(rt), cpus);
    return r < 0 || !rt->live ? r : neap_place_change(rt, cpus);
}

int neap_pause(neap_runtime *rt)
{
    int r = neap_loop_outside(rt);

    if (r == 0)
        neap_account_all(rt, neap_loop_now(rt));
    return r < 0 ? r : neap_core_pause(rt->core, neap_loop_now(rt));
}

int neap_resume(neap_runtime *rt)
{
    neap_ns now = neap_loop_now(rt);
    int r = neap_loop_outside(rt);

    if (r == 0)
        r = neap_core_resume(rt->core, now);
    /* What was used in freedom is charged: everybody may have run. */
    for (neap_task *t = neap_core_after(rt->core, 0); r == 0 && t;
         t = neap_core_after(rt->core, t->id)) {
        if (t->about->process)
            neap_account_measure(rt, t->about->process, now);
    }
    return r;
}

int neap_trigger(neap_runtime *rt)
{
    int r = neap_loop_outside(rt);

    if (r == 0)
        neap_account_all(rt, neap_loop_now(rt));
    if (r == 0)
        neap_core_trigger(rt->core, neap_loop_now(rt));
    return r;
}

int neap_yield(neap_runtime *rt, int cpu)
{
    neap_task *t = neap_core_current(rt->core, cpu);
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    if (!t)
        return neap_error(NEAP_ESTATE, "no task runs on cpu %d", cpu);
    return neap_task_yield(rt, t->id);
}

void neap_get_stats(const neap_runtime *rt, neap_stats *out)
{
    neap_ns used = 0;

    neap_core_stats(rt->core, out);
    out->escaped = rt->escaped;
    out->ticks = rt->ticks;
    out->missed = rt->missed;
    out->wall = neap_loop_now(rt) - rt->made_at;
    out->neap_cpu = rt->own_cpu + rt->guard_cpu + neap_output_cpu(rt);
    if (rt->inside && rt->live)
        out->neap_cpu += neap_os_thread_cpu() - rt->entered_cpu;
    if (rt->guard && neap_os_process_cpu(neap_guard_worker(rt->guard), &used) == 0)
        out->neap_cpu += used;
    if (rt->replay)
        neap_replay_stats(rt, out);
    if (!neap_core_in_hook(rt->core)) /* there only answers are to be recorded */
        neap_recorder_stats(rt, out);
}

bool neap_counter(const neap_runtime *rt, size_t i, const char **name, uint64_t *value)
{
    return neap_core_counter(rt->core, i, name, value);
}
