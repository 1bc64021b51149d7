/* refused.c - the kernel refuses a signal to a task.
 *
 * It may refuse us (the process changed its user while its stop was on its way, a
 * filter of system calls) and not the guard, which is in the tasks' session, where CONT
 * is always allowed. So what a task cannot do without, the guard is asked to send. Then
 * we look: a task that is stopped though it may run, or that lives on though it was
 * killed, is lost after PATIENCE, and the others go on without it. A stop that is
 * refused only costs the others time.
 */
#include "runtime.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define PATIENCE (2 * NEAP_S)
#define LOOK_EVERY (50 * NEAP_MS)

static const char *name_of(int signo)
{
    switch (signo) {
    case SIGSTOP:
        return "stopped";
    case SIGCONT:
        return "continued";
    default:
        return "signalled";
    }
}

static void tell(neap_runtime *rt, const process *p, pid_t pid, const char *what,
                 int error, const char *then)
{
    char text[320];

    snprintf(text, sizeof text,
             "task %llu (%.100s): its process %d cannot be %s: %s: %s",
             (unsigned long long)p->task->id, p->task->about->name, (int)pid, what,
             strerror(error), then);
    neap_loop_tell(
        rt,
        &(neap_report){.kind = NEAP_REPORT_TASK, .message = text, .task = p->task->id});
}

/* Has the signal come all the same? */
static bool is_settled(const process *p)
{
    for (const member *m = p->members; m; m = m->next) {
        neap_proc now;

        if (neap_proc_read(m->who.pid, &now) != 0 || !neap_proc_lives(&now))
            continue;
        if (p->refused.signo == SIGKILL || (now.state == 'T' && !m->stopped))
            return false;
    }
    return true;
}

static void lose(neap_runtime *rt, process *p)
{
    tell(rt, p, p->refused.pid, name_of(p->refused.signo), p->refused.error,
         "it is given up");
    neap_sleep_forget(rt, p);
    neap_spawn_end(rt, p->task, NEAP_HOW_LOST, 0);
}

static void look(void *user, neap_runtime *rt, neap_timer id)
{
    neap_task *t = neap_core_find(rt->core, (neap_id)(uintptr_t)user);
    process *p = t ? t->about->process : NULL;

    if (!p || p->phase != P_LIVE)
        return;
    if (!p->held && is_settled(p)) {
        p->refused.by = 0;
        return;
    }
    if (!p->held && neap_loop_now(rt) >= p->refused.by)
        lose(rt, p);
    else
        neap_timers_add(rt, neap_loop_now(rt) + LOOK_EVERY, 0, look, user, NULL, true,
                        NULL);
}

static void look_later(neap_runtime *rt, process *p, pid_t pid, int signo, int error)
{
    bool looks = p->refused.by > 0;

    p->refused.pid = pid;
    p->refused.error = error;
    if (p->refused.signo != SIGKILL)
        p->refused.signo = signo;
    if (looks)
        return;
    p->refused.by = neap_loop_now(rt) + PATIENCE;
    neap_timers_add(rt, neap_loop_now(rt) + LOOK_EVERY, 0, look,
                    (void *)(uintptr_t)p->task->id, NULL, true, NULL);
}

void neap_refused(neap_runtime *rt, process *p, pid_t target, int signo, int result)
{
    pid_t pid = target < 0 ? -target : target;

    if (result >= 0 || result == -ESRCH || result == -EINVAL)
        return;
    if (!p->refused.told && !(signo == SIGSTOP && p->warned)) {
        p->refused.told = true;
        tell(rt, p, pid, name_of(signo), -result,
             signo == SIGSTOP ? "it runs on" : "the guard is asked to do that");
    }
    if (signo == SIGSTOP)
        return;
    if (rt->guard)
        neap_guard_signal(rt->guard, target, signo);
    if ((signo == SIGCONT || signo == SIGKILL) && p->phase == P_LIVE)
        look_later(rt, p, pid, signo, -result);
}
