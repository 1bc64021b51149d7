/* tree.c - a task is the whole tree that its leader has started.
 *
 * The tree is what a scan finds: the leader, all descendants of everybody who was once
 * found in it, and the orphans that are known to be its own (orphans.c). A scan reads
 * some files for each process. So a hold is one signal for each group that is known,
 * and a tree is scanned every 100 ms that it runs, or when its holding needs a closer
 * look. What comes into being between two scans shows in the account: a held tree that
 * uses time is scanned at once (sleep.c watches for that).
 */
#include "attach.h"
#include "groups.h"
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PASSES = 8,  /* of looking for what is made under our hands */
    ENOUGH = 256 /* processes of a usual tree: no allocation */
};
/* Of the time that a tree ran; for a large one such that scans are half a percent. */
#define SCAN_EVERY (100 * NEAP_MS)
#define SCAN_COST (7 * NEAP_US)   /* for each member, about */
#define NEVER_RAN (100 * NEAP_US) /* a process that has used less has not begun */

static pid_t leader_of(const process *p)
{
    return p->task->about->pid;
}

void neap_tree_forget(neap_runtime *rt, member *m)
{
    member **at = m->of ? &m->of->members : &rt->strangers;

    while (*at != m)
        at = &(*at)->next;
    neap_member_drop(rt, at);
}

void neap_tree_born(neap_runtime *rt, process *p)
{
    member *known = neap_member_find(rt, leader_of(p));
    neap_proc who = {.pid = leader_of(p), .group = leader_of(p), .state = 'R'};

    if (known) /* as an orphan of the guard's, or one that has gone meanwhile */
        neap_tree_forget(rt, known);
    who.session = neap_guard_pid(rt->guard);
    who.threads = 1;
    p->own = (tree_group){.id = who.pid, .descriptor = -1, .entry = -1};
    neap_member_add(rt, p, &p->members, who);
}

void neap_tree_attach(neap_runtime *rt, process *p, const neap_os_attached *as)
{
    const neap_proc *who = &as->who;
    member *known = neap_member_find(rt, who->pid);
    int descriptor = as->owns_group ? neap_os_group_open(who->pid, who->start) : -1;

    if (known) /* nobody's, as what another task has left */
        neap_tree_forget(rt, known);
    p->own = (tree_group){.id = who->group,
                          .descriptor = descriptor >= 0 ? descriptor : -1,
                          .entry = -1,
                          .shared = descriptor < 0,
                          .mixed = descriptor < 0};
    neap_member_add(rt, p, &p->members, *who);
    for (int i = 0; i < PASSES && p->members; i++)
        if (neap_tree_scan(rt, p) == 0)
            break;
}

static void set_held(neap_runtime *rt, process *p, bool held)
{
    if (p->held != held)
        rt->n_held += held ? 1u : (size_t)-1;
    p->held = held;
    p->was_held |= held;
}

void neap_tree_free(neap_runtime *rt, process *p)
{
    while (p->members)
        neap_member_drop(rt, &p->members);
    neap_groups_free(rt, p);
    set_held(rt, p, false);
}

/* Scanning. */

struct walk {
    neap_runtime *rt;
    process *p;
    member *parent;
    int fresh;
};

static bool is_guards(const neap_runtime *rt, pid_t parent)
{
    return rt->guard && parent == neap_guard_worker(rt->guard);
}

static void meet_child(void *user, pid_t pid)
{
    struct walk *w = user;
    member *known = neap_member_find(w->rt, pid);
    neap_proc who;

    w->p->has_forked = true;
    if (known && !known->of) { /* nobody could tell whose it is, when it was met */
        neap_tree_forget(w->rt, known);
        known = NULL;
    }
    if (known || neap_proc_read(pid, &who) != 0)
        return;
    if (neap_member_add(w->rt, w->p, &w->parent->next, who))
        w->fresh++;
    if (is_guards(w->rt, who.parent)) /* as the cgroup's list tells */
        neap_orphans_loosen(w->rt, w->p);
}

static void warn(neap_runtime *rt, process *p, pid_t pid, const char *why)
{
    char text[160], name[16];
    neap_report report = {
        .kind = NEAP_REPORT_TASK, .message = text, .task = p->task->id};

    if (p->warned)
        return;
    p->warned = true;
    neap_os_member_name(pid, name, sizeof name);
    snprintf(text, sizeof text,
             "task %llu (%.40s) is held only in part: its process %d (%s) %s",
             (unsigned long long)p->task->id, p->task->about->name, (int)pid, name,
             why);
    neap_loop_tell(rt, &report);
}

/* Stopped, though the task may run: not by us, as a rule. But two are left behind at a
 * release. One whose parent put it into another group after we had stopped it in its
 * old one: it was there before the release, and we have not seen it in this group. And
 * one that was being forked while we stopped and continued its parent: the kernel (6.18
 * at least) gives it the STOP, and not the CONT, so it has never run. */
static bool is_left_behind(const process *p, const member *m, neap_ns now)
{
    neap_ns used;

    if ((!m->judged || m->moved) && neap_os_member_age(&m->who) > now - p->released_at)
        return true;
    return m->who.forked && neap_os_process_cpu(m->who.pid, &used) == 0 &&
           used < NEVER_RAN;
}

static void judge_stop(neap_runtime *rt, process *p, member *m)
{
    if (p->held) {
        m->stopped &= m->who.state == 'T' || m->who.state == 't';
        return;
    }
    m->stopped = m->who.state == 'T' || m->who.state == 't';
    if (m->stopped && p->was_held && is_left_behind(p, m, neap_loop_now(rt))) {
        neap_os_member_signal(m->who.pid, m->who.start, SIGCONT);
        m->stopped = false;
    }
    m->moved = false;
}

/* Whose is it to stop? Who traces it is asked once, and when something is wrong. */
static void judge(neap_runtime *rt, process *p, member *m)
{
    bool denied = kill(m->who.pid, 0) != 0 && errno == EPERM, traced = m->exempt;

    if (!m->judged || p->suspect || m->who.state == 't')
        traced = neap_os_member_tracer(m->who.pid) > 0;
    m->exempt = denied || traced;
    if (!m->exempt)
        judge_stop(rt, p, m);
    m->judged = true;
    if (denied)
        warn(rt, p, m->who.pid, "belongs to another user");
    else if (traced)
        warn(rt, p, m->who.pid, "is traced by a debugger");
}

/* All that are in the task's cgroup: complete, whatever they have made of themselves.
 * False: there is no such list. */
static bool meet_cgroup(struct walk *w)
{
    pid_t some[ENOUGH], *pids = some;
    int room = ENOUGH, n = -ENOTSUP;

    if (!w->p->cgroup || !w->p->has_forked)
        return false;
    while ((n = neap_os_cgroup_pids(w->p->cgroup, pids, (size_t)room)) > room) {
        pid_t *more = malloc((size_t)(n + ENOUGH) * sizeof *more);

        if (pids != some)
            free(pids);
        pids = more ? more : some;
        if (!more)
            return false;
        room = n + ENOUGH;
    }
    w->parent = w->p->members;
    for (int i = 0; i < n && w->parent; i++)
        meet_child(w, pids[i]);
    if (pids != some)
        free(pids);
    return n >= 0;
}

/* A zombie that the guard has not taken away yet: the time that it used comes then. */
static bool is_owed(const neap_runtime *rt, const process *p, const member *m)
{
    return p->phase == P_ENDED && m->who.state == 'Z' && is_guards(rt, m->who.parent);
}

int neap_tree_scan(neap_runtime *rt, process *p)
{
    struct walk w = {.rt = rt, .p = p};
    bool listed = meet_cgroup(&w);
    member **at = &p->members;

    while (*at) {
        member *m = *at;

        if (!neap_member_renew(m) && m->who.pid != leader_of(p) && !is_owed(rt, p, m)) {
            neap_account_missed(rt, p, m);
            neap_member_drop(rt, at);
            continue;
        }
        w.parent = m;
        if (neap_proc_lives(&m->who)) {
            p->has_forked |= m->who.reaped > 0;
            neap_account_seen(rt, m);
            judge(rt, p, m);
            if (!listed)
                neap_proc_children_of(&m->who, meet_child, &w);
        }
        at = &m->next;
    }
    p->group_left = p->group_left && neap_os_group_lives(p->own.id);
    neap_groups_sort(rt, p);
    rt->forks |= p->has_forked;
    p->looked_ran = p->ran;
    return w.fresh;
}

/* Signals. */

static int signal_alone(neap_runtime *rt, process *p, const member *m, int signo)
{
    int r = neap_os_member_signal(m->who.pid, m->who.start, signo);

    neap_refused(rt, p, m->who.pid, signo, r);
    return r;
}

static void signal_group(neap_runtime *rt, process *p, const tree_group *g, int signo)
{
    neap_refused(rt, p, -g->id, signo, neap_group_signal(p, g, signo));
}

static void stop_group(neap_runtime *rt, process *p, tree_group *g)
{
    if (g->shared)
        return;
    neap_watch_hold(rt, g->entry);
    if (g->mixed)
        return;
    signal_group(rt, p, g, SIGSTOP);
    g->held = true;
}

static void stop_groups(neap_runtime *rt, process *p)
{
    stop_group(rt, p, &p->own);
    for (int i = 0; i < p->n_groups; i++)
        stop_group(rt, p, &p->groups[i]);
}

/* Before it is stopped alone: its group may be in the record, or not. */
static bool is_noted(neap_runtime *rt, process *p, member *m)
{
    if (!p->attached || neap_group_of(p, m) || neap_watch_member(rt, m))
        return true;
    warn(rt, p, m->who.pid, "has no room in the record");
    return false;
}

static void stop_member(neap_runtime *rt, process *p, member *m)
{
    if (!is_noted(rt, p, m))
        return;
    neap_watch_hold(rt, m->entry);
    m->held = signal_alone(rt, p, m, SIGSTOP) == 0;
    if (!m->held)
        neap_record_release(rt->record, m->entry);
}

/* Those whose group cannot be stopped as one; again, whom somebody has continued. */
static void stop_members(neap_runtime *rt, process *p)
{
    for (member *m = p->members; m; m = m->next) {
        const tree_group *g = neap_group_of(p, m);

        if ((g && !g->mixed) || m->stopped || m->exempt ||
            (m->held && m->who.state == 'T') || !neap_proc_lives(&m->who))
            continue;
        stop_member(rt, p, m);
    }
}

void neap_tree_hold_rest(neap_runtime *rt, process *p)
{
    for (int i = 0; i < PASSES; i++) {
        /* one that never forked has hardly begun to since */
        bool more = neap_orphans_find(rt, p) || (i == 0 && p->has_forked);

        more |= neap_tree_scan(rt, p) > 0;
        stop_groups(rt, p);
        stop_members(rt, p);
        set_held(rt, p, true);
        if (!more)
            return;
    }
}

void neap_tree_hold_runaway(neap_runtime *rt, process *p)
{
    p->suspect = true;
    neap_orphans_look(rt);
    neap_tree_hold_rest(rt, p);
    p->suspect = false;
}

static bool is_stopped(pid_t pid)
{
    neap_proc now;

    return neap_proc_read(pid, &now) == 0 && now.state == 'T';
}

/* May the known groups be stopped without a closer look? Those that the tree made
 * itself may have been stopped by their maker since the last one. */
static bool is_plain(const process *p)
{
    neap_ns every = 200 * SCAN_COST * p->n_members;

    if (p->task->slices <= 1 || p->own.mixed || p->n_foreign > 0 ||
        neap_orphans_are_loose(p) ||
        p->ran - p->looked_ran >= (every > SCAN_EVERY ? every : SCAN_EVERY))
        return false;
    for (int i = 0; i < p->n_groups; i++) {
        if (p->groups[i].mixed || p->groups[i].descriptor < 0 ||
            is_stopped(p->groups[i].id))
            return false;
    }
    return true;
}

static bool is_frozen(const neap_runtime *rt, const process *p)
{
    return rt->opt.actuator == NEAP_ACTUATOR_FREEZE && p->cgroup;
}

static void freeze(neap_runtime *rt, process *p)
{
    neap_watch_hold(rt, p->own.entry);
    neap_os_cgroup_freeze(p->cgroup);
}

void neap_tree_hold(neap_runtime *rt, process *p)
{
    if (p->own.entry < 0 && !p->own.shared && p->members)
        neap_group_note(rt, p, &p->own, &p->members->who);
    if (is_frozen(rt, p))
        freeze(rt, p);
    else if (is_plain(p))
        stop_groups(rt, p);
    else
        neap_tree_hold_rest(rt, p);
    set_held(rt, p, true);
}

void neap_tree_hold_again(neap_runtime *rt, process *p)
{
    if (is_frozen(rt, p))
        freeze(rt, p);
    else
        neap_tree_hold_rest(rt, p);
}

static bool is_pinned(const process *p)
{
    for (int i = 0; i < p->n_groups; i++) {
        if (p->groups[i].descriptor < 0 && !p->groups[i].shared)
            return false;
    }
    return true;
}

static void continue_group(neap_runtime *rt, process *p, tree_group *g)
{
    if (g->held)
        signal_group(rt, p, g, SIGCONT);
    g->held = false;
    neap_record_release(rt->record, g->entry);
}

static void turn_round(process *p)
{
    member *back = NULL;

    for (member *m = p->members, *next; m; m = next) {
        next = m->next;
        m->next = back;
        back = m;
    }
    p->members = back;
}

/* Those that were stopped alone, children before their parents: a group that is stopped
 * and left by the last parent outside it gets a HUP from the kernel. */
static void continue_members(neap_runtime *rt, process *p)
{
    turn_round(p);
    for (member *m = p->members; m; m = m->next) {
        if (m->held)
            signal_alone(rt, p, m, SIGCONT);
        neap_record_release(rt->record, m->entry);
        m->held = false;
    }
    turn_round(p);
}

/* Only what we have stopped. */
void neap_tree_release(neap_runtime *rt, process *p)
{
    if (is_frozen(rt, p) && p->held)
        neap_os_cgroup_thaw(p->cgroup);
    if (!is_pinned(p))
        neap_tree_scan(rt, p);
    for (int i = 0; i < p->n_groups; i++)
        continue_group(rt, p, &p->groups[i]);
    if (p->held)
        continue_members(rt, p);
    continue_group(rt, p, &p->own);
    set_held(rt, p, false);
}

void neap_tree_signal(neap_runtime *rt, process *p, int signo)
{
    int fresh = neap_tree_scan(rt, p);

    if (p->cgroup && signo == SIGKILL && neap_os_cgroup_kill(p->cgroup) >= 0)
        return;
    for (int i = 0; i < PASSES && fresh > 0; i++)
        fresh = neap_tree_scan(rt, p);
    signal_group(rt, p, &p->own, signo);
    for (int i = 0; i < p->n_groups; i++)
        signal_group(rt, p, &p->groups[i], signo);
    for (member *m = p->members; m; m = m->next) {
        if (!neap_group_of(p, m))
            signal_alone(rt, p, m, signo);
    }
}

bool neap_tree_has_rest(const process *p)
{
    return p->n_members > 1 || p->group_left;
}

bool neap_tree_lives(neap_runtime *rt, process *p)
{
    neap_tree_scan(rt, p);
    return neap_tree_has_rest(p) || (p->members && neap_proc_lives(&p->members->who));
}

void neap_tree_end_rest(neap_runtime *rt, process *p, neap_kill_mode mode)
{
    neap_tree_signal(rt, p, mode == NEAP_KILL_NOW ? SIGKILL : SIGTERM);
    neap_tree_signal(rt, p, SIGCONT);
    neap_tree_release(rt, p);
}
