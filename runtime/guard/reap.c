/* reap.c - who has ended?
 *
 * A task's leader that ends is told and stays a zombie, so that its pid and group stay
 * its own until REAP. Orphans that came to us are taken away at once, and their CPU
 * time told to who asked for it.
 *
 * A SIGCHLD names one child; those that ended while it was pending are not named, so we
 * look for them. The kernel shows us the zombies one by one from the front of the list
 * of our children, and a kept one hides those behind it. Mostly it goes in a moment
 * (its REAP comes), and we look again; else each child is asked in turn. Both take time
 * that grows with the number of children, so both are done again only after a multiple
 * of the time that they took: among thousands, an end that no signal named may be told
 * some milliseconds late. Descriptors per task (pidfds) would tell directly, but the
 * guard is to need none.
 */
#include "guard.h"
#include "lineage.h"
#include "proc.h"

#include <sys/wait.h>
#include <unistd.h>

/* A search may take this part of our time. */
enum { SHARE = 20 };
#define PATIENCE (5 * MS) /* with a zombie that hides others */

int64_t reap_cpu(const struct rusage *used)
{
    const struct timeval *u = &used->ru_utime, *s = &used->ru_stime;

    return ((int64_t)u->tv_sec + s->tv_sec) * 1000 * MS +
           ((int64_t)u->tv_usec + s->tv_usec) * 1000;
}

static void tell_exit(struct guard *g, struct record *r, const siginfo_t *info,
                      const struct rusage *used)
{
    neap_wire_event event = {
        .pid = r->pid,
        .code = info->si_status,
        .signalled = info->si_code != CLD_EXITED,
        .time = reap_cpu(used),
    };

    record_started(g, r); /* killed before its exec, it would still be among them */
    r->stage = EXITED;
    talk_tell(g, r, NEAP_WIRE_EXITED, event);
}

static void take_orphan(struct guard *g, pid_t pid, const struct rusage *used)
{
    uint64_t tag;
    pid_t guard;
    bool named = neap_lineage_read(pid, &guard, &tag) == 0 && guard == getsid(0);

    if (waitpid(pid, NULL, WNOHANG) != pid)
        return;
    g->orphans_taken++;
    talk_orphan(g, pid, named ? tag : 0, reap_cpu(used));
}

/* A zombie. Its last words come before its end: an exec that failed is FAILED, no
 * exit. */
static void take(struct guard *g, const siginfo_t *info, const struct rusage *used)
{
    struct record *r = record_of_pid(g, info->si_pid);

    if (r && (r->fd >= 0 || r->stage == MOVED)) {
        if (r->stage == MOVED)
            keep_look(g, r);
        else
            spawn_listen(g, r);
        r = record_of_pid(g, info->si_pid);
    }
    if (r)
        tell_exit(g, r, info, used);
    else
        take_orphan(g, info->si_pid, used);
}

static void ask(void *user, pid_t pid)
{
    struct guard *g = user;
    const struct record *r = record_of_pid(g, pid);
    siginfo_t info;
    struct rusage used;

    if (!(r && r->stage == EXITED) && setup_ended(P_PID, pid, &info, &used))
        take(g, &info, &used);
}

/* Where there is no list of our children they are the leaders that we know. One that is
 * told may leave the list. */
static void ask_known(struct guard *g)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct record *r = g->by_pid[i], *next; r; r = next) {
            next = r->next_by_pid;
            ask(g, r->pid);
        }
}

/* Takes what is shown until nothing is, or a kept zombie. */
static bool kept_in_front(struct guard *g)
{
    siginfo_t info;
    struct rusage used;

    while (setup_ended(P_ALL, 0, &info, &used)) {
        const struct record *r = record_of_pid(g, info.si_pid);

        if (r && r->stage == EXITED)
            return true;
        take(g, &info, &used);
    }
    return false;
}

/* A search is over: when may it be repeated? */
static int64_t not_before(struct guard *g, int64_t began)
{
    g->now = clock_now();
    return g->now + (g->now - began) * SHARE;
}

static void look(struct guard *g)
{
    int64_t began = clock_now();

    g->look.due = INT64_MAX;
    g->hidden = kept_in_front(g);
    g->look.free = not_before(g, began);
    if (!g->hidden)
        g->scan.due = INT64_MAX;
    else if (g->scan.due == INT64_MAX)
        g->scan.due =
            g->now + PATIENCE > g->scan.free ? g->now + PATIENCE : g->scan.free;
}

static void scan(struct guard *g)
{
    int64_t began = clock_now();
    unsigned taken = g->orphans_taken;

    if (neap_proc_sees_all())
        neap_proc_children(getpid(), ask, g);
    else
        ask_known(g);
    g->scan.free = not_before(g, began);
    /* one that is taken away may shift the list that is being read: once more */
    g->scan.due = g->orphans_taken == taken ? INT64_MAX : g->scan.free;
}

static void look_soon(struct guard *g)
{
    g->look.due = g->now > g->look.free ? g->now : g->look.free;
}

void reap_init(struct guard *g)
{
    g->look.due = g->scan.due = INT64_MAX;
}

void reap(struct guard *g)
{
    pid_t pid;

    if (setup_child(g, &pid) && !g->kept) /* one that comes now wakes us again */
        ask(g, pid);
    if (!g->kept)
        look_soon(g);
}

void reap_uncovered(struct guard *g)
{
    if (g->hidden)
        look_soon(g);
}

void reap_due(struct guard *g)
{
    if (g->look.due <= g->now)
        look(g);
    if (g->scan.due <= g->now)
        scan(g);
}

int64_t reap_next(const struct guard *g)
{
    return g->look.due < g->scan.due ? g->look.due : g->scan.due;
}
