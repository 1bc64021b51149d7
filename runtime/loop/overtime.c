/* overtime.c - ends a task whose time is over: its timeout or its deadline.
 *
 * A timeout counts what the task ran and slept, so it stands still while the task is
 * held: when it seems to be over it may not be, and is looked at again. A deadline is a
 * time on the clock.
 */
#include "runtime.h"

static neap_ns timeout_left(const neap_runtime *rt, const process *p, neap_ns now)
{
    neap_times times;
    neap_ns after = p->phase == P_ENDED ? now - p->ended_at : 0; /* what it has left */

    if (!p->timeout || !neap_core_is_started(p->task))
        return NEAP_FOREVER;
    neap_core_times(rt->core, p->task, now, &times);
    return p->timeout - times.run - times.blocked - after;
}

static neap_ns deadline_left(const process *p, neap_ns now)
{
    if (!p->task->about->deadline || p->may_be_late)
        return NEAP_FOREVER;
    return p->task->about->deadline - now;
}

/* Who is held does not go on before the next decision; who is paused, not before we are
 * asked anew. */
static neap_ns wait_for_timeout(const neap_runtime *rt, const process *p, neap_ns now)
{
    neap_ns left = timeout_left(rt, p, now), quantum = neap_core_ctx(rt->core)->quantum;

    if (left <= 0 || left >= quantum || p->task->state != NEAP_STATE_READY)
        return p->task->state == NEAP_STATE_PAUSED ? NEAP_FOREVER : left;
    return quantum;
}

static void end(neap_runtime *rt, process *p)
{
    if (p->ending)
        return;
    p->timed_out = true;
    if (p->phase == P_QUEUED)
        neap_spawn_end(rt, p->task, NEAP_HOW_TIMEOUT, SIGTERM);
    else
        neap_process_kill(rt, p, NEAP_KILL_GRACE);
}

static void on_due(void *user, neap_runtime *rt, neap_timer id)
{
    neap_task *t = neap_core_find(rt->core, (neap_id)(uintptr_t)user);
    process *p = t ? t->about->process : NULL;
    neap_ns now = neap_loop_now(rt);

    if (!p || p->overtime != id || p->phase == P_GONE)
        return;
    if (timeout_left(rt, p, now) <= 0 || deadline_left(p, now) <= 0)
        end(rt, p);
    else
        neap_overtime_watch(rt, p);
}

int neap_overtime_watch(neap_runtime *rt, process *p)
{
    neap_ns now = neap_loop_now(rt);
    neap_ns timeout = wait_for_timeout(rt, p, now), deadline = deadline_left(p, now);
    neap_ns wait = timeout < deadline ? timeout : deadline;

    p->overtime = 0; /* an older timer is of no use any more */
    if (wait == NEAP_FOREVER || p->phase == P_GONE)
        return 0;
    wait = wait < 0 ? 0 : wait;
    return neap_timers_add(rt, wait > NEAP_FOREVER - now ? NEAP_FOREVER : now + wait, 0,
                           on_due, (void *)(uintptr_t)p->task->id, NULL, true,
                           &p->overtime);
}

void neap_overtime_began(neap_runtime *rt, process *p)
{
    neap_report report = {.kind = NEAP_REPORT_TASK,
                          .message = "its timeout cannot be watched: out of memory",
                          .task = p->task->id};

    if (p->timeout && neap_overtime_watch(rt, p) < 0)
        neap_loop_tell(rt, &report);
}
