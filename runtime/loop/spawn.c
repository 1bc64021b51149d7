/* spawn.c - with the guard: tasks get their process, and what becomes of it is heard.
 *
 *   START order -> spawn -> FORKED -> go -> STARTED ... EXITED -> (rest.c) reap
 *
 * A task's cpu is filled in the decision that hears EXITED.
 */
#include "attach.h"
#include "limits.h"
#include "os/children.h"
#include "runtime.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static bool executable(const char *path)
{
    return access(path, X_OK) == 0;
}

/* By option, by NEAP_GUARD, beside this library, below its prefix, where it was
 * installed. */
int neap_spawn_find_guard(const neap_runtime *rt, char *out, size_t room)
{
    static const char *const beside[] = {"", "/../libexec/neap", "/../../libexec/neap",
                                         "/../../../libexec/neap",
                                         "/../../../../libexec/neap"};
    const char *said = rt->guard_path ? rt->guard_path : getenv("NEAP_GUARD");
    char dir[3072];
    int r;

    if (said) {
        snprintf(out, room, "%s", said);
        if (executable(out))
            return 0;
        return neap_error(NEAP_EGUARD, "cannot run the guard \"%s\": %s", said,
                          strerror(errno));
    }
    r = neap_os_self_dir(dir, sizeof dir);
    for (size_t i = 0; r == 0 && i < sizeof beside / sizeof *beside; i++) {
        snprintf(out, room, "%s%s/neap-guard", dir, beside[i]);
        if (executable(out))
            return 0;
    }
    snprintf(out, room, "%s/neap-guard", NEAP_LIBEXECDIR);
    if (executable(out))
        return 0;
    if (r < 0 && r != -ENOENT)
        return neap_error(NEAP_EGUARD, "cannot look for the guard program: %s",
                          neap_strerror(r));
    return neap_error(
        NEAP_EGUARD,
        "cannot find the guard program neap-guard: not in %.300s, nor in "
        "libexec/neap of its prefix, nor in %.300s: set NEAP_GUARD to its path",
        r == 0 ? dir : "the folder of neap", NEAP_LIBEXECDIR);
}

int neap_spawn_guard(neap_runtime *rt)
{
    char path[4096];
    int r;

    if (!rt->live)
        return neap_error(NEAP_EUNSUPPORTED, "processes need the live clock");
    if (rt->guard)
        return 0;
    r = neap_spawn_find_guard(rt, path, sizeof path);
    if (r == 0)
        r = neap_cgroups_open(rt);
    if (r < 0)
        return r;
    rt->adopts = rt->opt.adopt && neap_os_adopt_orphans() == 0;
    neap_watch_open(rt);
    rt->beat_at = 0;
    neap_rank_lower(rt);
    r = neap_guard_open(&rt->guard, path,
                        &(neap_guard_options){
                            .on_death = rt->opt.on_death == NEAP_DEATH_END
                                            ? NEAP_GUARD_END
                                            : NEAP_GUARD_CONTINUE,
                            .grace = rt->opt.grace,
                            .record = rt->record,
                            .keeper = rt->adopts,
                            .stuck_after = rt->opt.stuck_after,
                        });
    neap_rank_raise(rt);
    if (r == 0)
        return 0;
    return neap_error(NEAP_EGUARD, "cannot start the guard \"%s\": %s", path,
                      r == -EPROTO ? "it is not a guard of this version"
                                   : neap_strerror(r));
}

/* A task is over for the core; if it has no process, there is nothing to wait for. */
void neap_spawn_end(neap_runtime *rt, neap_task *t, neap_how how, int code)
{
    process *p = t->about->process;

    neap_core_ended(rt->core, neap_loop_now(rt), t, how, code);
    if (p) {
        p->phase = P_GONE;
        neap_account_uncorrect(rt, p);
        neap_output_ended(rt, p);
    }
    neap_fifo_push(&rt->gone, t);
}

static void start_later(void *user, neap_runtime *rt, neap_timer id)
{
    neap_task *t = neap_core_find(rt->core, (neap_id)(uintptr_t)user);

    if (t && t->state == NEAP_STATE_STARTING)
        neap_spawn_start(rt, t->about->process);
}

void neap_spawn_start(neap_runtime *rt, process *p)
{
    neap_id id = p->task->id;
    neap_guard_job job = {.program = p->program,
                          .argv = (const char *const *)p->argv,
                          .env = (const char *const *)(p->env ? p->env : environ),
                          .cwd = p->cwd,
                          .limits = neap_limits_of(rt, p),
                          .inherit_stdin = p->input == NEAP_STDIN_INHERIT};
    neap_ns again = neap_place_get(rt, neap_loop_now(rt), &job.cpus);
    char cgroup[PATH_MAX];
    neap_os_cpuset own;
    int fds[3], r;

    p->phase = P_ASKED;
    p->sent = false;
    r = again ? -EAGAIN : neap_output_begin(rt, p, fds);
    if (r == -EAGAIN) {
        again = again ? again : neap_loop_now(rt) + NEAP_MS;
        r = neap_timers_add(rt, again, 0, start_later, (void *)(uintptr_t)id, NULL,
                            true, NULL);
        if (r < 0)
            neap_spawn_end(rt, p->task, NEAP_HOW_ERROR, -r);
        return;
    }
    neap_place_own(rt, p, &job.cpus, &own);
    job.null_output = p->output.mode == NEAP_OUTPUT_NULL;
    job.fds = fds;
    if (r == 0) {
        neap_cgroup_give_back(p); /* of a guard that died before it could start this */
        r = neap_cgroup_take(rt, p, cgroup, sizeof cgroup);
        job.cgroup = cgroup[0] ? cgroup : NULL;
        job.goes_at_once = p->cgroup != NULL; /* else its counter is opened first */
        if (r == 0)
            r = rt->guard ? neap_guard_spawn(rt->guard, id, &job) : -EPIPE;
        if (r == -EPIPE && rt->guard) /* it died: we shall hear it, and ask the next */
            r = 0;
        p->sent = r == 0;
        neap_output_sent(p, fds);
    }
    if (r < 0)
        neap_spawn_end(rt, p->task, NEAP_HOW_ERROR, -r);
}

void neap_spawn_started(neap_runtime *rt, process *p)
{
    uint64_t signals = p->signals_later;
    bool ending = p->ending, now = signals >> (SIGKILL - 1) & 1;

    p->phase = P_LIVE;
    neap_process_forget_job(p);
    neap_process_went_on(p, neap_loop_now(rt));
    neap_sleep_begin(rt, p, neap_loop_now(rt));
    neap_sleep_started(p, neap_loop_now(rt));
    neap_core_started(rt->core, neap_loop_now(rt), p->task);
    neap_overtime_began(rt, p);
    p->signals_later = 0;
    p->ending = false;
    if (ending)
        neap_process_kill(rt, p, now ? NEAP_KILL_NOW : NEAP_KILL_GRACE);
    for (int signo = 1; signo <= 64 && !ending; signo++) {
        if (signals >> (signo - 1) & 1)
            neap_process_signal(rt, p, signo);
    }
}

/* Its leader has gone; the rest of its tree is seen to. */
static void leader_gone(neap_runtime *rt, process *p, neap_how how, int code)
{
    neap_ns now = neap_loop_now(rt);

    p->phase = P_ENDED;
    neap_account_exact(rt, p, now);
    neap_core_ended(rt->core, now, p->task, how, code);
    neap_account_uncorrect(rt, p);
    neap_sleep_forget(rt, p);
    neap_rest_expect(rt, p);
}

/* No zombie keeps its number: so no group of that number is signalled any more, only
 * those who are known to be its own. */
void neap_spawn_lost(neap_runtime *rt, process *p)
{
    p->ended_at = neap_loop_now(rt);
    p->own.shared = true;
    neap_tree_signal(rt, p, SIGCONT);
    leader_gone(rt, p, NEAP_HOW_LOST, 0);
}

void neap_spawn_exited(neap_runtime *rt, process *p, const neap_guard_event *e)
{
    neap_how how = e->signalled ? NEAP_HOW_SIGNAL : NEAP_HOW_EXIT;
    int code = e->code;

    p->ended_at = neap_loop_now(rt);
    if (p->timed_out) {
        how = NEAP_HOW_TIMEOUT;
        code = e->signalled ? e->code : SIGTERM;
    } else if (p->ended_by_run) {
        how = NEAP_HOW_ENDED;
        code = e->signalled ? 128 + e->code : e->code;
    }
    if (p->phase != P_LIVE) /* it died before it could exec */
        how = NEAP_HOW_ERROR, code = ESRCH;
    p->exited_cpu = e->cpu;
    leader_gone(rt, p, how, code);
}

static void on_failed(neap_runtime *rt, process *p, const neap_guard_event *e)
{
    if (p->phase == P_FORKED &&
        e->error == ECONNRESET) { /* it waited for a dead guard */
        neap_adopt_again(rt, p);
        return;
    }
    neap_unstarted_tell(rt, p, e);
    neap_spawn_end(rt, p->task, NEAP_HOW_ERROR, e->error);
}

static void on_event(neap_runtime *rt, const neap_guard_event *e)
{
    neap_task *t = neap_core_find(rt->core, e->tag);
    process *p = t ? t->about->process : NULL;

    if (e->kind == NEAP_GUARD_LOST)
        neap_lost(rt);
    else if (e->kind == NEAP_GUARD_MOVED)
        neap_moved(rt);
    else if (e->kind == NEAP_GUARD_ORPHAN)
        neap_account_orphan(rt, e->pid, p, e->cpu);
    else if (e->kind == NEAP_GUARD_STUCK)
        neap_watch_stuck(rt, e->cpu);
    if (!p)
        return;
    switch (e->kind) {
    case NEAP_GUARD_FORKED:
        neap_core_about(t)->pid = e->pid;
        p->phase = P_FORKED;
        neap_account_open(rt, p);
        neap_tree_born(rt, p);
        if (!p->cgroup)
            neap_guard_go(rt->guard, e->tag);
        break;
    case NEAP_GUARD_STARTED:
        neap_spawn_started(rt, p);
        break;
    case NEAP_GUARD_FAILED:
        on_failed(rt, p, e);
        break;
    case NEAP_GUARD_EXITED:
        neap_spawn_exited(rt, p, e);
        break;
    case NEAP_GUARD_REAPED:
        neap_rest_reaped(rt, p, e);
        break;
    case NEAP_GUARD_STUCK:
    case NEAP_GUARD_ORPHAN:
    case NEAP_GUARD_MOVED:
    case NEAP_GUARD_LOST:
        break;
    }
}

void neap_spawn_listen(neap_runtime *rt)
{
    neap_guard_event e;

    if (rt->child_ended)
        neap_adopt_reap(rt);
    if (rt->guard_speaks) {
        rt->guard_speaks = false;
        while (rt->guard && neap_guard_next(rt->guard, &e))
            on_event(rt, &e);
    }
    neap_attach_listen(rt);
    neap_rest_look(rt);
}
