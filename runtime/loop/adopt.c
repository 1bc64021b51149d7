/* adopt.c - the tasks of a guard that died are ours now.
 *
 * We are a subreaper, so its children have become ours with their exit statuses, and a
 * leader that is a zombie stays one until we take it away. Whatever the guard had told
 * before it died has been heard. So for each task:
 *
 *   asked   the next guard is asked; a child that was forked all the same ends by
 *           itself, since its line to the guard has ended
 *   forked  it may have had its go: then it execs and has started; else it ends
 *           without, and the next guard is asked
 *   live    it is held again if it was held; its end is heard by SIGCHLD, or seen if
 *           it is not our child yet, since the guard, or its keeper, still dies
 *   ended   its zombie is ours to take away
 */
#include "os/children.h"
#include "runtime.h"
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY (2 * NEAP_MS) /* whether a forked one has exec'd, or one is ours */
#define EXEC_TIME (10 * NEAP_S)
#define POLL_EVERY (10 * NEAP_MS) /* for ends, when SIGCHLD is another's */
enum { TRIES = 3 };

static int start_guard(neap_runtime *rt)
{
    int r = -1;

    for (int i = 0; i < TRIES && r != 0; i++)
        r = neap_spawn_guard(rt);
    return r;
}

static void on_sigchld(void *user, neap_runtime *rt, int signo)
{
    rt->child_ended = true;
}

static void poll_children(void *user, neap_runtime *rt, neap_timer id)
{
    rt->child_ended = true;
    neap_adopt_reap(rt);
}

static void hear_ends(neap_runtime *rt)
{
    if (rt->adopting)
        return;
    rt->adopting = true;
    if (neap_on_signal(rt, SIGCHLD, on_sigchld, NULL) == 0)
        neap_os_hear_only_ends();
    else
        neap_timers_add(rt, neap_loop_now(rt) + POLL_EVERY, POLL_EVERY, poll_children,
                        NULL, NULL, true, NULL);
}

void neap_adopt_again(neap_runtime *rt, process *p)
{
    neap_os_child_take(p->task->about->pid);
    neap_account_close(p);
    neap_cgroup_give_back(p);
    neap_tree_free(rt, p);
    p->adopted = false;
    neap_core_about(p->task)->pid = 0;
    neap_spawn_start(rt, p);
}

static void ended(neap_runtime *rt, process *p, const neap_os_end *end)
{
    neap_guard_event e = {.kind = NEAP_GUARD_EXITED,
                          .tag = p->task->id,
                          .pid = p->task->about->pid,
                          .code = end->code,
                          .signalled = end->signalled,
                          .cpu = end->cpu};

    neap_spawn_exited(rt, p, &e);
}

static bool awaits_exec(const process *p)
{
    return p->adopted && p->phase == P_FORKED;
}

/* Its parent that was has not quite gone. */
static bool is_on_its_way(const process *p)
{
    neap_proc now;

    return p->adopted && p->phase == P_LIVE &&
           neap_proc_read(p->task->about->pid, &now) == 0 && now.parent != getpid();
}

/* How far is an adopted process, and has it ended? */
static void look(neap_runtime *rt, process *p)
{
    pid_t pid = p->task->about->pid;
    int r = p->phase == P_FORKED ? neap_os_has_execed(pid) : 1;
    neap_os_end end;

    if (r == 0) /* it cannot end but by what it says next */
        return;
    if (r == 1 && p->phase == P_FORKED)
        neap_spawn_started(rt, p);
    r = neap_os_child_ended(pid, &end);
    if (r == 0 || (r < 0 && is_on_its_way(p)))
        return;
    if (p->phase == P_FORKED)
        neap_adopt_again(rt, p);
    else if (r == 1)
        ended(rt, p, &end);
    else /* taken away: by a wait for all children of this process, or by the guard,
            which could not say so any more */
        neap_spawn_lost(rt, p);
}

static bool is_adopted(const process *p)
{
    return p && p->adopted && p->phase >= P_FORKED && p->phase < P_GONE;
}

static bool is_a_leader(void *user, pid_t pid)
{
    const neap_runtime *rt = user;

    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id))
        if (t->about->pid == pid && is_adopted(t->about->process))
            return true;
    return false;
}

void neap_adopt_reap(neap_runtime *rt)
{
    rt->child_ended = false;
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id))
        if (is_adopted(t->about->process) &&
            ((process *)t->about->process)->phase < P_ENDED)
            look(rt, t->about->process);
    neap_os_take_strays(rt->guard ? neap_guard_pid(rt->guard) : 0, is_a_leader, rt);
}

/* An exec makes no noise, nor does the death of a parent. */
static void look_on(void *user, neap_runtime *rt, neap_timer id)
{
    neap_task *t = neap_core_find(rt->core, (neap_id)(uintptr_t)user);
    process *p = t ? t->about->process : NULL;

    if (!p)
        return;
    if (awaits_exec(p) && neap_loop_now(rt) > p->exec_by)
        neap_os_leader_signal(t->about->pid, SIGKILL);
    if (awaits_exec(p) || p->phase == P_LIVE)
        look(rt, p);
    if (awaits_exec(p) || is_on_its_way(p))
        neap_timers_add(rt, neap_loop_now(rt) + LOOK_EVERY, 0, look_on, user, NULL,
                        true, NULL);
}

/* Returns whether it is one that was taken over. */
static bool take_over(neap_runtime *rt, process *p)
{
    if (p->phase == P_ASKED && p->sent)
        neap_spawn_start(rt, p);
    if (p->phase < P_FORKED || p->phase == P_GONE || p->attached)
        return false;
    p->adopted = true;
    p->exec_by = neap_loop_now(rt) + EXEC_TIME;
    if (p->phase == P_FORKED || is_on_its_way(p))
        look_on((void *)(uintptr_t)p->task->id, rt, 0);
    return true;
}

int neap_adopt(neap_runtime *rt)
{
    int r = start_guard(rt), count = 0;

    if (r != 0)
        return r;
    hear_ends(rt);
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id))
        if (t->about->process)
            count += take_over(rt, t->about->process);
    neap_watch_hold_again(rt, 0);
    neap_lost_report(rt, count);
    neap_adopt_reap(rt);
    return 0;
}

/* With nobody to tell of it: bounded, since something may not even die of KILL. */
static void take_away(const process *p, neap_ns until)
{
    const struct timespec nap = {.tv_nsec = NEAP_MS};
    neap_os_end end;

    while (neap_os_child_ended(p->task->about->pid, &end) == 0 && neap_os_now() < until)
        nanosleep(&nap, NULL);
    neap_os_child_take(p->task->about->pid);
}

void neap_adopt_close(neap_runtime *rt)
{
    neap_ns until = neap_os_now() + NEAP_S;

    for (neap_task *t = rt->adopting ? neap_core_after(rt->core, 0) : NULL; t;
         t = neap_core_after(rt->core, t->id))
        if (is_adopted(t->about->process))
            neap_tree_signal(rt, t->about->process, SIGKILL);
    for (neap_task *t = rt->adopting ? neap_core_after(rt->core, 0) : NULL; t;
         t = neap_core_after(rt->core, t->id))
        if (is_adopted(t->about->process))
            take_away(t->about->process, until);
}
