/* account.c - the CPU time of a task's tree.
 *
 * Exact is what the best source says of the whole tree. The leader's own clock is the
 * cheapest thing to read, and says the same as long as the leader does the work: so a
 * decision adds what the leader has used since the last exact reading, and asks the
 * source itself where the leader had the cpu and left it to others. A tree that was
 * stopped is read once more when its account is exact, which costs little then.
 */
#include "attach.h"
#include "runtime.h"
#include <unistd.h>

#define EXACT_AFTER NEAP_MS  /* a stopped process's account is exact by then */
#define SAME (200 * NEAP_US) /* readings this near to each other are one */
enum {
    ASK_SOURCE = 8, /* of so many times that a lone sleeper is asked, once */
    LOOKS = 5       /* after a hold, as long as somebody runs on */
};
/* From then on a held tree is watched (sleep.c), though nothing else wakes us. */
#define CORRECT_WITHIN (20 * NEAP_MS)
/* In time that it ran: how often a leader that never forked is asked whether it did. */
#define SOURCE_EVERY (100 * NEAP_MS)

void neap_account_open(neap_runtime *rt, process *p)
{
    neap_source *source = &neap_core_about(p->task)->source;

    *source = p->cgroup ? NEAP_SOURCE_CGROUP : NEAP_SOURCE_CLOCKS;
    if (p->cgroup)
        return;
    if (!(rt->opt.without & NEAP_WITHOUT_PERF))
        p->counter = neap_os_tree_counter(p->task->about->pid);
    if (p->counter >= 0)
        *source = NEAP_SOURCE_PERF;
    neap_guard_orphans(rt->guard);
}

void neap_account_orphan(neap_runtime *rt, pid_t pid, process *of, neap_ns used)
{
    member *m = pid ? neap_member_find(rt, pid) : NULL;

    rt->forks = true;
    if (!of && m)
        of = m->of;
    if (of)
        of->orphans_cpu += used;
    if (m)
        neap_tree_forget(rt, m);
}

void neap_account_close(process *p)
{
    if (p->counter >= 0)
        close(p->counter);
    p->counter = -1;
}

/* The clocks of those who live, what they have reaped, what the guard has reaped. */
static neap_ns clocks(const process *p)
{
    neap_ns sum = p->orphans_cpu + p->exited_cpu;

    if (!p->has_forked && p->phase != P_ENDED)
        return p->leader_cpu;
    for (member *m = p->members; m; m = m->next) {
        neap_proc now;

        if (p->phase == P_ENDED && m->who.pid == p->task->about->pid)
            continue;
        if (neap_proc_read(m->who.pid, &now) == 0 &&
            (!m->who.start || now.start == m->who.start) &&
            neap_os_member_cpu(&now, &m->used) == 0)
            sum += m->used;
    }
    return sum;
}

void neap_account_seen(const neap_runtime *rt, member *m)
{
    const member *parent = neap_member_find(rt, m->who.parent);

    m->parents = parent && parent->of == m->of ? parent->who.reaped : 0;
}

/* Where the parent lives, and has reaped nobody, it ignores SIGCHLD: then the kernel
 * throws away what the child had used. What we have seen of that is kept. */
void neap_account_missed(const neap_runtime *rt, process *p, const member *m)
{
    const member *known = neap_member_find(rt, m->who.parent);
    neap_proc parent;

    if (m->used > 0 && m->who.state == 'X' && known && known->of == p &&
        neap_proc_read(m->who.parent, &parent) == 0 && neap_proc_lives(&parent) &&
        parent.reaped == m->parents)
        p->orphans_cpu += m->used;
}

/* The counter counts what a hypervisor steals, and the clocks do not: where they differ
 * by no more than that, the leader is alone, and its clock is the better one. */
static bool is_alone(const process *p, neap_ns counted)
{
    neap_ns more = counted - p->leader_cpu;

    return !p->has_forked && more < p->leader_cpu / 50 + NEAP_MS;
}

/* Of one that we did not start: what it had used before is not its task's. A member
 * whose clocks nobody has inherited leaves what it had used with the task, unless that
 * was on its way from the one to the other while we read. */
static neap_ns since_attached(process *p)
{
    neap_ns sum = clocks(p);

    if (sum - p->attached->before < p->exact)
        sum = clocks(p);
    if (sum - p->attached->before < p->exact)
        p->attached->before = sum - p->exact;
    return sum - p->attached->before;
}

void neap_account_attach(process *p)
{
    neap_core_about(p->task)->source = NEAP_SOURCE_CLOCKS;
    neap_os_process_cpu(p->task->about->pid, &p->leader_cpu);
    p->attached->before = clocks(p);
    p->exact_leader = p->leader_cpu;
}

/* The counter of a child begins after its fork and ends before its exit does, which is
 * a tenth of /bin/true. The clocks miss nothing, but are read one by one and lag behind
 * by ticks of 10 ms: so they tell now and then what is to be added. They are read
 * first, since what runs meanwhile must not be added. */
static bool read_counter(process *p, neap_ns *used)
{
    bool due = p->phase == P_ENDED ||
               p->ran - p->clocks_ran >= SOURCE_EVERY * (1 + p->n_members / 8);
    neap_ns by_clocks = due && p->counter >= 0 ? clocks(p) : 0;

    if (p->counter < 0 || neap_os_tree_cpu(p->counter, used) != 0)
        return false;
    if (due)
        p->clocks_ran = p->ran;
    if (is_alone(p, *used))
        *used = p->leader_cpu;
    else if (by_clocks > *used + p->missed)
        p->missed = by_clocks - *used;
    *used += p->missed;
    return true;
}

static neap_ns whole_tree(process *p)
{
    neap_ns used;

    if (p->attached)
        return since_attached(p);
    if (p->cgroup && neap_os_cgroup_cpu(p->cgroup, &used) == 0)
        return used;
    return read_counter(p, &used) ? used : clocks(p);
}

/* Nobody of ours keeps an attached one as a zombie: its end was read already. */
static bool read_leader(process *p)
{
    if (p->attached && p->phase == P_ENDED)
        return true;
    return (p->phase == P_LIVE || p->phase == P_ENDED) && p->task->about->pid > 0 &&
           neap_os_process_cpu(p->task->about->pid, &p->leader_cpu) == 0;
}

static neap_ns estimate(const process *p)
{
    return p->exact + p->leader_cpu - p->exact_leader;
}

static void tell(neap_runtime *rt, process *p, neap_ns now)
{
    p->told_at = now;
    neap_core_measured(rt->core, now, p->task, estimate(p));
}

void neap_account_exact(neap_runtime *rt, process *p, neap_ns now)
{
    neap_ns exact;

    if (!read_leader(p))
        return;
    exact = whole_tree(p);
    if (exact > p->exact)
        p->exact = exact;
    p->exact_leader = p->leader_cpu;
    p->exact_ran = p->ran;
    if (exact - p->leader_cpu > p->leader_cpu / 50 + NEAP_MS)
        p->has_forked = true;
    tell(rt, p, now);
}

void neap_account_reaped(neap_runtime *rt, process *p, neap_ns used)
{
    if (used <= p->exact)
        return;
    p->exact = used;
    p->exact_leader = p->leader_cpu;
    tell(rt, p, neap_loop_now(rt));
}

/* Alone, it can have started nobody without using time itself; whom it lost before, and
 * nobody has found, shows in the source, which is asked now and then. */
bool neap_account_stands_still(process *p)
{
    neap_ns used;

    if (!p->has_forked && p->n_members == 1 && p->asked++ % ASK_SOURCE != 0)
        return neap_os_process_cpu(p->task->about->pid, &used) == 0 &&
               used == p->leader_cpu;
    return p->cgroup && neap_os_cgroup_cpu(p->cgroup, &used) == 0 && used == p->exact;
}

/* Has the leader had less than three quarters of the time since it was let go? */
static bool leader_was_idle(const process *p, neap_ns now)
{
    neap_ns used = p->leader_cpu - p->released_cpu, wall = now - p->released_at;

    return !p->held && 4 * used < 3 * wall;
}

/* The look of a turn has read it for the decision, as a rule. */
void neap_account_measure(neap_runtime *rt, process *p, neap_ns now)
{
    if (now - p->told_at < SAME || !read_leader(p))
        return;
    if (leader_was_idle(p, now))
        neap_account_exact(rt, p, now);
    else
        tell(rt, p, now);
}

void neap_account_all(neap_runtime *rt, neap_ns now)
{
    int cpus = neap_core_ctx(rt->core)->cpus;

    for (int i = 0; i < cpus && rt->guard; i++) {
        neap_task *t = neap_core_current(rt->core, i);

        if (t && t->about->process)
            neap_account_measure(rt, t->about->process, now);
    }
}

static void correct_at(neap_runtime *rt, process *p, neap_ns when)
{
    p->correct_at = when;
    if (p->correct)
        return;
    p->correct = true;
    p->next_held = rt->held;
    rt->held = p;
}

void neap_account_correct_later(neap_runtime *rt, process *p, neap_ns now)
{
    p->stopped_at = now;
    p->looks = 0;
    correct_at(rt, p, now + EXACT_AFTER);
}

/* Enough to see whether anybody who is known goes on. */
static neap_ns quick(const process *p)
{
    neap_ns sum = 0, used;

    if (p->cgroup && neap_os_cgroup_cpu(p->cgroup, &used) == 0)
        return used;
    if (p->counter >= 0 && neap_os_tree_cpu(p->counter, &used) == 0)
        return used;
    for (const member *m = p->members; m; m = m->next)
        sum += neap_os_process_cpu(m->who.pid, &used) == 0 ? used : 0;
    return sum;
}

static void correct(neap_runtime *rt, process *p, neap_ns now)
{
    if (p->has_forked || p->ran - p->exact_ran >= SOURCE_EVERY)
        neap_account_exact(rt, p, now);
    else if (read_leader(p))
        tell(rt, p, now);
    p->held_cpu = estimate(p);
}

/* One signal to a group reaches all that are in it, but who was in it at the last look
 * may have left it since. Returns whether it should be looked at once more. */
static bool confirm(neap_runtime *rt, process *p)
{
    bool runs_on = quick(p) > p->held_quick + SAME;

    if (runs_on)
        neap_tree_hold_runaway(rt, p);
    return runs_on;
}

/* When its account is exact; and, of a tree, a moment later. What still runs on then
 * may not be ours to stop. */
static bool correct_or_confirm(neap_runtime *rt, process *p, neap_ns now)
{
    bool again;

    if (p->looks++ == 0) {
        correct(rt, p, now);
        again = p->has_forked;
    } else {
        again = p->held && confirm(rt, p) && p->looks < LOOKS;
    }
    if (!again || !p->held || p->phase != P_LIVE)
        return false;
    p->held_quick = quick(p);
    return true;
}

void neap_account_correct(neap_runtime *rt, neap_ns now)
{
    process *again = NULL, **at = &rt->held;

    while (*at) {
        process *p = *at;

        if (now < p->correct_at) {
            at = &p->next_held;
            continue;
        }
        *at = p->next_held;
        p->correct = false;
        if (!correct_or_confirm(rt, p, now))
            continue;
        p->next_held = again;
        again = p;
    }
    while (again) {
        process *p = again;

        again = p->next_held;
        correct_at(rt, p, now + EXACT_AFTER);
    }
}

neap_ns neap_account_due(const neap_runtime *rt)
{
    return rt->held ? rt->held->correct_at + CORRECT_WITHIN : NEAP_FOREVER;
}

void neap_account_uncorrect(neap_runtime *rt, process *p)
{
    for (process **at = &rt->held; p->correct && *at; at = &(*at)->next_held) {
        if (*at == p) {
            *at = p->next_held;
            p->correct = false;
            return;
        }
    }
}
