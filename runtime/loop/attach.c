/* attach.c - processes that we did not start become tasks, and what becomes of them. */
#include "attach.h"
#include "os/tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* To read a clock that nobody keeps for us after the end; and where the kernel has no
 * descriptor for the end, to look for it. */
#define LOOK_EVERY (100 * NEAP_MS)
enum {
    ASKS = 3,     /* how it ended, while its parent leaves it a zombie that is secret */
    ENOUGH = 1024 /* processes below it: no allocation */
};

static void tell(neap_runtime *rt, const neap_task *t, const char *text)
{
    neap_report report = {.kind = NEAP_REPORT_TASK, .message = text, .task = t->id};

    neap_loop_tell(rt, &report);
}

/* Ends. */

static void ended(neap_runtime *rt, process *p, int code, bool signalled)
{
    neap_ns used = p->leader_cpu + neap_os_member_waited(&p->members->who);
    neap_proc now;
    neap_guard_event e = {.kind = NEAP_GUARD_EXITED,
                          .tag = p->task->id,
                          .pid = p->task->about->pid,
                          .code = code,
                          .signalled = signalled};

    if (neap_proc_read(p->task->about->pid, &now) == 0 &&
        now.start == p->attached->who.start)
        neap_os_member_cpu(&now, &used);
    e.cpu = used;
    neap_spawn_exited(rt, p, &e);
}

static void listen_to(neap_runtime *rt, process *p)
{
    attached *a = p->attached;
    bool signalled = false;
    char text[160];
    int code = 0, r = neap_os_attach_code(a->descriptor, &a->who, &code, &signalled);

    if (r == -EAGAIN && a->asked++ < ASKS)
        return; /* the timer asks again */
    if (r < 0) {
        snprintf(text, sizeof text,
                 "task %llu (%.40s): nobody tells with what code process %d has ended: "
                 "taken for 0",
                 (unsigned long long)p->task->id, p->task->about->name,
                 (int)p->task->about->pid);
        tell(rt, p->task, text);
    }
    ended(rt, p, code, signalled);
}

void neap_attach_listen(neap_runtime *rt)
{
    if (!rt->attached_over)
        return;
    rt->attached_over = false;
    for (process *p = rt->attached; p; p = p->attached->next)
        if (p->attached->over && p->phase == P_LIVE)
            listen_to(rt, p);
}

static bool is_gone(const attached *a)
{
    neap_proc now;

    return neap_proc_read(a->who.pid, &now) != 0 || now.start != a->who.start ||
           !neap_proc_lives(&now);
}

static void look_at_all(void *user, neap_runtime *rt, neap_timer id);

static void look_later(neap_runtime *rt)
{
    rt->attached_seen = neap_timers_add(rt, neap_loop_now(rt) + LOOK_EVERY, 0,
                                        look_at_all, NULL, NULL, true, NULL) == 0;
}

static void look_at_all(void *user, neap_runtime *rt, neap_timer id)
{
    rt->attached_seen = false;
    for (process *p = rt->attached; p; p = p->attached->next) {
        attached *a = p->attached;

        if (p->phase != P_LIVE)
            continue;
        if (!p->held)
            neap_account_measure(rt, p, neap_loop_now(rt));
        a->over |= a->descriptor < 0 && is_gone(a);
        rt->attached_over |= a->over;
    }
    if (rt->attached)
        look_later(rt);
}

void neap_attach_let_go(neap_runtime *rt, process *p)
{
    if (p->phase != P_LIVE)
        return;
    neap_account_exact(rt, p, neap_loop_now(rt));
    neap_process_release(rt, p);
    neap_sleep_forget(rt, p);
    neap_spawn_end(rt, p->task, NEAP_HOW_ENDED, 0);
}

void neap_attach_forget(neap_runtime *rt, process *p)
{
    attached *a = p->attached;

    if (!a)
        return;
    for (process **at = &rt->attached; *at; at = &(*at)->attached->next) {
        if (*at != p)
            continue;
        *at = a->next;
        break;
    }
    neap_live_unwatch(rt, a->watch);
    if (a->descriptor >= 0)
        close(a->descriptor);
    free(a);
    p->attached = NULL;
}

/* Beginning. */

/* Does it, or what is below it, belong to somebody here? */
static int check_ours(const neap_runtime *rt, pid_t pid)
{
    pid_t some[ENOUGH], *pids;
    int count = neap_os_tree_pids(pid, some, ENOUGH, &pids), r = 0;

    if (rt->output.collector && pid == neap_collector_pid(rt->output.collector))
        return neap_error(NEAP_EINVAL, "process %d is neap's own: it passes output on",
                          (int)pid);
    for (int i = 0; i < count && r == 0; i++) {
        const member *m = neap_member_find(rt, pids[i]);

        if (m && m->of)
            r = neap_error(
                NEAP_ESTATE, "process %d %s task %llu (%.40s) already", (int)pid,
                i == 0 ? "belongs to" : "is above a process that belongs to",
                (unsigned long long)m->of->task->id, m->of->task->about->name);
    }
    neap_os_tree_pids_free(some, pids);
    return count < 0 ? neap_error(NEAP_EMEMORY, NULL) : r;
}

/* Only the record tells the guard of it. */
static int check_record(const neap_runtime *rt, pid_t pid)
{
    if (rt->record || rt->opt.actuator == NEAP_ACTUATOR_NONE)
        return 0;
    return neap_error(NEAP_EUNSUPPORTED,
                      "cannot hold process %d: no record could be made by which the "
                      "guard would continue it",
                      (int)pid);
}

static int check(const neap_runtime *rt, pid_t pid, neap_os_attached *as)
{
    char why[256];
    int r = neap_os_attach_check(pid, neap_guard_pid(rt->guard), as, why, sizeof why);

    if (r < 0)
        return neap_error(-r, "%s", why);
    r = check_ours(rt, pid);
    return r < 0 ? r : check_record(rt, pid);
}

static process *make(const neap_os_attached *as)
{
    process *p = calloc(1, sizeof *p);
    attached *a = p ? calloc(1, sizeof *a) : NULL;

    if (!a) {
        free(p);
        return NULL;
    }
    a->who = as->who;
    a->descriptor = -1;
    p->attached = a;
    p->phase = P_LIVE;
    p->may_be_late = true; /* what we did not start we do not end */
    p->kill_at = p->hold_at = NEAP_FOREVER;
    p->counter = p->own.descriptor = p->own.entry = -1;
    return p;
}

/* -ENOSYS: without a descriptor, too. */
static int watch(neap_runtime *rt, process *p)
{
    attached *a = p->attached;

    a->descriptor = neap_os_attach_open(&a->who);
    if (a->descriptor == -ESRCH)
        return neap_error(ESRCH, "process %d has ended", (int)a->who.pid);
    if (a->descriptor < 0) /* looked for each 100 ms */
        return 0;
    a->watch = neap_live_watch(rt, a->descriptor, &a->over);
    return a->watch ? 0 : neap_error(NEAP_EMEMORY, NULL);
}

static void join(neap_runtime *rt, process *p, neap_task *t)
{
    neap_core_about(t)->process = p;
    neap_core_about(t)->pid = p->attached->who.pid;
    p->task = t;
    p->attached->next = rt->attached;
    rt->attached = p;
    if (!rt->attached_seen)
        look_later(rt);
}

static int give_up(neap_runtime *rt, process *p)
{
    neap_task *t = p->task;

    neap_core_ended(rt->core, neap_loop_now(rt), t, NEAP_HOW_LOST, 0);
    neap_process_free(rt, p);
    neap_core_about(t)->process = NULL;
    neap_core_forget(rt->core, t);
    return neap_error(NEAP_EMEMORY, NULL);
}

static void warn_of_parent(neap_runtime *rt, const neap_task *t,
                           const neap_os_attached *as)
{
    char text[200];

    if (!as->parent_notices || rt->opt.actuator == NEAP_ACTUATOR_NONE)
        return;
    snprintf(text, sizeof text,
             "task %llu (%.40s): the parent of process %d, %d (%s), may notice each "
             "stop, as shells with job control do",
             (unsigned long long)t->id, t->about->name, t->about->pid,
             (int)as->who.parent, as->parent);
    tell(rt, t, text);
}

/* Held from the beginning, as all that wait; who sleeps, when it wakes. */
static void begin(neap_runtime *rt, process *p)
{
    neap_ns now = neap_loop_now(rt);

    neap_account_attach(p);
    neap_process_went_on(p, now);
    if (rt->opt.actuator != NEAP_ACTUATOR_NONE && !neap_core_is_paused(rt->core))
        neap_process_hold(rt, p, now);
}

static int attach(neap_runtime *rt, pid_t pid, const neap_spec *spec, neap_id *out)
{
    neap_spec named = *spec;
    neap_os_attached as;
    neap_task *t;
    process *p;
    int r = check(rt, pid, &as);

    if (r < 0)
        return r;
    p = make(&as);
    if (!p)
        return neap_error(NEAP_EMEMORY, NULL);
    if (!named.name)
        named.name = as.name;
    r = watch(rt, p);
    if (r == 0)
        r = neap_core_add(rt->core, neap_loop_now(rt), &named, NEAP_ATTACHED, &t);
    if (r < 0) {
        neap_process_free(rt, p);
        return r;
    }
    join(rt, p, t);
    neap_tree_attach(rt, p, &as);
    if (!p->members)
        return give_up(rt, p);
    begin(rt, p);
    warn_of_parent(rt, t, &as);
    *out = t->id;
    return 0;
}

int neap_attach(neap_runtime *rt, int pid, const neap_spec *spec, neap_id *out)
{
    const neap_spec none = {.size = sizeof none};
    neap_id id;
    int r = neap_loop_outside(rt);

    spec = spec ? spec : &none;
    if (r == 0 && !rt->live)
        r = neap_error(NEAP_EUNSUPPORTED, "processes need the live clock");
    if (r == 0)
        r = neap_loop_check_spec(spec);
    if (r < 0)
        return r;
    neap_loop_enter(rt);
    r = neap_spawn_guard(rt);
    if (r == 0)
        r = attach(rt, pid, spec, out ? out : &id);
    neap_loop_leave(rt);
    return r;
}
