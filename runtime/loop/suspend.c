/* suspend.c - neap stops itself: first all that it lets run, then its own process.
 *
 * For everybody concerned no time passes until somebody continues us: what is measured
 * in time without the processes' doing (turns, waits, grace times) goes on from where
 * it was.
 */
#include "runtime.h"
#include <poll.h>
#include <unistd.h>

#define START_WAIT (100 * NEAP_MS) /* for those who are just being started */

static bool is_starting(const neap_runtime *rt)
{
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        if (t->about->process && t->state == NEAP_STATE_STARTING)
            return true;
    }
    return false;
}

/* What the guard starts while we are stopped nobody would hold: its word is waited for,
 * within bounds. */
static void let_them_start(neap_runtime *rt)
{
    neap_ns until = neap_os_now() + START_WAIT;

    while (rt->guard && is_starting(rt) && neap_os_now() < until) {
        struct pollfd fd = {.fd = neap_guard_fd(rt->guard), .events = POLLIN};

        neap_guard_flush(rt->guard);
        rt->guard_speaks = poll(&fd, 1, 10) > 0;
        neap_spawn_listen(rt);
    }
}

static void stop_all(neap_runtime *rt, neap_ns now)
{
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        process *p = t->about->process;

        if (!p || p->phase != P_LIVE || p->held)
            continue;
        p->suspended = true;
        p->ran += now - p->released_at;
        neap_tree_hold(rt, p);
    }
}

static void continue_all(neap_runtime *rt, neap_ns now, neap_ns gap)
{
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        process *p = t->about->process;

        if (!p)
            continue;
        p->kill_at += p->kill_at == NEAP_FOREVER ? 0 : gap;
        p->hold_at += p->hold_at == NEAP_FOREVER ? 0 : gap;
        neap_overtime_watch(rt, p); /* a deadline does not wait */
        if (!p->suspended)
            continue;
        p->suspended = false;
        neap_process_went_on(p, now);
        neap_tree_release(rt, p);
        neap_sleep_begin(rt, p, now);
    }
}

/* Who stops himself is not stuck. */
static void watch(neap_runtime *rt, neap_guard_watching what)
{
    if (rt->guard)
        neap_guard_watch(rt->guard, what);
}

int neap_suspend(neap_runtime *rt)
{
    int r = neap_loop_outside(rt);
    neap_ns from, now;

    if (r < 0)
        return r;
    if (!rt->live)
        return neap_error(NEAP_EUNSUPPORTED, "a virtual clock stands still by itself");
    neap_loop_enter(rt);
    let_them_start(rt);
    from = neap_os_now();
    neap_account_all(rt, from);
    stop_all(rt, from);
    watch(rt, NEAP_GUARD_WATCH_DEATH_ONLY);
    r = kill(getpid(), SIGSTOP) == 0
            ? 0
            : neap_error(errno, "cannot stop: %s", neap_strerror(errno));
    now = neap_os_now(); /* continued */
    watch(rt, NEAP_GUARD_WATCH_ALL);
    rt->stood += now - from;
    neap_live_forget_ticks(rt);
    neap_core_standstill(rt->core, from, now);
    neap_timers_stood_still(rt, now - from);
    continue_all(rt, now, now - from);
    neap_loop_leave(rt);
    return r;
}
