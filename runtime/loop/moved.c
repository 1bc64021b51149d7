/* moved.c - the guard died, and its keeper goes on in its place.
 *
 * The keeper has the guard's children, stopped or not, and no zombie is lost: it only
 * does not know which task is which. What was asked of the dead guard and not heard of
 * is asked again.
 */
#include "runtime.h"
#include <stdio.h>

static bool is_its(const process *p)
{
    return !p->adopted && !p->attached && p->phase >= P_FORKED && p->phase <= P_ENDED;
}

static neap_guard_was was(const process *p)
{
    return p->phase == P_FORKED  ? NEAP_GUARD_WAS_FORKED
           : p->phase == P_ENDED ? NEAP_GUARD_WAS_EXITED
                                 : NEAP_GUARD_WAS_RUNNING;
}

/* A guard that took us for dead ended its tasks and took their statuses with it. */
static bool is_lost(const process *p)
{
    neap_proc now;

    return p->phase == P_LIVE && (neap_proc_read(p->task->about->pid, &now) != 0 ||
                                  (p->members && p->members->who.start &&
                                   p->members->who.start != now.start));
}

static void ask_again(neap_runtime *rt, process *p)
{
    if (p->phase == P_ASKED && p->sent)
        neap_spawn_start(rt, p);
}

static neap_task *next_process(const neap_runtime *rt, const neap_task *t)
{
    do
        t = neap_core_after(rt->core, t ? t->id : 0);
    while (t && !t->about->process);
    return (neap_task *)t;
}

void neap_moved(neap_runtime *rt)
{
    neap_task *t = NULL;
    int count = 0;

    neap_live_forget_guard(rt);
    rt->guard_speaks = true;
    rt->beat_at = 0;
    while ((t = next_process(rt, t))) {
        if (!is_its(t->about->process))
            continue;
        if (is_lost(t->about->process)) {
            neap_spawn_lost(rt, t->about->process);
            continue;
        }
        neap_guard_adopt(rt->guard, t->id, t->about->pid, was(t->about->process));
        count++;
    }
    neap_guard_take(rt->guard);
    while ((t = next_process(rt, t)))
        ask_again(rt, t->about->process);
    neap_watch_hold_again(rt, 0);
    neap_lost_report(rt, count);
}
