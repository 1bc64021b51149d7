/* guard.h - the runtime's side of the guard: starts it, asks it to spawn, hears of it.
 *
 * The guard is a program of its own (../guard): session leader, subreaper, parent of
 * every task's leader. We talk over a stream socketpair with the frames of
 * ../guard/wire.h. Nothing here blocks but neap_guard_open() and neap_guard_close():
 * writes that do not fit are queued, reads give whole frames. What is asked comes back
 * as events, in order; `tag` is the caller's name for the task.
 *
 *   spawn -> FORKED(pid): the child is in its own group, waits before exec (unless its
 *            job says that it goes at once: then it is told before it may exec)
 *   go    -> STARTED: exec succeeded; or FAILED(errno): it could not, and is gone
 *            EXITED(code, signalled): the leader ended; it stays a zombie, so its pid
 *            stays its own, until neap_guard_reap()
 *   reap  -> REAPED(left): the zombie is gone; is anybody left in its group?
 *
 * A spawn that cannot even fork is FAILED, after some tries within 0.2 s. What fails
 * before exec (the working directory) is FAILED without waiting for go. An exec that
 * takes more than 10 s is killed: FAILED(ETIMEDOUT). A leader that somebody kills
 * before its exec has EXITED; without STARTED if that was before its go. After FAILED
 * the guard knows the tag no more; go and reap of a tag that it does not know, or that
 * is not so far, are ignored. A tag in use must not be spawned again: the guard takes
 * that for a broken runtime.
 */
#ifndef NEAP_GUARD_H
#define NEAP_GUARD_H

#include "limits.h"
#include "os.h"
#include "record.h"

typedef struct neap_guard neap_guard;

typedef enum {
    NEAP_GUARD_FORKED,
    NEAP_GUARD_STARTED,
    NEAP_GUARD_FAILED,
    NEAP_GUARD_EXITED,
    NEAP_GUARD_REAPED,
    NEAP_GUARD_ORPHAN, /* one that no leader is has ended: after neap_guard_orphans() */
    /* We were stopped or stuck for `cpu` ns, and have beaten again: what is held in the
     * record was continued meanwhile, and is to be held again. */
    NEAP_GUARD_STUCK,
    /* The guard died, and its keeper waits to be told of its tasks, by
     * neap_guard_adopt(); until neap_guard_take() it does nothing. Nothing that was
     * held has been continued. The descriptor is another. */
    NEAP_GUARD_MOVED,
    NEAP_GUARD_LOST /* the guard itself died: told once, the last event */
} neap_guard_kind;

typedef struct neap_guard_event {
    neap_guard_kind kind;
    uint64_t tag;
    pid_t pid;
    int error; /* FAILED: errno */
    /* EXITED: exit status, or signal number; FAILED: which limit (../guard/limits.h) */
    int code;
    bool signalled; /* EXITED: by a signal */
    bool left;      /* REAPED: others are in its group, which stays theirs */
    /* EXITED (where the system tells it), REAPED, ORPHAN: CPU time of the process and of
     * all that it and those had waited for. ORPHAN with pid 0: of several together, for
     * whom there was no room. Its tag: whose it was, as far as its limits told;
     * else 0. */
    neap_ns cpu;
} neap_guard_event;

/* What to spawn. Everything is copied into the message. */
typedef struct neap_guard_job {
    const char *program; /* path, found already */
    const char *const *argv, *const *env;
    const char *cwd; /* NULL: the guard's, which is the runtime's at its start */
    const neap_os_cpuset *cpus;   /* NULL: any */
    const neap_os_limits *limits; /* NULL: none */
    bool inherit_stdin;           /* else /dev/null */
    bool null_output;             /* 1 and 2 are /dev/null, else the guard's */
    bool goes_at_once;            /* we need nothing of it before its exec: no go */
    /* Three for its 0, 1 and 2 instead, each -1 for none; NULL: none. Copies travel:
     * yours may be closed when neap_guard_spawn() has returned. */
    const int *fds;
    /* Absolute path of a cgroup v2 directory, in which it is created; NULL: the
     * guard's. What does not let it in fails the spawn with its errno. */
    const char *cgroup;
} neap_guard_job;

typedef enum { NEAP_GUARD_CONTINUE, NEAP_GUARD_END } neap_guard_on_death;

typedef struct neap_guard_options {
    neap_guard_on_death on_death; /* of the tasks, when this process is gone */
    neap_ns grace;                /* from TERM to KILL then */
    /* NULL: none, so no heartbeat either. Not the guard's: it stays when the guard has
     * died, and a next one takes it over. */
    neap_record *record;
    neap_ns stuck_after; /* see neap_options; 0: never */
    bool keeper;         /* a second process, above the guard, for its death: MOVED */
} neap_guard_options;

/* Starts the guard `program`. It inherits descriptors 0, 1, 2, its end of the socket
 * and that of the record, no other. Waits (at most 5 s) until it says hello, so that a
 * program that is no guard, or another version of it, is an error here: -EPROTO. */
int neap_guard_open(neap_guard **out, const char *program,
                    const neap_guard_options *options);

/* Asks the guard to end whatever is left of the tasks at once (KILL), then to exit, and
 * reaps it: at most 5 s. NULL is fine. */
void neap_guard_close(neap_guard *g);
void neap_guard_spare(
    neap_guard *g); /* what is left then is not ended, but left alone */

/* Lets go without a word: for the child of a fork. */
void neap_guard_abandon(neap_guard *g);

int neap_guard_fd(const neap_guard *g); /* readable: call neap_guard_next() */
bool neap_guard_wants_write(
    const neap_guard *g); /* then call neap_guard_flush() when it may */
/* Everything that tasks start is below it; also the id of their session. */
pid_t neap_guard_pid(const neap_guard *g);
pid_t neap_guard_worker(const neap_guard *g); /* the guard proper, below its keeper */

/* 0, or -EPIPE when the guard is lost; -ENOMEM, -E2BIG (job of more than 4 MiB), for a
 * spawn with descriptors also -EMFILE, -EBADF: nothing was sent.
 *
 * A child finds in its environment who it is, and so do all that it starts, wherever
 * they hide (double fork, setsid): NEAP_TASK=123:4 for tag 4 of guard 123, and
 * NEAP_TASK=123:4/567:2 for tag 2 of guard 567 when we are below 123:4 ourselves.
 * The same, without
 * those above, is in its limits (../guard/lineage.h). neap_os_process_tag() reads both.
 * A NEAP_TASK in job->env is not passed on. */
int neap_guard_spawn(neap_guard *g, uint64_t tag, const neap_guard_job *job);
int neap_guard_go(neap_guard *g, uint64_t tag);
int neap_guard_reap(neap_guard *g, uint64_t tag);

/* Requests wait from now on, to be sent together by neap_guard_flush(). */
void neap_guard_gather(neap_guard *g);
int neap_guard_flush(neap_guard *g);

/* The guard sends a signal that we may not send: it is in the tasks' session. A
 * negative target is a group. */
int neap_guard_signal(neap_guard *g, pid_t target, int signo);

/* After MOVED: where was the task of this tag? FORKED will have STARTED, or FAILED with
 * ECONNRESET if it never had its go; of EXITED no EXITED comes again. */
typedef enum {
    NEAP_GUARD_WAS_FORKED,
    NEAP_GUARD_WAS_RUNNING,
    NEAP_GUARD_WAS_EXITED
} neap_guard_was;
int neap_guard_adopt(neap_guard *g, uint64_t tag, pid_t pid, neap_guard_was was);
int neap_guard_take(neap_guard *g);

/* The heartbeat. While something of the record is held, call this twice in
 * `stuck_after` (neap_guard_beat_every() is that time; NEAP_FOREVER: never), and when
 * something is held again after a while. Cheap but for the first after a while. */
void neap_guard_beat(neap_guard *g, neap_ns now);
neap_ns neap_guard_beat_every(const neap_guard *g);

/* DEATH_ONLY before this process stops itself: no beat is missed until ALL. */
typedef enum { NEAP_GUARD_WATCH_ALL, NEAP_GUARD_WATCH_DEATH_ONLY } neap_guard_watching;
int neap_guard_watch(neap_guard *g, neap_guard_watching what);

/* From now on the guard tells of orphans that it took away, with no tag. */
int neap_guard_orphans(neap_guard *g);

/* Takes the next event. Returns false when there is none yet. */
bool neap_guard_next(neap_guard *g, neap_guard_event *event);

#endif
