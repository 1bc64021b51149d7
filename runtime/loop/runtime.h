/* runtime.h - what the files of the loop share: the one place that knows core and
 * machine.
 *
 * One turn of the loop (turn.c): take what the guard has to say, call due timers,
 * measure who runs, let the core decide, carry out its orders, then tell the callbacks.
 * Callbacks may call the API, so nothing of a decision is on the stack when they run.
 */
#ifndef NEAP_LOOP_RUNTIME_H
#define NEAP_LOOP_RUNTIME_H

#include "core/core.h"
#include "core/text.h"
#include "os/cgroup.h"
#include "os/collector.h"
#include "os/guard.h"
#include "os/member.h"
#include "os/os.h"
#include "os/rank.h"
#include "process.h"
#include <neap/limits.h>
#include <signal.h>

struct ev_loop;

enum { PAST_GUARDS = 8 };

typedef struct loop_timer {
    neap_timer id;
    neap_ns at, period; /* period 0: once */
    neap_timer_fn *fn;
    void *user;
    void (*drop)(void *user);
    bool internal; /* does not keep neap_run() going */
    bool again;    /* being called, it was armed again */
} loop_timer;

/* A heap of timers by time (timers.c). */
typedef struct loop_timers {
    loop_timer *list;
    uint32_t *place; /* of each number in use: where it is in the list, 1 the first */
    size_t count, room;
    uint32_t free;        /* a number that is not in use; 0: none. Linked by `place` */
    uint32_t numbers;     /* how many were ever in use */
    uint64_t made;        /* timers */
    loop_timer *calling;  /* one that is called once, and is not in the list */
    size_t once;          /* how many keep neap_run() going */
    neap_ns called_up_to; /* in this turn; -1: not now */
} loop_timers;

typedef struct signal_watch signal_watch;

/* The collector of what tasks write (output.c). */
typedef struct loop_output {
    neap_collector *collector;
    unsigned number;         /* how many there have been */
    bool speaks;             /* its socket has something for us */
    int events;              /* what its watcher asks for */
    size_t open;             /* tasks whose output is not all written */
    neap_ns cpu;             /* of collectors that are gone */
    struct loop_name *names; /* of files: a table by hash */
    size_t n_names, names_room;
} loop_output;

/* What is to be told when the decision is over. */
typedef struct told {
    struct told *next;
    neap_report report;
    char text[];
} told;

struct neap_runtime {
    neap_core *core;
    neap_options opt; /* strings in it are not ours, and not used after neap_new() */
    neap_listener listener; /* size 0: none */
    bool live;
    neap_ns virtual_now;
    neap_ns made_at;

    pid_t made_by; /* in its child, after a fork, nothing of ours is touched */
    struct ev_loop *loop;
    bool foreign; /* that loop is the host's */
    int tick;
    neap_ns armed, armed_every; /* when the tick comes next, and how often then */
    struct watchers *watchers;
    struct neap_os_signals *hearing; /* NULL: no signal yet */
    signal_watch *signals;
    struct child_watch *children; /* of the host's that are watched */
    int guard_events;             /* what the guard's watcher asks for */

    char *guard_path;
    neap_guard *guard;
    bool guard_speaks; /* its socket has something for us */
    bool guard_lost;
    bool adopts;                /* orphans of ours come to us */
    bool adopting, child_ended; /* we have had a guard's children; one may have ended */
    neap_ns guard_cpu;          /* of guards that are gone */
    pid_t past_guards[PAST_GUARDS]; /* whose tasks may still be there */
    neap_ns lost_at[PAST_GUARDS];   /* when each of them died */
    unsigned n_past_guards;
    neap_record *record; /* NULL: none */
    neap_ns beat_at;     /* when the next heartbeat is due; 0: as soon as one is held */

    loop_output output;
    loop_timers timers;
    struct recorder *recorder; /* NULL: nobody wants one */
    struct replay *replay;     /* NULL: it is no recorded run */
    neap_fifo gone;            /* ENDED tasks whose exit is to be told */
    told *first_told, **last_told;
    process *held;      /* to be read once more */
    process *ended;     /* whose end was just heard of */
    size_t ending;      /* processes that are not quite gone */
    bool left;          /* some were left alone */
    process *attached;  /* a list of those that we did not start */
    bool attached_over; /* one of them may have ended */
    bool attached_seen; /* a timer looks at them */

    neap_os_cgroups *cgroups; /* NULL: there are none, or none yet */
    bool cgroups_tried;
    members members;
    member *strangers; /* adopted by the guard, and nobody's that we know */
    neap_ns orphans_at,
        orphans_cost;   /* when they were last looked for; how long it took */
    bool forks;         /* some task has, so there may be orphans */
    neap_ns loose_at;   /* when a new one was found last; 0: never */
    uint64_t escaped;   /* processes that were found after their task's end */
    neap_id watched;    /* the held task that was checked last */
    neap_ns watched_at; /* when some were */
    unsigned watched_turn;
    size_t n_held; /* processes */
    struct sleepers {
        process *first; /* a ring: who is to be asked next */
        size_t count;
        neap_ns swept_at;
        neap_ns look_budget, sweep_budget; /* CPU time that may be spent */
        neap_ns filled_at;
    } sleepers;
    neap_order *switches;
    size_t switches_room;
    struct queued_signal {
        neap_id id;
        int signo;
    } queued_signal[64];
    int queued_signals;

    bool running, stop;
    neap_ns stood; /* how long neap_suspend() has stopped us, in all */
    neap_id waited;
    bool waited_done;
    neap_how waited_how;
    int waited_code;

    neap_limits limits;        /* of every process that does not say otherwise */
    char *limits_user;         /* limits.user */
    struct task_limits *plain; /* of one that has no limits; NULL: nothing to tell */
    unsigned limits_told;      /* those that are known to be held less well */
    uint64_t files_before;     /* our soft limit of descriptors; 0: not raised */

    struct placement {
        bool confined, chosen;
        bool moved; /* we are on the one CPU of our tasks */
        char text[256];
        neap_os_cpuset allowed, set;
        int n_allowed;
        neap_os_load *load; /* the first sample, until the CPUs are chosen */
        neap_ns sampled_at;
    } place;

    struct ranking {
        bool used;
        int refused; /* realtime: 0, or why */
        neap_os_rank before;
    } rank;

    uint64_t ticks, missed;

    int inside; /* neap calls on the stack, for the account of our own CPU time */
    neap_ns entered_cpu, own_cpu;
};

/* turn.c */
void neap_loop_turn(neap_runtime *rt); /* everything that is due now */
neap_ns neap_loop_due(const neap_runtime *rt);
bool neap_loop_done(const neap_runtime *rt);
bool neap_loop_is_empty(const neap_runtime *rt); /* nothing is left to do */
/* later, outside decisions */
void neap_loop_tell(neap_runtime *rt, const neap_report *report);
void neap_loop_tell_reports(neap_runtime *rt); /* now */
/* Charges who runs up to now: callbacks, and who called run(), find true accounts. */
void neap_loop_settle(neap_runtime *rt);
/* Tells the SWITCHes among the orders; the core may be called meanwhile. */
void neap_loop_tell_switches(neap_runtime *rt, const neap_order *orders, size_t n,
                             neap_ns now);
/* Tells the exit of an ENDED task, and forgets it. */
void neap_loop_tell_exit(neap_runtime *rt, neap_task *t);
void neap_loop_enter(neap_runtime *rt);
void neap_loop_leave(neap_runtime *rt);

/* listen.c: what happens is told to the options' callbacks, and to the listener. */
bool neap_listen_reports(const neap_runtime *rt);
bool neap_listen_switches(const neap_runtime *rt);
void neap_listen_report(neap_runtime *rt, const neap_report *report);
void neap_listen_exit(neap_runtime *rt, neap_task *t, neap_how how, int code);
void neap_listen_forget(neap_runtime *rt, neap_task *t);
void neap_listen_switch(neap_runtime *rt, const neap_order *order);
void neap_listen_turn(neap_runtime *rt);
void neap_listen_close(neap_runtime *rt);

/* runtime.c */
/* To be asked before anything is changed, which may be due at once. 0, or why nothing
 * can be: -NEAP_EINHOOK, a replay, or the child of a fork. */
int neap_loop_outside(neap_runtime *rt);
void neap_loop_turn_by_host(neap_runtime *rt);    /* in the host's loop: live.h */
bool neap_loop_is_forked(const neap_runtime *rt); /* are we not who made it? */
int neap_loop_task(neap_runtime *rt, neap_id id, neap_task **out);
neap_ns neap_loop_now(const neap_runtime *rt);

/* tasks.c */
int neap_loop_check_spec(const neap_spec *s);

/* options.c: 0, or the error that names the value. */
int neap_options_times(neap_options *o); /* sets the defaults, too */
int neap_options_quantum(neap_ns quantum);
int neap_options_cpus(const neap_runtime *rt, int cpus);
int neap_options_policy(const char *name, const neap_policy *table,
                        const neap_policy **out);

/* timers.c */
int neap_timers_open(neap_runtime *rt);
int neap_timers_add(neap_runtime *rt, neap_ns at, neap_ns period, neap_timer_fn *fn,
                    void *user, void (*drop)(void *), bool internal, neap_timer *out);
void neap_timers_run(neap_runtime *rt, neap_ns now);
neap_ns neap_timers_next(const neap_runtime *rt);
void neap_timers_stood_still(neap_runtime *rt, neap_ns gap); /* ours come later */
void neap_timers_drop_users(neap_runtime *rt);               /* all but our own */
void neap_timers_free(neap_runtime *rt);

/* children.c */
void neap_children_close(neap_runtime *rt); /* none is watched any more */

/* bursts.c: of virtual tasks. */
neap_ns neap_bursts_due(const neap_runtime *rt);
void neap_bursts_end(neap_runtime *rt, neap_ns now); /* tells those that are over */

/* live.c: libev, the tick. */
int neap_live_open(neap_runtime *rt);
void neap_live_close(neap_runtime *rt);
void neap_live_forget_guard(neap_runtime *rt);     /* before its socket is closed */
void neap_live_forget_collector(neap_runtime *rt); /* likewise */
/* Those that came while we were stopped are no ticks of ours. */
void neap_live_forget_ticks(neap_runtime *rt);
/* Sets `*over`, once, when the descriptor is readable. NULL: no memory. */
struct end_watch *neap_live_watch(neap_runtime *rt, int fd, bool *over);
void neap_live_unwatch(neap_runtime *rt, struct end_watch *w); /* NULL is fine */
/* for an event, at most until then */
void neap_live_wait(neap_runtime *rt, neap_ns until);
void neap_live_wake_at(neap_runtime *rt, neap_ns until); /* who waits is not we */
void neap_live_go_home(neap_runtime *rt);  /* from the host's loop to one of our own */
void neap_forked_let_go(neap_runtime *rt); /* forked.c: all that is the parent's */
/* embed.c: for who waits for neap_fd(), if anybody does. */
void neap_live_rouse(neap_runtime *rt);       /* something is due, perhaps */
void neap_live_settle_down(neap_runtime *rt); /* nothing is, until something comes */

/* process.c: what orders and users do to processes. */
int neap_process_new(neap_runtime *rt, const neap_job *job, process **out);
void neap_process_free(neap_runtime *rt, process *p);
void neap_process_hold(neap_runtime *rt, process *p, neap_ns now);
void neap_process_release(neap_runtime *rt, process *p);
void neap_process_went_on(process *p, neap_ns now); /* another span of its own begins */
void neap_process_signal(neap_runtime *rt, process *p, int signo);
void neap_process_kill(neap_runtime *rt, process *p, neap_kill_mode mode);
void neap_process_forget_job(process *p);

/* members.c */
member *neap_member_find(const neap_runtime *rt, pid_t pid);
/* Adds one of task `p` (NULL: a stranger) before `*at`, a place in its list. NULL: no
 * memory. */
member *neap_member_add(neap_runtime *rt, process *p, member **at, neap_proc who);
void neap_member_drop(neap_runtime *rt, member **at);
bool neap_member_renew(member *m); /* reads it again; false: it is gone */

/* tree.c: what a process has started. */
void neap_tree_born(neap_runtime *rt, process *p); /* its leader was forked */
void neap_tree_free(neap_runtime *rt, process *p);
void neap_tree_forget(neap_runtime *rt, member *m);
/* One look at all of it. Returns how many were not known before. */
int neap_tree_scan(neap_runtime *rt, process *p);
void neap_tree_hold(neap_runtime *rt, process *p);
void neap_tree_release(neap_runtime *rt, process *p);
/* Somebody continued it, not we. */
void neap_tree_hold_again(neap_runtime *rt, process *p);
/* It runs though it is held: finds who, and stops them. */
void neap_tree_hold_rest(neap_runtime *rt, process *p);
void neap_tree_hold_runaway(neap_runtime *rt, process *p); /* ... wherever they are */
void neap_tree_signal(neap_runtime *rt, process *p, int signo); /* the whole of it */
/* Is anybody left of it beside the leader, as of its last scan? */
bool neap_tree_has_rest(const process *p);
bool neap_tree_lives(neap_runtime *rt, process *p); /* anybody, after a scan */
/* TERM (or KILL) and CONT to what an ended leader has left. */
void neap_tree_end_rest(neap_runtime *rt, process *p, neap_kill_mode mode);

/* refused.c: what became of a signal to a process, or a group (negative), of a task:
 * what the kernel has refused comes by other ways. */
void neap_refused(neap_runtime *rt, process *p, pid_t target, int signo, int result);

/* orphans.c: what the guard has adopted. Finds whose they are; those of a task become
 * its members, and are held if it is. */
void neap_orphans_look(neap_runtime *rt);
/* Before a tree is looked at that is to be held: was one of its own found? */
bool neap_orphans_find(neap_runtime *rt, process *p);
/* A new orphan of it was seen. */
void neap_orphans_loosen(neap_runtime *rt, process *p);
/* Do its processes come and go as orphans? */
bool neap_orphans_are_loose(const process *p);
/* At most as often as half a percent of a CPU allows, where there may be some. */
void neap_orphans_look_if_due(neap_runtime *rt);

/* cgroup.c: a cgroup for each task, where the machine has them. */
int neap_cgroups_open(
    neap_runtime *rt); /* an error only if they cannot be done without */
/* Takes one for a process that is about to be forked, and tells its path; "": it goes
 * without. An error only where it must not. */
int neap_cgroup_take(neap_runtime *rt, process *p, char *path, size_t room);
void neap_cgroup_give_back(process *p);

/* account.c: the CPU time of a tree. */
void neap_account_open(neap_runtime *rt, process *p);
void neap_account_attach(process *p); /* from now on; it was scanned */
void neap_account_close(process *p);
/* It was reaped. `of`: whose it was; NULL: as far as we know its number. */
void neap_account_orphan(neap_runtime *rt, pid_t pid, process *of, neap_ns used);
/* A scan has seen it, or misses it. */
void neap_account_seen(const neap_runtime *rt, member *m);
void neap_account_missed(const neap_runtime *rt, process *p, const member *m);
void neap_account_measure(neap_runtime *rt, process *p, neap_ns now);
void neap_account_exact(neap_runtime *rt, process *p, neap_ns now);
/* What its leader, and all that it had waited for, has used, as the guard reaped it. */
void neap_account_reaped(neap_runtime *rt, process *p, neap_ns used);
/* Sure that it has used nothing since the last exact reading? Cheap. */
bool neap_account_stands_still(process *p);
void neap_account_all(neap_runtime *rt, neap_ns now);     /* of those who have a cpu */
void neap_account_correct(neap_runtime *rt, neap_ns now); /* of those just held */
neap_ns neap_account_due(const neap_runtime *rt); /* when that must be, or FOREVER */
void neap_account_uncorrect(neap_runtime *rt, process *p);
void neap_account_correct_later(neap_runtime *rt, process *p, neap_ns now);

/* sleep.c: who sleeps, and who wakes. */
void neap_sleep_begin(neap_runtime *rt, process *p, neap_ns now); /* it got a cpu */
void neap_sleep_started(process *p, neap_ns now);    /* for the first time */
void neap_sleep_look_soon(process *p, neap_ns when); /* whatever looks have cost */
void neap_sleep_check(neap_runtime *rt, neap_ns now);
neap_ns neap_sleep_due(const neap_runtime *rt); /* when to check, or NEAP_FOREVER */
void neap_sleep_forget(neap_runtime *rt, process *p);
/* A task that is to be held sleeps just now: true, and it is held when it wakes. */
bool neap_sleep_defer_hold(neap_runtime *rt, process *p, neap_ns now);

/* spawn.c: with the guard. */
void neap_spawn_start(neap_runtime *rt, process *p);
void neap_spawn_listen(neap_runtime *rt);
int neap_spawn_guard(neap_runtime *rt); /* starts one if there is none */
int neap_spawn_find_guard(const neap_runtime *rt, char *out, size_t room);
void neap_spawn_end(neap_runtime *rt, neap_task *t, neap_how how, int code);
/* What the guard tells, or adopt.c finds. */
void neap_spawn_started(neap_runtime *rt, process *p);
void neap_spawn_exited(neap_runtime *rt, process *p, const neap_guard_event *e);
/* P_LIVE: its leader is gone, and nobody can say how. */
void neap_spawn_lost(neap_runtime *rt, process *p);

/* unstarted.c: tells why it could not be started, where an errno does not. */
void neap_unstarted_tell(neap_runtime *rt, const process *p, const neap_guard_event *e);

/* lost.c: the guard died. */
void neap_lost(neap_runtime *rt);
void neap_lost_report(neap_runtime *rt, int taken_over);

/* moved.c: and its keeper goes on in its place. */
void neap_moved(neap_runtime *rt);

/* adopt.c: we have its children then. */
int neap_adopt(neap_runtime *rt);       /* with a next guard, or why there is none */
void neap_adopt_reap(neap_runtime *rt); /* who has ended? */
/* Its process never became its program: as if it had not been forked. */
void neap_adopt_again(neap_runtime *rt, process *p);
void neap_adopt_close(neap_runtime *rt); /* kills those that are left */

/* overtime.c: timeouts and deadlines. */
int neap_overtime_watch(neap_runtime *rt, process *p);  /* from now on, or anew */
void neap_overtime_began(neap_runtime *rt, process *p); /* it has started */

/* rest.c: the end of a task. */
void neap_rest_expect(neap_runtime *rt, process *p); /* its leader has exited */
void neap_rest_gone(neap_runtime *rt, process *p);   /* its exit is to be told */
/* All ends of this turn were heard: what have they left? */
void neap_rest_look(neap_runtime *rt);
/* Its leader is no zombie any more: others may be in its group. */
void neap_rest_reaped(neap_runtime *rt, process *p, const neap_guard_event *e);
/* Before the guard is closed: who was left alone must not end with it. */
void neap_rest_spare(neap_runtime *rt);

/* output.c: where what a process writes goes. */
/* Checks what the job says and keeps it; `name`: for its files. */
int neap_output_prepare(neap_runtime *rt, process *p, const neap_job *job,
                        const char *name);
void neap_output_forget(process *p);
/* Just before it is spawned: the descriptors for its 0, 1 and 2 into `fds`, -1 for
 * none. -EAGAIN: try a little later; else an errno that ends the task. */
int neap_output_begin(neap_runtime *rt, process *p, int fds[3]);
void neap_output_sent(const process *p, int fds[3]); /* the guard has copies */
void neap_output_ended(neap_runtime *rt, process *p);
void neap_output_listen(neap_runtime *rt);
bool neap_output_is_done(const neap_runtime *rt); /* is all written? */
void neap_output_abandon(neap_runtime *rt);       /* do not wait for that much longer */
void neap_output_close(neap_runtime *rt);
neap_ns neap_output_cpu(const neap_runtime *rt); /* that the collector has used */

/* names.c. Names of files, each given once: `name`, else `name`.2, .3, ..., in the
 * directory that `device` and `inode` stand for. 0 or -NEAP_EMEMORY. */
int neap_names_take(loop_output *o, uint64_t device, uint64_t inode, const char *name,
                    char *out, size_t room);
void neap_names_free(loop_output *o);
/* watch.c: the record and the heartbeat. */
void neap_watch_open(neap_runtime *rt);
void neap_watch_close(neap_runtime *rt);
/* A group of the tree that `who` is in, or the cgroup that it is frozen by. */
void neap_watch_add(neap_runtime *rt, const process *p, tree_group *g,
                    const neap_proc *who);
void neap_watch_drop(neap_runtime *rt, tree_group *g);
/* One process of a task that we did not start. False: it cannot be noted. */
bool neap_watch_member(neap_runtime *rt, member *m);
void neap_watch_drop_member(neap_runtime *rt, member *m);
void neap_watch_hold(neap_runtime *rt, int entry);
void neap_watch_beat(neap_runtime *rt, neap_ns now); /* at beat_at */
neap_ns neap_watch_due(const neap_runtime *rt);
/* Stops what the core holds and somebody continued, `ran` ns ago. How many. */
int neap_watch_hold_again(neap_runtime *rt, neap_ns ran);
void neap_watch_stuck(neap_runtime *rt, neap_ns time);

/* rescue.c */
void neap_rescue_at_start(neap_runtime *rt); /* old records are healed */

/* place.c */
int neap_place_open(neap_runtime *rt);
void neap_place_close(neap_runtime *rt);
int neap_place_change(neap_runtime *rt, int cpus);
/* Binds the tree of a pinned process that was given `cpu` to its CPU: at RUN and SWITCH
 * orders. */
void neap_place_turn(neap_runtime *rt, process *p, int cpu);
/* `*set`, which neap_place_get() gave, as it is for `p`: perhaps in `*own`. */
void neap_place_own(neap_runtime *rt, process *p, const neap_os_cpuset **set,
                    neap_os_cpuset *own);
/* The CPUs for new processes (NULL: any) into `*set`. Returns when to ask again if it
 * is too early to tell, else 0. */
neap_ns neap_place_get(neap_runtime *rt, neap_ns now, const neap_os_cpuset **set);

/* rank.c: our own place with the kernel's scheduler. */
void neap_rank_open(neap_runtime *rt);
/* What was before, for a child that is to be started, or for good. */
void neap_rank_lower(neap_runtime *rt);
void neap_rank_raise(neap_runtime *rt);

#endif
