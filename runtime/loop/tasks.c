/* tasks.c - the public face: tasks made, found and changed; every argument checked
 * here. */
#include "attach.h"
#include "runtime.h"
#include <string.h>

int neap_loop_task(neap_runtime *rt, neap_id id, neap_task **out)
{
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    *out = neap_core_find(rt->core, id);
    if (*out && (*out)->state != NEAP_STATE_ENDED)
        return 0;
    return neap_error(NEAP_ENOTASK, "no task %llu, or it has ended",
                      (unsigned long long)id);
}

static int check_priority(int priority)
{
    if (priority >= NEAP_PRIORITY_MIN && priority <= NEAP_PRIORITY_MAX)
        return 0;
    return neap_error(NEAP_ERANGE, "priority %d is outside 0 to 10", priority);
}

static int check_weight(int weight)
{
    if (weight >= NEAP_WEIGHT_MIN && weight <= NEAP_WEIGHT_MAX)
        return 0;
    return neap_error(NEAP_ERANGE, "weight %d is outside 1 to 10000", weight);
}

static int check_time(const char *what, neap_ns time)
{
    if (time >= 0)
        return 0;
    return neap_error(NEAP_ERANGE, "%s %lld ns is negative", what, (long long)time);
}

int neap_loop_check_spec(const neap_spec *s)
{
    int r = s->has_priority ? check_priority(s->priority) : 0;

    if (r == 0 && s->weight)
        r = check_weight(s->weight);
    if (r == 0)
        r = check_time("estimate", s->estimate);
    if (r == 0)
        r = check_time("deadline", s->deadline);
    return r < 0 ? r : check_time("period", s->period);
}

int neap_add(neap_runtime *rt, const neap_spec *spec, neap_id *out)
{
    neap_spec none = {.size = sizeof none};
    neap_task *t;
    int r = neap_loop_outside(rt);

    spec = spec ? spec : &none;
    if (r == 0)
        r = neap_loop_check_spec(spec);
    if (r == 0)
        r = neap_core_add(rt->core, neap_loop_now(rt), spec, NEAP_VIRTUAL, &t);
    if (r == 0 && out)
        *out = t->id;
    return r;
}

static int add_process(neap_runtime *rt, const neap_job *job, neap_id *out)
{
    neap_spec spec = job->spec;
    process *p;
    neap_task *t;
    int r = neap_loop_check_spec(&spec);

    if (r == 0)
        r = check_time("timeout", job->timeout);
    if (r == 0)
        r = neap_process_new(rt, job, &p);
    if (r < 0)
        return r;
    if (!spec.name)
        spec.name =
            strrchr(p->program, '/') ? strrchr(p->program, '/') + 1 : p->program;
    r = neap_core_add(rt->core, neap_loop_now(rt), &spec, NEAP_PROCESS, &t);
    if (r < 0) {
        neap_process_free(rt, p);
        return r;
    }
    neap_core_about(t)->process = p;
    p->task = t;
    *out = t->id;
    return neap_overtime_watch(rt, p);
}

int neap_spawn(neap_runtime *rt, const neap_job *job, neap_id *out)
{
    neap_id id;
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    neap_loop_enter(rt);
    r = neap_spawn_guard(rt);
    if (r == 0)
        r = add_process(rt, job, out ? out : &id);
    neap_loop_leave(rt);
    return r;
}

neap_task *neap_find(const neap_runtime *rt, neap_id id)
{
    return neap_core_find(rt->core, id);
}

neap_task *neap_next(const neap_runtime *rt, neap_id after)
{
    return neap_core_after(rt->core, after);
}

neap_task *neap_current(const neap_runtime *rt, int cpu)
{
    return neap_core_current(rt->core, cpu);
}

void neap_task_times(const neap_runtime *rt, const neap_task *t, neap_times *out)
{
    neap_core_times(rt ? rt->core : NULL, t, rt ? neap_now(rt) : 0, out);
}

int neap_explain(const neap_runtime *rt, const neap_task *t, char *out, size_t room)
{
    if (neap_core_in_hook(rt->core))
        return neap_error(NEAP_EINHOOK, NULL);
    neap_core_explain(rt->core, t, out, room);
    return 0;
}

int neap_set_priority(neap_runtime *rt, neap_id id, int priority)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        r = check_priority(priority);
    if (r == 0 && t->about->process)
        neap_account_measure(rt, t->about->process, neap_loop_now(rt));
    return r < 0 ? r : neap_core_set_priority(rt->core, neap_loop_now(rt), t, priority);
}

static int step_priority(neap_runtime *rt, neap_id id, int by, int end,
                         const char *word)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r < 0)
        return r;
    if (t->priority == end)
        return neap_error(NEAP_ERANGE,
                          "task %llu (%s) has the %s priority, %d, already",
                          (unsigned long long)id, t->about->name, word, end);
    return neap_set_priority(rt, id, t->priority + by);
}

int neap_boost(neap_runtime *rt, neap_id id)
{
    return step_priority(rt, id, 1, NEAP_PRIORITY_MAX, "highest");
}

int neap_lower(neap_runtime *rt, neap_id id)
{
    return step_priority(rt, id, -1, NEAP_PRIORITY_MIN, "lowest");
}

int neap_set_weight(neap_runtime *rt, neap_id id, int weight)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        r = check_weight(weight);
    if (r == 0 && t->about->process)
        neap_account_measure(rt, t->about->process, neap_loop_now(rt));
    return r < 0 ? r : neap_core_set_weight(rt->core, neap_loop_now(rt), t, weight);
}

static int set_times(neap_runtime *rt, neap_task *t, neap_ns estimate, neap_ns deadline,
                     neap_ns period)
{
    return neap_core_set_times(rt->core, neap_loop_now(rt), t, estimate, deadline,
                               period);
}

int neap_set_estimate(neap_runtime *rt, neap_id id, neap_ns estimate)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        r = check_time("estimate", estimate);
    return r < 0 ? r : set_times(rt, t, estimate, t->about->deadline, t->about->period);
}

int neap_set_deadline(neap_runtime *rt, neap_id id, neap_ns deadline)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        r = check_time("deadline", deadline);
    if (r == 0)
        r = set_times(rt, t, t->about->estimate, deadline, t->about->period);
    return r < 0 || !t->about->process ? r : neap_overtime_watch(rt, t->about->process);
}

int neap_set_period(neap_runtime *rt, neap_id id, neap_ns period)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        r = check_time("period", period);
    return r < 0 ? r : set_times(rt, t, t->about->estimate, t->about->deadline, period);
}

int neap_set_group(neap_runtime *rt, neap_id id, uint64_t group)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        r = neap_core_set_group(rt->core, neap_loop_now(rt), t, group);
    return r;
}

int neap_set_name(neap_runtime *rt, neap_id id, const char *name)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0 && (!name || !*name))
        r = neap_error(NEAP_EINVAL, "a task needs a name that is not empty");
    return r < 0 ? r : neap_core_set_name(rt->core, t, name);
}

int neap_set_affinity(neap_runtime *rt, neap_id id, const uint64_t *mask, size_t words)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    return r < 0 ? r
                 : neap_core_set_affinity(rt->core, neap_loop_now(rt), t, mask, words);
}

/* The CPU time of a running process up to now, before something about it changes. */
static void measure(neap_runtime *rt, neap_task *t)
{
    if (t->about->process && t->cpu != NEAP_NO_CPU)
        neap_account_measure(rt, t->about->process, neap_loop_now(rt));
}

int neap_task_pause(neap_runtime *rt, neap_id id)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        measure(rt, t);
    return r < 0 ? r : neap_core_pause_task(rt->core, neap_loop_now(rt), t);
}

int neap_task_resume(neap_runtime *rt, neap_id id)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        r = neap_core_resume_task(rt->core, neap_loop_now(rt), t);
    return r < 0 || !t->about->process ? r : neap_overtime_watch(rt, t->about->process);
}

int neap_task_yield(neap_runtime *rt, neap_id id)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        measure(rt, t);
    return r < 0 ? r : neap_core_yield(rt->core, neap_loop_now(rt), t);
}

static int virtual_task(neap_runtime *rt, neap_id id, neap_task **out)
{
    int r = neap_loop_task(rt, id, out);

    if (r == 0 && (*out)->about->process)
        return neap_error(NEAP_EUNSUPPORTED,
                          "task %llu (%s) is a process: it does that by itself",
                          (unsigned long long)id, (*out)->about->name);
    return r;
}

int neap_task_block(neap_runtime *rt, neap_id id)
{
    neap_task *t;
    int r = virtual_task(rt, id, &t);

    return r < 0 ? r : neap_core_block(rt->core, neap_loop_now(rt), t);
}

int neap_task_wake(neap_runtime *rt, neap_id id)
{
    neap_task *t;
    int r = virtual_task(rt, id, &t);

    return r < 0 ? r : neap_core_wake(rt->core, neap_loop_now(rt), t);
}

int neap_task_finish(neap_runtime *rt, neap_id id, int code)
{
    neap_task *t;
    int r = virtual_task(rt, id, &t);

    if (r == 0)
        neap_spawn_end(rt, t, NEAP_HOW_EXIT, code);
    return r;
}

static bool is_deadly(int signo)
{
    return signo == SIGKILL || signo == SIGTERM || signo == SIGINT || signo == SIGHUP ||
           signo == SIGQUIT;
}

static int queue_signal(neap_runtime *rt, neap_id id, int signo)
{
    int room = sizeof rt->queued_signal / sizeof *rt->queued_signal;

    if (rt->queued_signals == room)
        return neap_error(NEAP_ERANGE, "more than %d signals in one decision", room);
    rt->queued_signal[rt->queued_signals++] = (struct queued_signal){id, signo};
    return 0;
}

int neap_task_signal(neap_runtime *rt, neap_id id, int signo)
{
    neap_task *t;
    int r;

    if (signo < 1 || signo > 64)
        return neap_error(NEAP_EINVAL, "there is no signal %d", signo);
    if (neap_core_in_hook(rt->core))
        return queue_signal(rt, id, signo);
    r = neap_loop_task(rt, id, &t);
    if (r < 0)
        return r;
    neap_core_signalled(rt->core, neap_loop_now(rt), t, signo);
    if (t->about->process)
        neap_process_signal(rt, t->about->process, signo);
    else if (is_deadly(signo))
        neap_spawn_end(rt, t, NEAP_HOW_SIGNAL, signo);
    return 0;
}

static void kill_task(neap_runtime *rt, neap_task *t, neap_kill_mode mode, neap_how how)
{
    if (t->about->process)
        neap_process_kill(rt, t->about->process, mode);
    else
        neap_spawn_end(rt, t, how, how == NEAP_HOW_SIGNAL ? SIGTERM : 0);
}

int neap_task_kill(neap_runtime *rt, neap_id id, neap_kill_mode mode)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r == 0)
        kill_task(rt, t, mode, NEAP_HOW_SIGNAL);
    return r;
}

int neap_end(neap_runtime *rt, neap_kill_mode mode)
{
    int r = neap_loop_outside(rt);

    if (r == 0 && mode == NEAP_KILL_NOW)
        neap_output_abandon(rt);
    for (neap_task *t = neap_core_after(rt->core, 0); r == 0 && t;
         t = neap_core_after(rt->core, t->id)) {
        process *p = t->about->process;

        if (p && p->attached && !p->ending) {
            neap_attach_let_go(rt, p);
            continue;
        }
        if (p)
            p->ended_by_run = true;
        if (p || t->state != NEAP_STATE_ENDED)
            kill_task(rt, t, mode, NEAP_HOW_ENDED);
    }
    return r;
}
