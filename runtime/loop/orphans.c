/* orphans.c - whose are the processes that the guard has adopted?
 *
 * A process whose parent ends becomes the guard's child. If it was seen before, it
 * stays its task's. Else its group or its session tells, if it has kept one of a
 * task's; or the name that the guard has given its task and that descends with every
 * fork and exec (a limit, guard/lineage.h, and NEAP_TASK in the environment); or that
 * one task alone has run since the last look. Who is nobody's ends with the run.
 *
 * The kernel does not tell when the guard gets one. So there are looks at all children
 * of the guard, as soon as anything forks: every 100 ms, and where orphans come and go,
 * every 10 ms and at each hold of their task; but within half a percent of a CPU. One
 * whose task is held then is stopped at once.
 */
#include "runtime.h"
#include <unistd.h>

#define LOOK_EVERY (10 * NEAP_MS)
#define LOOK_SELDOM (100 * NEAP_MS)
#define LOOSE_FOR NEAP_S /* since an orphan was found: who makes one makes more */
enum { SHARE = 200 };    /* looks take half a percent of a CPU at most */

/* Each of these answers whether it knows, and whose it is into `*of` (NULL: nobody's,
 * or of a task that is over). */

static bool is_told_by(const neap_runtime *rt, pid_t leader, process **of)
{
    const member *m =
        leader == neap_guard_pid(rt->guard) ? NULL : neap_member_find(rt, leader);

    *of = m ? m->of : NULL;
    return m;
}

static bool has_tag(const neap_runtime *rt, pid_t pid, uint64_t *tag)
{
    bool has = neap_os_process_tag(pid, neap_guard_pid(rt->guard), tag) == 0;

    for (unsigned i = 0; i < rt->n_past_guards && i < PAST_GUARDS && !has; i++)
        has = neap_os_process_tag(pid, rt->past_guards[i], tag) == 0;
    return has;
}

static bool is_told_by_tag(const neap_runtime *rt, pid_t pid, process **of)
{
    uint64_t tag;
    neap_task *t;

    if (!has_tag(rt, pid, &tag))
        return false;
    t = neap_core_find(rt->core, tag);
    *of = t ? t->about->process : NULL;
    return true;
}

/* The only task that has run since the last look, if there is only one. A child of the
 * guard in its session may be a task's leader that we have not heard of yet. */
static process *owner_by_time(const neap_runtime *rt, const neap_proc *who)
{
    process *only = NULL;

    if (who->session == neap_guard_pid(rt->guard))
        return NULL;
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        process *p = t->about->process;

        if (!p || p->attached || (p->phase != P_LIVE && p->phase != P_ENDED) ||
            (p->held && p->stopped_at < rt->orphans_at))
            continue;
        if (only)
            return NULL;
        only = p;
    }
    return only;
}

static process *owner_of(const neap_runtime *rt, const neap_proc *who)
{
    process *p;

    if (!is_told_by(rt, who->group, &p) && !is_told_by(rt, who->session, &p) &&
        !is_told_by_tag(rt, who->pid, &p))
        p = owner_by_time(rt, who);
    return p && p->phase != P_GONE ? p : NULL;
}

void neap_orphans_loosen(neap_runtime *rt, process *p)
{
    rt->forks = true;
    p->loose_at = rt->loose_at = neap_os_now();
}

static void meet(void *user, pid_t pid)
{
    neap_runtime *rt = user;
    neap_proc who;
    process *p;

    if (pid == neap_guard_pid(rt->guard) || pid == neap_guard_worker(rt->guard) ||
        neap_member_find(rt, pid) || neap_proc_read(pid, &who) != 0 ||
        !neap_proc_lives(&who))
        return;
    p = owner_of(rt, &who);
    if (!p) {
        if (who.session != neap_guard_pid(rt->guard))
            neap_member_add(rt, NULL, &rt->strangers, who);
        return;
    }
    p->has_forked = p->found = true;
    neap_orphans_loosen(rt, p);
    if (p->phase == P_ENDED) {
        neap_core_about(p->task)->escaped++;
        rt->escaped++;
    }
    /* without memory for its leader it has none */
    neap_member_add(rt, p, p->members ? &p->members->next : &p->members, who);
}

static void forget_the_dead(neap_runtime *rt)
{
    member **at = &rt->strangers;

    while (*at) {
        neap_proc now;

        if (neap_proc_read((*at)->who.pid, &now) == 0 &&
            now.start == (*at)->who.start && neap_proc_lives(&now))
            at = &(*at)->next;
        else
            neap_member_drop(rt, at);
    }
}

static void meet_children(neap_runtime *rt, pid_t of)
{
    neap_proc_children_of(&(neap_proc){.pid = of, .threads = 1}, meet, rt);
}

static void meet_all(neap_runtime *rt)
{
    neap_ns from = neap_os_now();

    forget_the_dead(rt);
    meet_children(rt, neap_guard_worker(rt->guard));
    if (neap_guard_pid(rt->guard) != neap_guard_worker(rt->guard))
        meet_children(rt, neap_guard_pid(rt->guard));
    if (rt->adopting)
        meet_children(rt, getpid());
    rt->orphans_at = neap_os_now();
    rt->orphans_cost = rt->orphans_at - from;
}

static bool is_due(const neap_runtime *rt, neap_ns every)
{
    neap_ns share = SHARE * rt->orphans_cost;

    return neap_os_now() - rt->orphans_at >= (every > share ? every : share);
}

bool neap_orphans_are_loose(const process *p)
{
    return p->loose_at > 0 && neap_os_now() - p->loose_at < LOOSE_FOR;
}

bool neap_orphans_find(neap_runtime *rt, process *p)
{
    if (!rt->guard || p->cgroup || p->attached || !p->has_forked ||
        (!neap_orphans_are_loose(p) && !is_due(rt, LOOK_EVERY)))
        return false;
    p->found = false;
    meet_all(rt);
    return p->found;
}

/* Those that came into being while their task was held. */
static void hold_found(neap_runtime *rt)
{
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        process *p = t->about->process;

        if (!p || !p->found)
            continue;
        p->found = false;
        if (p->held && p->phase == P_LIVE)
            neap_tree_hold_again(rt, p);
    }
}

void neap_orphans_look(neap_runtime *rt)
{
    neap_ns loose_at = rt->loose_at;

    if (!rt->guard)
        return;
    meet_all(rt);
    if (rt->loose_at != loose_at)
        hold_found(rt);
}

void neap_orphans_look_if_due(neap_runtime *rt)
{
    bool soon = rt->ending > 0 || neap_os_now() - rt->loose_at < LOOSE_FOR;

    if (!rt->cgroups && rt->guard && (rt->forks || rt->ending > 0) &&
        is_due(rt, soon ? LOOK_EVERY : LOOK_SELDOM)) /* cgroups tell by themselves */
        neap_orphans_look(rt);
}
