/* end.c - the last thing that the guard does: ends or continues what is left.
 *
 * It is the subreaper of all that any task ever started, so everything is below it. A
 * glance at that tree may miss what is born meanwhile; so KILL and CONT go out in
 * rounds until nothing is left to do. TERM, which a program may count, goes out once to
 * each.
 */
#include "guard.h"
#include "proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUND (10 * MS)
#define CLOSE_TIME (4000 * MS) /* the runtime waits for 5 s */
#define KILL_TIME (10000 * MS)
#define DYING (200 * MS)
#define CONTINUE_TIME (1000 * MS)

/* To the tasks' own groups: atomic, so nothing that forks there escapes. */
static void signal_groups(struct guard *g, int signo)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct record *r = g->by_pid[i]; r; r = r->next_by_pid)
            kill(-r->pid, signo);
}

/* Those who have nobody below them need not wait until all have been looked at. */
static void continue_alone(struct guard *g)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct record *r = g->by_pid[i]; r; r = r->next_by_pid)
            if (neap_proc_is_alone(r->pid))
                kill(-r->pid, SIGCONT);
}

enum whom { EVERYBODY, OUTSIDE_THE_GROUPS, THE_STOPPED };

/* To those below us one by one, children before their parents: a group that is stopped
 * when the last parent outside it ends gets a HUP from the kernel. Returns how many. */
static int signal_tree(struct guard *g, int signo, enum whom whom)
{
    size_t count = neap_proc_tree(getpid(), g->pids, PIDS_MAX);
    int sent = 0;

    for (size_t i = count; i-- > 1;) { /* the first is us */
        neap_proc p;

        if (neap_proc_read(g->pids[i], &p) != 0 || !neap_proc_lives(&p) ||
            (whom == OUTSIDE_THE_GROUPS && record_of_pid(g, p.group)) ||
            (whom == THE_STOPPED && p.state != 'T'))
            continue;
        kill(p.pid, signo);
        sent++;
    }
    return sent;
}

/* As long as anybody is in it, its number is nobody else's. */
static bool group_lives(pid_t group)
{
    return kill(-group, 0) == 0 || errno == EPERM;
}

/* Of those whose leader is gone; where nobody tells us who is below us. */
static bool groups_left(struct guard *g)
{
    bool left = false;

    for (size_t i = 0; i < BUCKETS; i++)
        for (struct record *r = g->by_pid[i], *next; r; r = next) {
            next = r->next_by_pid;
            if (group_lives(r->pid))
                left = true;
            else
                record_drop(g, r);
        }
    return left;
}

/* Takes all zombies away; their records too, since a group number may come again now.
 * Returns whether there is any child left. */
static bool children_left(struct guard *g)
{
    pid_t pid;

    while (setup_child(g, &pid))
        ;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        struct record *r = record_of_pid(g, pid);

        if (r && (neap_proc_sees_all() || !group_lives(pid)))
            record_drop(g, r);
    }
    return pid == 0;
}

static void pause_for(struct guard *g, int64_t time)
{
    struct pollfd sigchld = {.fd = g->children, .events = POLLIN};

    if (time > 0)
        poll(&sigchld, 1, (int)(time / MS) + 1);
    g->now = clock_now();
}

/* Of those in the record, each gets `signo`. */
static bool others_left(struct guard *g, int signo)
{
    bool left = book_signal_others(g, signo) > 0;

    return left | (!neap_proc_sees_all() && groups_left(g));
}

static bool anybody_left(struct guard *g, int signo)
{
    bool children = children_left(g);

    return others_left(g, signo) || children;
}

static void kill_all(struct guard *g, int64_t time)
{
    const int64_t until = g->now + time;
    /* where a zombie of others looks as if it lived, they have had their KILL by then */
    const int64_t soon = neap_proc_sees_all() ? until : g->now + DYING;

    book_cgroups(g, CGROUP_KILL);
    while (g->now < soon ? anybody_left(g, SIGKILL)
                         : children_left(g) && g->now < until) {
        signal_groups(g, SIGKILL);
        signal_tree(g, SIGKILL, EVERYBODY);
        pause_for(g, ROUND);
    }
}

static void end_all(struct guard *g)
{
    int64_t until = g->now + g->grace;

    bool others;

    signal_groups(g, SIGTERM);
    continue_alone(g);
    signal_tree(g, SIGTERM, OUTSIDE_THE_GROUPS);
    others = book_signal_others(g, SIGTERM) > 0;
    signal_tree(g, SIGCONT, EVERYBODY); /* TERM waits in what is stopped */
    signal_groups(g, SIGCONT);
    book_signal_others(g, SIGCONT);
    book_cgroups(g, CGROUP_THAW);
    others |= !neap_proc_sees_all(); /* of the end of an orphan nothing tells us */
    while ((others ? anybody_left(g, 0) : children_left(g)) && g->now < until)
        pause_for(g, others ? ROUND : until - g->now);
    kill_all(g, KILL_TIME);
}

static void continue_all(struct guard *g)
{
    int64_t until = g->now + CONTINUE_TIME;
    int clean = 0;

    continue_alone(g);
    signal_tree(g, SIGCONT, THE_STOPPED);
    signal_groups(g, SIGCONT);
    book_cgroups(g, CGROUP_THAW);
    book_signal_others(g, SIGCONT);
    while (clean < 2 && g->now < until) {
        clean = signal_tree(g, SIGCONT, THE_STOPPED) > 0 ? 0 : clean + 1;
        if (clean < 2)
            pause_for(g, MS);
    }
}

/* Descriptors for children that will not be: who reads their other ends waits for
 * this. */
static void drop_starts(struct guard *g)
{
    pass_drop(&g->input);
    for (struct record *r = g->starting; r; r = r->next_starting)
        record_free_job(r);
}

void end_closed(struct guard *g)
{
    drop_starts(g);
    kill_all(g, CLOSE_TIME);
}

void end_dead(struct guard *g)
{
    drop_starts(g);
    book_continue_attached(g);
    if (g->on_death == ON_DEATH_END)
        end_all(g);
    else
        continue_all(g);
    book_cgroups(g, CGROUP_REMOVE);
    if (g->book && *g->book_path)
        unlink(g->book_path);
}
