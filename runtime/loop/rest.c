/* rest.c - the end of a task: its leader has exited, and what it has left is ended, or
 * waited for, or left alone.
 *
 * The leader stays the guard's zombie until nothing of its tree is left, so that its
 * number and its group's stay its own. Then the task's last CPU time is read, and its
 * exit is told.
 */
#include "os/children.h"
#include "runtime.h"

#define LOOK_AGAIN (10 * NEAP_MS)
#define LOOK_SELDOM (100 * NEAP_MS) /* for those whose end is nobody's doing */
#define GIVE_UP (5 * NEAP_S)        /* on what does not even die of KILL */

void neap_rest_gone(neap_runtime *rt, process *p)
{
    neap_cgroup_give_back(p);
    p->phase = P_GONE;
    neap_output_ended(rt, p);
    rt->ending--;
    neap_fifo_push(&rt->gone, p->task);
}

static void finish(neap_runtime *rt, process *p)
{
    if (p->n_members > 1 || p->has_forked) /* else its end was the last of it */
        neap_account_exact(rt, p, neap_loop_now(rt));
    if (p->adopted)
        neap_os_child_take(p->task->about->pid);
    else if (rt->guard && !p->attached)
        neap_guard_reap(rt->guard, p->task->id);
    neap_rest_gone(rt, p);
}

static void look_in(neap_runtime *rt, const process *p, neap_ns wait,
                    neap_timer_fn *look)
{
    neap_timers_add(rt, neap_loop_now(rt) + wait, 0, look,
                    (void *)(uintptr_t)p->task->id, NULL, true, NULL);
}

static void look_later(neap_runtime *rt, const process *p, neap_timer_fn *look)
{
    look_in(rt, p, p->kill_at == NEAP_FOREVER ? LOOK_SELDOM : LOOK_AGAIN, look);
}

/* Who has just gone: what the guard says of them is heard first, in the next turn. */
static bool is_to_be_heard(const process *p, bool had_rest)
{
    return had_rest && !neap_tree_has_rest(p) && !p->cgroup && !p->attached;
}

static void look_again(void *user, neap_runtime *rt, neap_timer id)
{
    neap_task *t = neap_core_find(rt->core, (neap_id)(uintptr_t)user);
    process *p = t ? t->about->process : NULL;
    neap_ns now = neap_loop_now(rt);
    bool had_rest;

    if (!p || p->phase != P_ENDED)
        return;
    neap_orphans_look_if_due(rt);
    had_rest = neap_tree_has_rest(p);
    neap_tree_scan(rt, p);
    if (is_to_be_heard(p, had_rest)) {
        look_in(rt, p, 0, look_again);
        return;
    }
    if (!neap_tree_has_rest(p) || now - p->kill_at > GIVE_UP) {
        finish(rt, p);
        return;
    }
    if (p->ending && p->kill_at == NEAP_FOREVER) /* it was only waited for until now */
        p->kill_at = now + rt->opt.grace;
    if (now >= p->kill_at)
        neap_tree_end_rest(rt, p, NEAP_KILL_NOW);
    look_later(rt, p, look_again);
}

/* They go on, and are known as nobody's. */
static void leave_rest(neap_runtime *rt, process *p)
{
    member *leader = p->members;

    neap_account_exact(rt, p, neap_loop_now(rt));
    neap_tree_release(rt, p);
    while (leader && leader->next) {
        member *m = leader->next;

        leader->next = m->next;
        p->n_members--;
        m->of = NULL;
        m->next = rt->strangers;
        rt->strangers = m;
    }
    rt->left |= !p->attached; /* else the guard has none of them */
    finish(rt, p);
}

static neap_leftovers fate(const neap_runtime *rt, const process *p)
{
    if (p->ending || p->ended_by_run)
        return NEAP_LEFTOVERS_END;
    return p->attached ? NEAP_LEFTOVERS_LEAVE : rt->opt.leftovers;
}

static void see_to_rest(neap_runtime *rt, process *p)
{
    bool had_rest = neap_tree_has_rest(p);

    p->has_forked = true;
    neap_tree_scan(rt, p);
    if (is_to_be_heard(p, had_rest)) {
        look_in(rt, p, 0, look_again);
        return;
    }
    if (!neap_tree_has_rest(p)) {
        finish(rt, p);
        return;
    }
    switch (fate(rt, p)) {
    case NEAP_LEFTOVERS_END:
        if (p->kill_at == NEAP_FOREVER)
            p->kill_at = neap_loop_now(rt) + rt->opt.grace;
        neap_tree_end_rest(rt, p, NEAP_KILL_GRACE);
        break;
    case NEAP_LEFTOVERS_WAIT:
        neap_tree_release(rt, p);
        break;
    case NEAP_LEFTOVERS_LEAVE:
        leave_rest(rt, p);
        return;
    }
    look_later(rt, p, look_again);
}

void neap_rest_spare(neap_runtime *rt)
{
    if (rt->left && rt->guard)
        neap_guard_spare(rt->guard);
}

void neap_rest_expect(neap_runtime *rt, process *p)
{
    p->next_ended = rt->ended;
    rt->ended = p;
    rt->ending++;
}

/* Where nobody sees who is in a group, it says so itself once its leader is no zombie
 * any more: so that goes first, and REAPED tells. As long as anybody is in it, the
 * number stays its own. */
static bool is_reaped_first(neap_runtime *rt, process *p)
{
    if (neap_proc_sees_all() || !rt->guard || p->adopted || p->attached)
        return false;
    p->reaped = true;
    neap_guard_reap(rt->guard, p->task->id);
    return true;
}

void neap_rest_reaped(neap_runtime *rt, process *p, const neap_guard_event *e)
{
    if (!p->reaped || p->phase != P_ENDED)
        return;
    neap_account_reaped(rt, p, e->cpu);
    p->group_left = e->left;
    if (p->group_left)
        see_to_rest(rt, p);
    else
        finish(rt, p);
}

/* A cgroup knows. Without one the rest may have gone to the guard. */
static bool may_have_rest(const process *p)
{
    return p->cgroup ? neap_os_cgroup_is_empty(p->cgroup) != 1 : neap_tree_has_rest(p);
}

void neap_rest_look(neap_runtime *rt)
{
    if (rt->ended && !rt->cgroups)
        neap_orphans_look(rt);
    while (rt->ended) {
        process *p = rt->ended;

        rt->ended = p->next_ended;
        if (is_reaped_first(rt, p))
            continue;
        if (may_have_rest(p))
            see_to_rest(rt, p);
        else
            finish(rt, p);
    }
}
