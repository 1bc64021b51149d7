/* guard.h - what the files of the guard program share: its records, and who does what.
 *
 * The guard is one thread around one poll(). It keeps a record per task from the SPAWN
 * request until REAP (or FAILED), allocated when the request comes and never later, so
 * that out of memory can refuse a task but not lose one. A descriptor is open per task
 * only until its exec.
 */
#ifndef NEAP_GUARD_GUARD_H
#define NEAP_GUARD_GUARD_H

#include "book.h"
#include "wire.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>

enum {
    BUCKETS = 1024,
    STARTS_MAX =
        1024, /* children between fork and exec at a time; more wait for the fork */
    FIRST_START = 3,      /* what is polled beside their lines */
    PIDS_MAX = 16 * 1024, /* of one glance at the tree below us */
    ORPHANS = 64          /* told one by one while the runtime does not listen */
};

#define MS ((int64_t)1000000)

/* An event on its way to the runtime: linked into the guard's queue until it is
 * sent. */
struct note {
    struct note *next;
    struct record *of; /* NULL: no task's */
    neap_wire_frame frame;
};

/* QUEUED -> WAITING (forked) -> EXECING (has its go) -> RUNNING -> EXITED (a kept
 * zombie). MOVED: one of the first three of a guard that died. OTHERS: its leader is
 * reaped, others are in its group, and where nobody sees them we know them by it. */
enum stage { QUEUED, WAITING, EXECING, RUNNING, EXITED, MOVED, OTHERS };

enum { NOTES = 4 }; /* FORKED, STARTED or FAILED, EXITED, REAPED */

struct record {
    uint64_t tag;
    pid_t pid; /* 0: not forked yet */
    int fd;    /* our end of the child's line until its exec; -1: none */
    enum stage stage;
    int64_t due;       /* QUEUED: when to try to fork; EXECING: when to give up */
    int64_t listen_at; /* ... and when to ask it, unless it ends before */
    int tries;
    /* owns what `slots` and `job` point into; freed after the fork, as the
     * descriptors of `job` are closed */
    unsigned char *body;
    char **slots;
    neap_wire_job job;
    int noted, unsent;
    bool goes;    /* ... when FORKED is sent */
    bool dropped; /* free it when its notes are sent */
    struct note notes[NOTES];
    struct record *next_by_tag, *next_by_pid, *next_starting;
};

/* A frame that is being read. */
struct input {
    neap_wire_head head;
    unsigned char *body;           /* NULL: no memory for it, it is skipped */
    size_t have;                   /* of head and body together */
    int fds[NEAP_WIRE_FDS], n_fds; /* that came with it, ours until they are taken */
};

/* How it ends. */
enum fate { GOES_ON, CLOSED, LEFT, RUNTIME_DEAD };
enum on_death { ON_DEATH_CONTINUE, ON_DEATH_END };

struct guard {
    int socket;
    int runtime;   /* a pidfd; -1: this kernel has none */
    int children;  /* a signalfd of SIGCHLD */
    pid_t parent;  /* the runtime */
    bool is_child; /* we are its own child, and not the keeper's */
    pid_t kept;    /* we are the keeper of this guard; 0: the guard ourselves */
    enum on_death on_death;
    int64_t grace;
    int64_t now; /* of this turn */
    enum fate fate;
    struct input input;
    struct note *first_note, **note_end;
    size_t note_sent; /* bytes of the first */
    struct note hello, refusal, stuck;
    unsigned orphans_taken;
    bool tells_orphans;
    struct note orphans[ORPHANS]; /* kind 0: free */
    int64_t orphans_cpu;          /* of those for whom there was no note */
    bool
        /* `refusal` is on its way: read no further request until it is sent */
        refusing;
    struct record *by_tag[BUCKETS], *by_pid[BUCKETS];
    struct record *starting; /* QUEUED, WAITING and EXECING, in order of arrival */
    int starts;              /* how many of them have a descriptor */
    bool hidden;             /* a kept zombie may hide others */
    struct search {
        int64_t due, free; /* when it is to be done, and not before */
    } look, scan;
    const neap_book *book; /* NULL: none */
    const char *book_path; /* "": it has none */
    struct heart {
        int64_t stuck_after; /* INT64_MAX: never */
        int64_t due;         /* when to look for the next beat; INT64_MAX: not */
        int64_t beat, from;  /* the last one that we saw; since when we wait */
        int missed;
        bool stuck; /* we have continued what is held */
    } heart;
    struct pollfd polls[FIRST_START + STARTS_MAX]; /* of a turn */
    struct record *polled[STARTS_MAX];
    pid_t pids[PIDS_MAX];
};

int64_t clock_now(void);

/* setup_linux.c: zeroes, or NULL with a word on stderr. The children share it, and do
 * not write to it: so no page of it has to be copied after each fork. */
void *setup_memory(size_t size);
/* Makes this process a guard. False, with a word on stderr: it cannot be
 * one. */
bool setup(struct guard *g, char **argv);
extern const int setup_ignored[];        /* the signals that we ignore, ended by 0 */
void setup_lock(void);                   /* its memory, where allowed */
_Noreturn void setup_again(char **argv); /* executes this program once more */
bool setup_child(struct guard *g, pid_t *pid); /* takes a SIGCHLD: who it names */
/* Is there a zombie among our children (P_ALL), or is `pid` one (P_PID)? It stays
 * one. */
bool setup_ended(idtype_t which, pid_t pid, siginfo_t *info, struct rusage *used);

/* record.c */
struct record *record_new(struct guard *g, uint64_t tag);
struct record *record_of_tag(const struct guard *g, uint64_t tag);
struct record *record_of_pid(const struct guard *g, pid_t pid);
void record_set_pid(struct guard *g, struct record *r, pid_t pid);
void record_started(struct guard *g,
                    struct record *r); /* it is not among the starting now */
void record_close(struct guard *g, struct record *r); /* its descriptor */
void record_free_job(struct record *r);
void record_drop(struct guard *g,
                 struct record *r); /* forgets it; frees it when all is told */

/* talk.c: requests in, events out. */
void talk_hello(struct guard *g);
void talk_read(struct guard *g);
void talk_write(struct guard *g);
void talk_tell(struct guard *g, struct record *r, enum neap_wire_kind kind,
               neap_wire_event event);
void talk_stuck(struct guard *g, int64_t time); /* the runtime is back after `time` */
/* An orphan is gone: told, if the runtime wants to hear of them. `tag`: whose it was,
 * or 0. */
void talk_orphan(struct guard *g, pid_t pid, uint64_t tag, int64_t cpu);

/* pass.c: descriptors for a child. */
/* Like recv(), and takes descriptors that come with what it reads into `in`. */
ssize_t pass_receive(int socket, struct input *in, void *out, size_t room);
void pass_drop(struct input *in); /* closes what was not taken */
/* pass_linux.c: like fork(), into the cgroup of `job` if it names one. */
pid_t pass_fork(const neap_wire_job *job);

/* spawn.c */
void spawn_begin(struct guard *g,
                 struct record *r); /* its job is complete: fork, now or later */
void spawn_go(struct guard *g, struct record *r);
void spawn_listen(struct guard *g, struct record *r); /* what does its child say? */
void spawn_listen_all(struct guard *g);
void spawn_due(struct guard *g);           /* what waited for a time */
int64_t spawn_next(const struct guard *g); /* the next such time, or INT64_MAX */
bool spawn_is_to_listen(const struct guard *g, const struct record *r);
void spawn_fail(struct guard *g, struct record *r, int error);

/* keep.c: the keeper. */
bool keep_begin(struct guard *g, char **argv); /* starts the guard */
void keep_wait(struct guard *g);               /* for its end */
void keep_adopt(struct guard *g, uint64_t tag, const neap_wire_adopt *adopt);
void keep_take(struct guard *g);                   /* we are the guard from now on */
void keep_look(struct guard *g, struct record *r); /* has one that MOVED exec'd? */

/* child.c: the rest of a child's life until exec. `line`: where it hears its go
 * and says its errno. Allocates nothing. */
_Noreturn void child_run(uint64_t tag, const neap_wire_job *job, char **slots,
                         int line);

/* signal.c: refuses our own, and the runtime. */
void signal_send(const struct guard *g, const neap_wire_signal *s);

/* limits_linux.c */
enum { LIMITS_SHIFT = 16, LIMITS_ERRNO = (1 << LIMITS_SHIFT) - 1 };
/* Raises this process's descriptor limit to the hard one. limits_apply() undoes it. */
void limits_raise_files(void);
/* Sets the job's limits for this process. 0; or the errno of what failed and, above
 * LIMITS_SHIFT, which enum neap_wire_limit that was. */
int limits_apply(const neap_wire_job *job);
/* Makes this process one that others run before, on `cpus` (NULL: any). What is refused
 * is left. */
void limits_place(const uint64_t *cpus);

/* reap.c */
int64_t reap_cpu(const struct rusage *used); /* as the wire tells it */
void reap_init(struct guard *g);
void reap(struct guard *g);               /* there were SIGCHLDs */
void reap_uncovered(struct guard *g);     /* a kept zombie has gone */
void reap_due(struct guard *g);           /* looks for who was not named, at its time */
int64_t reap_next(const struct guard *g); /* that time, or INT64_MAX */

/* book.c: the record, on NEAP_BOOK_FD. */
void book_open(struct guard *g);
enum on_cgroup { CGROUP_THAW, CGROUP_KILL, CGROUP_REMOVE };
void book_cgroups(struct guard *g, enum on_cgroup what); /* all that are noted */
void book_continue_held(struct guard *g);
void book_continue_attached(struct guard *g); /* those that we did not start */
/* Signals what is noted and is not in our session (0: asks). How many there were. */
int book_signal_others(struct guard *g, int signo);

/* heart.c */
void heart_init(struct guard *g);
void heart_watch(struct guard *g); /* beats are to come from now on */
void heart_pause(struct guard *g); /* and now not */
void heart_due(struct guard *g);   /* looks for one, at heart.due */

/* end.c: the last thing that the guard does. */
void end_closed(struct guard *g);
void end_dead(struct guard *g);

#endif
