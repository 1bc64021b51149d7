/* children_bsd.c - processes that came to us when their parent died.
 *
 * To the reaper of FreeBSD, that is: elsewhere orphans go to process 1. */
#include "children.h"
#include "guard/reaper.h"
#include "guard/table.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int neap_os_adopt_orphans(void)
{
    return neap_reaper_become();
}

void neap_os_hear_only_ends(void)
{
    struct sigaction action;

    if (sigaction(SIGCHLD, NULL, &action) != 0)
        return;
    action.sa_flags |= SA_NOCLDSTOP;
    sigaction(SIGCHLD, &action, NULL);
}

/* A zombie is in the table, with what it has used. */
int neap_os_child_ended(pid_t pid, neap_os_end *out)
{
    siginfo_t info = {.si_pid = 0};
    int64_t own = 0, waited = 0;

    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return -ECHILD;
    if (info.si_pid == 0)
        return 0;
    out->signalled = info.si_code != CLD_EXITED;
    out->code = info.si_status;
    neap_table_used(pid, &own, &waited);
    out->cpu = own + waited;
    return 1;
}

void neap_os_child_take(pid_t pid)
{
    waitpid(pid, NULL, WNOHANG);
}

int neap_os_has_execed(pid_t pid)
{
    neap_proc p;

    if (neap_proc_read(pid, &p) != 0 || (p.forked && !neap_proc_lives(&p)))
        return -ESRCH;
    return !p.forked;
}

struct strays {
    pid_t but, session;
    bool (*keep)(void *user, pid_t pid);
    void *user;
};

static void take_if_stray(void *user, pid_t pid)
{
    const struct strays *s = user;
    neap_proc p;

    if (pid != s->but && neap_proc_read(pid, &p) == 0 && p.state == 'Z' &&
        p.session > 0 && p.session != s->session && !s->keep(s->user, pid))
        waitpid(pid, NULL, WNOHANG);
}

void neap_os_take_strays(pid_t but, bool (*keep)(void *user, pid_t pid), void *user)
{
    struct strays s = {but, getsid(0), keep, user};

    neap_proc_children(getpid(), take_if_stray, &s);
}

struct tagged {
    pid_t guard;
    void (*fn)(void *user, pid_t pid);
    void *user;
};

static void call_if_tagged(void *user, pid_t pid)
{
    const struct tagged *t = user;
    uint64_t tag;

    if (neap_os_process_tag(pid, t->guard, &tag) == 0)
        t->fn(t->user, pid);
}

void neap_os_each_tagged(pid_t guard, void (*fn)(void *user, pid_t pid), void *user)
{
    struct tagged t = {guard, fn, user};

    neap_proc_all(call_if_tagged, &t);
}
