/* watch.c - the record of what may be held, and the heartbeat: what the guard goes by
 * when we are dead, stopped or stuck.
 */
#include "runtime.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

void neap_watch_open(neap_runtime *rt)
{
    neap_report report = {.kind = NEAP_REPORT_LOG};
    char text[160];
    int r;

    if (rt->record)
        return;
    if (rt->opt.adopt)
        neap_rescue_at_start(rt);
    r = neap_record_open(&rt->record, rt->opt.on_death == NEAP_DEATH_END,
                         rt->opt.grace);
    if (r == 0 && rt->cgroups)
        neap_record_set_cgroups(rt->record, neap_os_cgroup_base(rt->cgroups));
    if (r == 0 && neap_record_where(rt->record) == NEAP_RECORD_FILE)
        return;
    snprintf(text, sizeof text,
             "no record for `neap rescue`: %s (XDG_RUNTIME_DIR may name a directory of "
             "yours)",
             r < 0 ? neap_strerror(r) : "no directory for it is ours alone");
    report.message = text;
    neap_loop_tell(rt, &report);
}

void neap_watch_close(neap_runtime *rt)
{
    neap_record_close(rt->record);
    rt->record = NULL;
    rt->beat_at = NEAP_FOREVER;
}

/* Before anything of it can be held. Without a record, or room in it, it is held all
 * the same: the guard knows its own children. */
void neap_watch_add(neap_runtime *rt, const process *p, tree_group *g,
                    const neap_proc *who)
{
    neap_record_entry entry = {.tag = p->task->id,
                               .whose = p->attached ? NEAP_RECORD_ATTACHED
                                                    : NEAP_RECORD_OURS,
                               .pid = who->pid,
                               .group = g->id,
                               .session = who->session};
    char path[PATH_MAX];

    g->entry = -1;
    if (!rt->record)
        return;
    if (g == &p->own && rt->opt.actuator == NEAP_ACTUATOR_FREEZE && p->cgroup &&
        neap_os_cgroup_path(p->cgroup, path, sizeof path) == 0) {
        entry.group = 0;
        entry.cgroup = strrchr(path, '/') + 1;
    }
    g->entry = neap_record_put(rt->record, &entry);
}

void neap_watch_drop(neap_runtime *rt, tree_group *g)
{
    if (rt->record)
        neap_record_drop(rt->record, g->entry);
    g->entry = -1;
}

bool neap_watch_member(neap_runtime *rt, member *m)
{
    neap_record_entry entry = {.tag = m->of->task->id,
                               .whose = NEAP_RECORD_ATTACHED,
                               .pid = m->who.pid,
                               .start = m->who.start};

    if (m->entry < 0 && rt->record)
        m->entry = neap_record_put(rt->record, &entry);
    return m->entry >= 0;
}

void neap_watch_drop_member(neap_runtime *rt, member *m)
{
    if (rt->record)
        neap_record_drop(rt->record, m->entry);
    m->entry = -1;
}

void neap_watch_beat(neap_runtime *rt, neap_ns now)
{
    if (!rt->guard || !rt->record || !neap_record_has_held(rt->record)) {
        rt->beat_at = rt->record ? 0 : NEAP_FOREVER;
        return;
    }
    neap_guard_beat(rt->guard, now);
    rt->beat_at = neap_guard_beat_every(rt->guard);
    if (rt->beat_at != NEAP_FOREVER)
        rt->beat_at += now;
}

/* Before it is stopped. If it is the first, then the guard begins to watch now: later we
 * may be stopped ourselves. */
void neap_watch_hold(neap_runtime *rt, int entry)
{
    neap_record_hold(rt->record, entry);
    if (rt->beat_at == 0)
        neap_watch_beat(rt, neap_loop_now(rt));
}

neap_ns neap_watch_due(const neap_runtime *rt)
{
    return rt->record && neap_record_has_held(rt->record) ? rt->beat_at : NEAP_FOREVER;
}

int neap_watch_hold_again(neap_runtime *rt, neap_ns ran)
{
    neap_ns now = neap_loop_now(rt);
    int count = 0;

    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        process *p = t->about->process;

        if (!p || p->phase != P_LIVE || !p->held || !neap_core_is_held(t))
            continue;
        p->ran += ran;
        neap_tree_hold_again(rt, p);
        neap_account_correct_later(rt, p, now);
        count++;
    }
    return count;
}

void neap_watch_stuck(neap_runtime *rt, neap_ns time)
{
    neap_report report = {.kind = NEAP_REPORT_GUARD};
    char text[128];

    neap_watch_hold_again(rt, time);
    snprintf(text, sizeof text,
             "was stopped or stuck for %.1f s: tasks were continued meanwhile",
             (double)time / NEAP_S);
    report.message = text;
    neap_loop_tell(rt, &report);
}
