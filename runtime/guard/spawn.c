/* spawn.c - from a spawn request to a program that runs.
 *
 * One socketpair per child, for both ways: down it goes the byte that means go (when
 * the runtime says so, or as soon as FORKED is sent to it, if the request says so), up
 * comes the errno of what failed; its end (close-on-exec) says that exec succeeded, and
 * the end of ours tells a waiting child that we are gone. fork, never vfork: an exec
 * that hangs would hang us.
 */
#include "guard.h"
#include "line.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define RETRY (20 * MS)
#define EXEC_TIME (10000 * MS)
/* One that has ended by then was asked at its end, which is one wake-up of ours and of
 * the runtime's for both. Less than a millisecond is one to poll(). */
#define LISTEN_AFTER (MS * 9 / 10)
enum { TRIES = 10 };

void spawn_fail(struct guard *g, struct record *r, int error)
{
    if (r->pid > 0)
        kill(r->pid,
             SIGKILL); /* not reaped yet, so it is still ours; reap() takes it */
    talk_tell(g, r, NEAP_WIRE_FAILED,
              (neap_wire_event){.pid = r->pid,
                                .error = error & LIMITS_ERRNO,
                                .code = error >> LIMITS_SHIFT});
    record_drop(g, r);
}

/* Returns 0, or the errno of what may work a little later. */
static int fork_child(struct guard *g, struct record *r)
{
    int line[2], error;
    pid_t pid;

    error = neap_line_pair(SOCK_STREAM, line);
    if (error)
        return -error;
    pid = pass_fork(&r->job);
    if (pid == 0)
        child_run(r->tag, &r->job, r->slots, line[1]);
    error = errno;
    close(line[1]);
    if (pid < 0) {
        close(line[0]);
        return error;
    }
    setpgid(pid, pid); /* the child does it too: whoever comes first */
    r->fd = line[0];
    g->starts++;
    record_set_pid(g, r, pid);
    return 0;
}

static void try_fork(struct guard *g, struct record *r)
{
    int error;

    if (g->starts == STARTS_MAX) {
        r->due = g->now + RETRY;
        return;
    }
    error = fork_child(g, r);
    if (error == 0) {
        record_free_job(r);
        r->stage = WAITING;
        r->due = INT64_MAX;
        talk_tell(g, r, NEAP_WIRE_FORKED, (neap_wire_event){.pid = r->pid});
    } else if (++r->tries == TRIES) {
        spawn_fail(g, r, error);
    } else {
        r->due = g->now + RETRY;
    }
}

void spawn_begin(struct guard *g, struct record *r)
{
    try_fork(g, r);
}

void spawn_go(struct guard *g, struct record *r)
{
    if (r->stage != WAITING)
        return;
    r->stage = EXECING;
    r->due = g->now + EXEC_TIME;
    r->listen_at = g->now + LISTEN_AFTER;
    if (r->fd < 0 || send(r->fd, "g", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
        return;
    if (errno != EPIPE && errno != ECONNRESET) /* else its end will tell */
        spawn_fail(g, r, errno);
}

void spawn_listen(struct guard *g, struct record *r)
{
    int error = 0;
    ssize_t n = recv(r->fd, &error, sizeof error, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n == (ssize_t)sizeof error) {
        spawn_fail(g, r, error);
    } else if (r->stage == EXECING) {
        record_started(g, r);
        r->stage = RUNNING;
        talk_tell(g, r, NEAP_WIRE_STARTED, (neap_wire_event){.pid = r->pid});
    } else { /* killed while it waited: reap() will tell */
        record_close(g, r);
    }
}

/* What they did comes before the ends of others, that they may have caused. */
void spawn_listen_all(struct guard *g)
{
    struct record *r, *next;

    for (r = g->starting; r; r = next) {
        next = r->next_starting;
        if (r->fd >= 0 && r->stage == EXECING)
            spawn_listen(g, r);
    }
}

void spawn_due(struct guard *g)
{
    struct record *r, *next;

    for (r = g->starting; r; r = next) {
        next = r->next_starting;
        if (r->due > g->now)
            continue;
        if (r->stage == QUEUED)
            try_fork(g, r);
        else if (r->stage == MOVED)
            keep_look(g, r);
        else
            spawn_fail(g, r, ETIMEDOUT);
    }
}

bool spawn_is_to_listen(const struct guard *g, const struct record *r)
{
    return r->fd >= 0 && (r->stage != EXECING || r->listen_at <= g->now);
}

int64_t spawn_next(const struct guard *g)
{
    int64_t next = INT64_MAX;

    for (const struct record *r = g->starting; r; r = r->next_starting) {
        if (r->due < next)
            next = r->due;
        if (r->stage == EXECING && r->listen_at > g->now && r->listen_at < next)
            next = r->listen_at;
    }
    return next;
}
