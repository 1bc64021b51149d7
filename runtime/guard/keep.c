/* keep.c - a keeper above the guard, for its death.
 *
 * The keeper is the same program, leads the session and is the guard's parent. When the
 * guard is killed its tasks become the keeper's children, and since that is in their
 * session the kernel does not take their groups for orphaned: what is stopped stays
 * stopped, and nobody gets a HUP (which `timeout`, for one, does not ignore). Then the
 * runtime tells the keeper over a socket of its own which task is which, and it goes on
 * as the guard. Until then it sleeps, and takes away no zombie, whose status it would
 * lose.
 */
#include "guard.h"
#include "proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOCKET = NEAP_WIRE_KEEPER_FD };
#define LOOK_EVERY (2 * MS)
#define PATIENCE (15000 * MS) /* the guard needs up to 10 s after the grace time */

/* The guard is a program of its own from the beginning: nothing of ours is in it. */
static _Noreturn void become_guard(char **argv)
{
    setpgid(0, 0);
    close(SOCKET);
    argv[0] = (char[]){"neap-guard"};
    argv[NEAP_WIRE_ROLE] = (char[]){NEAP_WIRE_KEPT};
    setup_again(argv);
}

bool keep_begin(struct guard *g, char **argv)
{
    pid_t pid = fork(); /* it shares `g`, and must not say there who it is */

    if (pid == 0)
        become_guard(argv);
    g->kept = pid;
    return pid > 0 && dup2(SOCKET, NEAP_WIRE_FD) == NEAP_WIRE_FD && close(SOCKET) == 0;
}

/* Not unless it is: a debugger, or a leak check at its end, may be about to stop it. */
static void continue_if_stopped(pid_t pid)
{
    neap_proc p;

    if (!neap_proc_sees_all() || (neap_proc_read(pid, &p) == 0 && p.state == 'T'))
        kill(pid, SIGCONT);
}

/* Everything below us is the guard's to end, as long as there is one, in its own time. */
void keep_wait(struct guard *g)
{
    int64_t until = clock_now() + g->grace + PATIENCE;
    struct pollfd sigchld = {.fd = g->children, .events = POLLIN};
    pid_t pid;

    while (g->kept > 0 && waitpid(g->kept, NULL, WNOHANG) == 0) {
        continue_if_stopped(g->kept);
        if (clock_now() >= until && kill(g->kept, SIGKILL) < 0)
            break; /* it can only be left */
        poll(&sigchld, 1, 100);
        while (setup_child(g, &pid))
            ;
    }
    g->kept = 0;
    g->now = clock_now();
}

/* No line tells whether it execs: its other end has gone with the guard. */
void keep_look(struct guard *g, struct record *r)
{
    neap_proc p;

    if (neap_proc_read(r->pid, &p) == 0 && !p.forked) {
        record_started(g, r);
        r->stage = RUNNING;
        talk_tell(g, r, NEAP_WIRE_STARTED, (neap_wire_event){.pid = r->pid});
    } else if (neap_proc_read(r->pid, &p) != 0 || !neap_proc_lives(&p)) {
        spawn_fail(g, r, ECONNRESET);
    } else {
        r->due = g->now + LOOK_EVERY;
    }
}

void keep_adopt(struct guard *g, uint64_t tag, const neap_wire_adopt *adopt)
{
    struct record *r = record_new(g, tag);

    if (!r) { /* a task that nobody knows would be lost: rather end, or free, all */
        g->fate = RUNTIME_DEAD;
        return;
    }
    record_set_pid(g, r, adopt->pid);
    r->due = g->now;
    r->stage = adopt->stage == NEAP_WIRE_STAGE_FORKED   ? MOVED
               : adopt->stage == NEAP_WIRE_STAGE_EXITED ? EXITED
                                                        : RUNNING;
    if (r->stage != MOVED)
        record_started(g, r);
}

void keep_take(struct guard *g)
{
    if (g->kept > 0) /* it closed its socket and lives: it is no guard any more */
        kill(g->kept, SIGKILL);
    g->kept = 0;
    setup_lock();
    reap(g);
}
