/* lost.c - the guard died.
 *
 * The kernel has continued the tasks' own groups (they are in the guard's session and
 * ignore HUP); what they made beside those is continued from our table. With `adopt`
 * they are ours now and go on (adopt.c). Else nobody can tell us of their ends: they
 * are ended, or let go, by `on_death`.
 */
#include "attach.h"
#include "os/children.h"
#include "runtime.h"
#include <signal.h>
#include <stdio.h>
#include <time.h>

#define OFTEN (10 * NEAP_S) /* within which PAST_GUARDS deaths are too many */

static void lose_process(neap_runtime *rt, neap_task *t, bool end)
{
    process *p = t->about->process;

    if (p->phase == P_QUEUED || p->phase == P_ASKED) {
        neap_spawn_end(rt, t, NEAP_HOW_CANCELLED, 0);
        return;
    }
    if (p->phase == P_GONE)
        return;
    if (p->attached && p->phase == P_LIVE) {
        neap_attach_let_go(rt, p);
        return;
    }
    neap_account_measure(rt, p, neap_loop_now(rt));
    if (p->phase == P_LIVE && end)
        neap_process_kill(rt, p, NEAP_KILL_GRACE);
    neap_process_release(rt, p);
    if (p->phase != P_ENDED) {
        neap_spawn_end(rt, t, NEAP_HOW_LOST, 0);
        return;
    }
    neap_rest_gone(rt, p);
}

/* Does a lost task still live? Each that does gets `signo` (0: nothing). */
static bool lost_lives(neap_runtime *rt, int signo)
{
    bool lives = false;

    for (neap_task *t = rt->gone.first; t; t = t->next) {
        if (neap_core_how(t) != NEAP_HOW_LOST ||
            !neap_tree_lives(rt, t->about->process))
            continue;
        lives = true;
        if (signo)
            neap_tree_signal(rt, t->about->process, signo);
    }
    return lives;
}

/* Nobody tells us of their ends any more, so we look. Bounded: the grace time, then
 * KILL and a second. */
static void end_lost(neap_runtime *rt, neap_ns until, int signo)
{
    while (lost_lives(rt, signo) && neap_os_now() < until)
        nanosleep(&(struct timespec){.tv_nsec = 5 * NEAP_MS}, NULL);
}

static void forget_guard(neap_runtime *rt)
{
    unsigned at = rt->n_past_guards % PAST_GUARDS;

    neap_os_process_cpu(neap_guard_worker(rt->guard), &rt->guard_cpu);
    neap_live_forget_guard(rt);
    rt->past_guards[at] = neap_guard_pid(rt->guard);
    rt->lost_at[at] = neap_os_now();
    rt->n_past_guards++;
    neap_guard_close(rt->guard);
    rt->guard = NULL;
}

/* What has left its tree and its group still says whose it is. */
static void kill_one(void *user, pid_t pid)
{
    kill(pid, SIGKILL);
}

static void continue_one(void *user, pid_t pid)
{
    kill(pid, SIGCONT);
}

/* The run is over. */
static void let_all_go(neap_runtime *rt, pid_t guard)
{
    bool end = rt->opt.on_death == NEAP_DEATH_END;
    neap_report report = {.kind = NEAP_REPORT_GUARD,
                          .message =
                              end ? "the guard died: ending its tasks"
                                  : "the guard died: its tasks go on without us"};

    neap_loop_tell(rt, &report);
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        if (t->about->process)
            lose_process(rt, t, end);
    }
    if (end) {
        end_lost(rt, neap_os_now() + rt->opt.grace, 0);
        end_lost(rt, neap_os_now() + NEAP_S, SIGKILL);
    }
    neap_os_each_tagged(guard, end ? kill_one : continue_one, NULL);
    rt->guard_lost = true;
}

void neap_lost_report(neap_runtime *rt, int count)
{
    neap_report report = {.kind = NEAP_REPORT_GUARD};
    char text[96];

    snprintf(text, sizeof text, "the guard died: its %d task%s taken over", count,
             count == 1 ? " was" : "s were");
    report.message = text;
    neap_loop_tell(rt, &report);
}

/* One guard after the other: whatever kills them will kill the next one too. */
static bool lost_too_often(const neap_runtime *rt)
{
    neap_ns first = rt->lost_at[rt->n_past_guards % PAST_GUARDS];

    return rt->n_past_guards >= PAST_GUARDS && neap_os_now() - first < OFTEN;
}

void neap_lost(neap_runtime *rt)
{
    pid_t guard = neap_guard_pid(rt->guard);

    forget_guard(rt);
    if (!rt->adopts || lost_too_often(rt) || neap_adopt(rt) != 0)
        let_all_go(rt, guard);
}
