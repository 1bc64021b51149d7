/* reap.c - who has ended?
 *
 * A task's leader that ends is told and stays a zombie, so that its pid and group stay
 * its own until REAP. Orphans that came to us are taken away at once. The kernel shows
 * us the zombies one by one from the front of the list of our children, and a kept one
 * hides those behind it: then each child is asked. Descriptors per task (pidfds) would
 * tell directly, but the guard is to need none.
 */
#include "guard.h"
#include "proc.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell_exit(struct guard *g, struct record *r, const siginfo_t *info)
{
    neap_wire_event event = {
        .pid = r->pid,
        .code = info->si_status,
        .signalled = info->si_code != CLD_EXITED,
    };

    record_started(g, r); /* killed before its exec, it would still be among them */
    r->stage = EXITED;
    talk_tell(g, r, NEAP_WIRE_EXITED, event);
}

struct pass {
    struct guard *g;
    int reaped;
};

/* Asks one child. Its last words come before its end: an exec that failed is FAILED, no
 * exit. */
static void ask(void *user, pid_t pid)
{
    struct pass *p = user;
    struct record *r = record_of_pid(p->g, pid);
    siginfo_t info = {.si_pid = 0};

    if (r && r->stage == EXITED)
        return;
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0)
        return;
    if (r && r->fd >= 0) {
        spawn_listen(p->g, r);
        r = record_of_pid(p->g, pid);
    }
    if (r)
        tell_exit(p->g, r, &info);
    else if (waitpid(pid, NULL, WNOHANG) == pid)
        p->reaped++;
}

/* Takes orphans away until there is none, or a leader hides what is behind it. */
static bool leader_in_front(struct guard *g)
{
    for (;;) {
        siginfo_t info = {.si_pid = 0};

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
            info.si_pid == 0)
            return false;
        if (record_of_pid(g, info.si_pid))
            return true;
        waitpid(info.si_pid, NULL, WNOHANG);
    }
}

void reap(struct guard *g)
{
    struct pass p = {g, 0};

    if (!leader_in_front(g))
        return;
    do { /* a child that is taken away may shift the list that is being read */
        p.reaped = 0;
        neap_proc_children(getpid(), ask, &p);
    } while (p.reaped > 0);
}
