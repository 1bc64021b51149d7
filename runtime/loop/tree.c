/* tree.c - what a task's process has started, as far as groups tell.
 *
 * A tree is the leader's group and every group that its living descendants are in.
 * Groups that were found once are never signalled from memory when it matters: they are
 * looked up again, or checked against what the guard has below it, because a group's
 * number can be used again.
 */
#include "runtime.h"
#include <stdlib.h>

/* of looking for groups that are made under our hands */
enum { PASSES = 8 };
/* Has it children? Asked so often while its leader computes, and when it was idle: then
 * it may wait for one. Other threads than its first may have some: looked at seldom. */
#define ASK_EVERY (100 * NEAP_MS)
#define LOOK_EVERY NEAP_S

/* The groups below `root`, allocated; how many, or a negative errno. */
static int groups_below(pid_t root, pid_t **out)
{
    int room = 64, n;
    pid_t *list = NULL;

    do {
        pid_t *larger = realloc(list, (size_t)room * sizeof *larger);

        if (!larger) {
            free(list);
            return -NEAP_EMEMORY;
        }
        list = larger;
        n = neap_os_tree_groups(root, list, (size_t)room);
        room *= 4;
    } while (n > room / 4);
    *out = list;
    return n;
}

/* Is `group` not this task's to signal, though a process below its leader is in it? The
 * guard's own, or that of another task: a process may join any group of its session. */
static bool is_foreign(const neap_runtime *rt, const process *p, pid_t group)
{
    if (rt->guard && group == neap_guard_pid(rt->guard))
        return true;
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        if (t->pid == group && t != p->task)
            return true;
    }
    return false;
}

static bool is_among(const pid_t *list, int n, pid_t group)
{
    for (int i = 0; i < n; i++) {
        if (list[i] == group)
            return true;
    }
    return false;
}

/* Adds those groups of a held tree that are no longer below its leader (a process
 * between has gone) but still below the guard: they are stopped, and nobody else will
 * continue them. */
static int keep_stopped(const neap_runtime *rt, const process *p, pid_t **found,
                        int kept)
{
    pid_t *below = NULL, *larger;
    int n;

    if (!p->held || !rt->guard || p->n_groups == 0)
        return kept;
    larger = realloc(*found, (size_t)(kept + p->n_groups) * sizeof *larger);
    if (!larger)
        return kept;
    *found = larger;
    n = groups_below(neap_guard_pid(rt->guard), &below);
    for (int i = 0; i < p->n_groups; i++) {
        if (!is_among(*found, kept, p->groups[i]) && is_among(below, n, p->groups[i]))
            (*found)[kept++] = p->groups[i];
    }
    free(below);
    return kept;
}

/* Looks at the tree: p->groups is what it is in now, but for the leader's own group.
 * How many of them are new, or a negative errno. `signo` (0: none) goes to each new
 * one. */
static int look(neap_runtime *rt, process *p, int signo)
{
    pid_t own = neap_process_pid(p), *found = NULL;
    int n = groups_below(own, &found), fresh = 0, kept = 0;

    if (n < 0)
        return n;
    for (int i = 0; i < n; i++) {
        if (found[i] == own || is_foreign(rt, p, found[i]))
            continue;
        if (!is_among(p->groups, p->n_groups, found[i])) {
            fresh++;
            if (signo)
                neap_os_group_signal(found[i], signo);
        }
        found[kept++] = found[i];
    }
    kept = keep_stopped(rt, p, &found, kept);
    free(p->groups);
    p->groups = found;
    p->n_groups = kept;
    p->looked_ran = p->ran;
    return fresh;
}

bool neap_tree_signal_groups(const process *p, int signo)
{
    pid_t own = neap_process_pid(p);
    bool got = (p->phase == P_LIVE ? neap_os_leader_signal(own, signo)
                                   : neap_os_group_signal(own, signo)) == 0;

    for (int i = 0; i < p->n_groups; i++)
        got |= neap_os_group_signal(p->groups[i], signo) == 0;
    return got;
}

/* To the whole tree as it is now, and to what joins it meanwhile. */
void neap_tree_signal(neap_runtime *rt, process *p, int signo)
{
    look(rt, p, 0);
    neap_tree_signal_groups(p, signo);
    for (int i = 0; i < PASSES && look(rt, p, signo) > 0; i++)
        ;
}

bool neap_tree_lives(const process *p)
{
    bool lives = neap_os_group_is_in(neap_process_pid(p), 0);

    for (int i = 0; i < p->n_groups && !lives; i++)
        lives = neap_os_group_is_in(p->groups[i], 0);
    return lives;
}

static bool is_to_be_asked(const process *p)
{
    neap_ns used = p->leader_cpu - p->asked_cpu, ran = p->ran - p->asked_ran;

    return p->task->slices <= 1 || used >= ASK_EVERY || ran - used >= LEADER_IDLE;
}

/* A tree that never left its leader's group needs one signal; it is looked at now and
 * then. */
void neap_tree_stop_strays(neap_runtime *rt, process *p)
{
    if (p->n_groups == 0 && p->ran - p->looked_ran < LOOK_EVERY) {
        if (!is_to_be_asked(p))
            return;
        p->asked_cpu = p->leader_cpu;
        p->asked_ran = p->ran;
        if (!neap_os_has_children(neap_process_pid(p)))
            return;
    }
    p->n_groups = 0; /* so that each counts as new, and is stopped */
    for (int i = 0; i < PASSES && look(rt, p, SIGSTOP) > 0; i++)
        ;
}

/* Which of the groups that an ended task left are still somebody's: those that the
 * guard, who is the parent of all that is left of its tasks, has below it. */
static void keep_living_groups(neap_runtime *rt, process *p)
{
    pid_t *below = NULL;
    int n = rt->guard ? groups_below(neap_guard_pid(rt->guard), &below) : 0, kept = 0;

    for (int i = 0; i < p->n_groups; i++) {
        if (is_among(below, n, p->groups[i]))
            p->groups[kept++] = p->groups[i];
    }
    p->n_groups = kept;
    free(below);
}

bool neap_tree_has_rest(neap_runtime *rt, process *p)
{
    if (p->n_groups > 0)
        keep_living_groups(rt, p);
    return p->n_groups > 0 || neap_os_group_signal(neap_process_pid(p), 0) == 0;
}

void neap_tree_end_rest(neap_runtime *rt, process *p, neap_kill_mode mode)
{
    if (!p->reaped || !neap_tree_has_rest(rt, p))
        return;
    neap_tree_signal_groups(p, mode == NEAP_KILL_NOW ? SIGKILL : SIGTERM);
    neap_tree_signal_groups(p, SIGCONT);
}
