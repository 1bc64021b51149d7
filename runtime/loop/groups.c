/* groups.c - the process groups that a tree is in.
 *
 * A group is signalled as a whole, so that nothing that forks in it escapes, unless
 * somebody in it must be left alone: stopped by another already, traced, another
 * user's. Then its members are signalled one by one. A group's number can be used again
 * when it is empty: the leader's own is pinned by its zombie; the others by descriptors
 * that stand for them, or they are looked up anew before each signal.
 *
 * In the groups of a process that we did not start there may be strangers, the other
 * jobs of its shell: such a group is shared, and never signalled. Nobody of ours keeps
 * its leader as a zombie, so without a descriptor it is taken for shared, too.
 */
#include "groups.h"
#include "attach.h"
#include "os/attach.h"
#include <stdlib.h>
#include <unistd.h>

/* In time that a tree ran: how often strangers are looked for, among all processes. */
#define CHECK_EVERY (2 * NEAP_S)

static void let_go(neap_runtime *rt, tree_group *g)
{
    neap_watch_drop(rt, g);
    if (g->descriptor >= 0)
        close(g->descriptor);
    g->descriptor = -1;
}

static void drop_group(neap_runtime *rt, process *p, int i)
{
    let_go(rt, &p->groups[i]);
    p->groups[i] = p->groups[--p->n_groups];
}

void neap_groups_free(neap_runtime *rt, process *p)
{
    while (p->n_groups > 0)
        drop_group(rt, p, p->n_groups - 1);
    free(p->groups);
    p->groups = NULL;
    let_go(rt, &p->own);
}

/* The guard knows its own children; of others only what the record says. */
void neap_group_note(neap_runtime *rt, const process *p, tree_group *g,
                     const neap_proc *who)
{
    neap_watch_add(rt, p, g, who);
    if (p->attached && g->entry < 0)
        g->shared = g->mixed = true;
}

/* Is `group` led by another task, or the guard's own? A process may join any group of
 * its session. */
static bool is_foreign(const neap_runtime *rt, const process *p, pid_t group)
{
    const member *m = neap_member_find(rt, group);

    return (m && m->of != p) || (rt->guard && (group == neap_guard_pid(rt->guard) ||
                                               group == neap_guard_worker(rt->guard)));
}

static tree_group *find_group(process *p, pid_t id)
{
    if (id == p->own.id)
        return &p->own;
    for (int i = 0; i < p->n_groups; i++) {
        if (p->groups[i].id == id)
            return &p->groups[i];
    }
    return NULL;
}

/* Can a group of a tree that we did not start be signalled as one? */
static bool is_whole(const process *p, const tree_group *g)
{
    return g->descriptor >= 0 && neap_os_attach_owns(p->task->about->pid, g->id);
}

static tree_group *add_group(neap_runtime *rt, process *p, const neap_proc *who)
{
    const member *leader = neap_member_find(rt, who->group);
    tree_group *larger = realloc(p->groups, (size_t)(p->n_groups + 1) * sizeof *larger);

    if (!larger)
        return NULL;
    p->groups = larger;
    larger += p->n_groups++;
    *larger = (tree_group){.id = who->group, .descriptor = -1};
    if (leader && leader->of == p)
        larger->descriptor = neap_os_group_open(who->group, leader->who.start);
    larger->shared = p->attached && !is_whole(p, larger);
    if (!larger->shared)
        neap_group_note(rt, p, larger, who);
    return larger;
}

static void sort_member(neap_runtime *rt, process *p, member *m)
{
    tree_group *g;

    m->foreign = m->who.group != p->own.id && is_foreign(rt, p, m->who.group);
    p->n_foreign += m->foreign;
    if (m->foreign)
        return;
    g = find_group(p, m->who.group);
    if (!g)
        g = add_group(rt, p, &m->who);
    if (!g)
        return;
    g->seen = true;
    g->mixed |= m->stopped || m->exempt;
}

static void check_group(const process *p, tree_group *g)
{
    g->shared |= !g->held && !is_whole(p, g);
}

/* A stranger may join a group of ours, if it is of the same session. */
static void check_groups(process *p)
{
    p->attached->checked = p->ran;
    check_group(p, &p->own);
    for (int i = 0; i < p->n_groups; i++)
        check_group(p, &p->groups[i]);
}

void neap_groups_sort(neap_runtime *rt, process *p)
{
    p->n_foreign = 0;
    if (p->attached && p->ran - p->attached->checked >= CHECK_EVERY)
        check_groups(p);
    p->own.mixed = p->own.shared;
    for (int i = 0; i < p->n_groups; i++) {
        p->groups[i].seen = false;
        p->groups[i].mixed = p->groups[i].shared;
    }
    for (member *m = p->members; m; m = m->next) {
        if (neap_proc_lives(&m->who))
            sort_member(rt, p, m);
    }
    for (int i = p->n_groups - 1; i >= 0; i--) {
        if (!p->groups[i].seen)
            drop_group(rt, p, i);
    }
}

tree_group *neap_group_of(process *p, const member *m)
{
    tree_group *g = m->foreign ? NULL : find_group(p, m->who.group);

    return g && !g->shared ? g : NULL;
}

int neap_group_signal(const process *p, const tree_group *g, int signo)
{
    if (g->shared)
        return 0;
    if (g->descriptor >= 0)
        return neap_os_group_signal_by(g->descriptor, signo);
    if (p->reaped)
        return p->group_left ? neap_os_group_signal(g->id, signo) : -ESRCH;
    if (g == &p->own)
        return neap_os_leader_signal(g->id, signo);
    return neap_os_group_signal(g->id, signo);
}
