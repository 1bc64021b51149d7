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
#include "os/guard.h"
#include "os/os.h"
#include <signal.h>

struct ev_loop;

/* A leader that had the cpu for so long and did nothing waits for another: more than an
 * account lags. */
#define LEADER_IDLE (8 * NEAP_MS)

/* Where a task's process is on its way. */
typedef enum {
    P_QUEUED, /* not picked yet: only a description */
    P_ASKED,  /* picked: the guard has been, or will be, asked to fork */
    P_FORKED, /* waits before exec */
    P_LIVE,
    P_ENDED, /* its leader has exited; the rest of the tree is being ended */
    P_GONE
} phase;

/* The process of a task. */
typedef struct process {
    neap_task *task;
    phase phase;
    char *program;
    char **argv, **env; /* each one block; NULL once it runs. env NULL: ours */
    char *cwd;
    neap_stdin input;

    pid_t *groups; /* that its tree made beside the leader's own */
    int n_groups;
    neap_ns asked_cpu;  /* its leader_cpu when it was last asked for children */
    int counter;        /* of the whole tree's CPU time; negative: none */
    neap_ns leader_cpu; /* what its own clock said last */
    /* how long it had left the cpu idle when the counter was asked */
    neap_ns idle_seen;
    neap_ns ran, asked_ran, looked_ran; /* wall time that it was released; likewise */

    bool held;         /* we have stopped it */
    bool correct;      /* in rt->held: its CPU time is to be read once more */
    bool ending;       /* TERM was sent: it may run until it is gone */
    bool ended_by_run; /* by neap_end(): how = ended, never a failure */
    /* the leader's zombie is gone: its group is what is left of it */
    bool reaped;
    uint64_t signals_later; /* bit n - 1: signal n came before it could get one */
    neap_ns released_at, stopped_at;
    neap_ns kill_at; /* when to send KILL; NEAP_FOREVER: not, or done */
    neap_ns hold_at; /* when to hold it again that was let go to act on a signal */
    struct process *next_held; /* list of those to be read once more */
} process;

typedef struct loop_timer {
    neap_timer id;
    neap_ns at, period; /* period 0: once */
    neap_timer_fn *fn;
    void *user;
    void (*drop)(void *user);
    bool internal; /* does not keep neap_run() going */
} loop_timer;

/* A heap of timers by time (timers.c). */
typedef struct loop_timers {
    loop_timer *list;
    size_t count, room;
    neap_timer last;
    size_t once; /* how many keep neap_run() going */
} loop_timers;

typedef struct signal_watch signal_watch;

/* What is to be told when the decision is over. */
typedef struct told {
    struct told *next;
    neap_report report;
    char text[];
} told;

struct neap_runtime {
    neap_core *core;
    neap_options opt; /* strings in it are not ours, and not used after neap_new() */
    bool live;
    neap_ns virtual_now;
    neap_ns made_at;

    struct ev_loop *loop;
    int tick;
    neap_ns armed, armed_every; /* when the tick comes next, and how often then */
    struct watchers *watchers;
    signal_watch *signals;
    int guard_events; /* what the guard's watcher asks for */

    char *guard_path;
    neap_guard *guard;
    bool guard_speaks; /* its socket has something for us */
    bool guard_lost;
    neap_ns guard_cpu; /* of guards that are gone */

    loop_timers timers;
    neap_fifo gone; /* ENDED tasks whose exit is to be told */
    told *first_told, **last_told;
    process *held; /* to be read once more */
    size_t ending; /* processes that are not quite gone */
    neap_order *switches;
    size_t switches_room;
    struct queued_signal {
        neap_id id;
        int signo;
    } queued_signal[64];
    int queued_signals;

    bool running, stop;
    neap_id waited;
    bool waited_done;
    neap_how waited_how;
    int waited_code;

    struct placement {
        bool confined, chosen;
        bool moved; /* we are on the one CPU of our tasks */
        char text[256];
        neap_os_cpuset allowed, set;
        int n_allowed;
        neap_os_load *load; /* the first sample, until the CPUs are chosen */
        neap_ns sampled_at;
    } place;

    int inside; /* neap calls on the stack, for the account of our own CPU time */
    neap_ns entered_cpu, own_cpu;
};

/* turn.c */
void neap_loop_turn(neap_runtime *rt); /* everything that is due now */
neap_ns neap_loop_due(const neap_runtime *rt);
bool neap_loop_done(const neap_runtime *rt);
/* later, outside decisions */
void neap_loop_tell(neap_runtime *rt, const neap_report *report);
/* Charges who runs up to now: callbacks, and who called run(), find true accounts. */
void neap_loop_settle(neap_runtime *rt);
void neap_loop_enter(neap_runtime *rt);
void neap_loop_leave(neap_runtime *rt);

/* runtime.c */
int neap_loop_outside(const neap_runtime *rt); /* 0, or -NEAP_EINHOOK */
int neap_loop_task(const neap_runtime *rt, neap_id id, neap_task **out);
neap_ns neap_loop_now(const neap_runtime *rt);

/* timers.c */
int neap_timers_add(neap_runtime *rt, neap_ns at, neap_ns period, neap_timer_fn *fn,
                    void *user, void (*drop)(void *), bool internal, neap_timer *out);
void neap_timers_run(neap_runtime *rt, neap_ns now);
neap_ns neap_timers_next(const neap_runtime *rt);
void neap_timers_free(neap_runtime *rt);

/* live.c: libev, the tick, the signals. */
int neap_live_open(neap_runtime *rt);
void neap_live_close(neap_runtime *rt);
void neap_live_forget_guard(neap_runtime *rt); /* before its socket is closed */
/* for an event, at most until then */
void neap_live_wait(neap_runtime *rt, neap_ns until);

/* process.c: what orders and users do to processes. */
int neap_process_new(neap_runtime *rt, const neap_job *job, process **out);
void neap_process_free(process *p);
void neap_process_hold(neap_runtime *rt, process *p, neap_ns now);
void neap_process_release(neap_runtime *rt, process *p);
void neap_process_signal(neap_runtime *rt, process *p, int signo);
void neap_process_kill(neap_runtime *rt, process *p, neap_kill_mode mode);
void neap_process_measure(neap_runtime *rt, process *p, neap_ns now);
void neap_process_correct(neap_runtime *rt, neap_ns now);
void neap_process_measured_all(neap_runtime *rt, neap_ns now);
void neap_process_uncorrect(neap_runtime *rt, process *p);
void neap_process_forget_job(process *p);
pid_t neap_process_pid(const process *p);

/* tree.c: what a process has started. */
void neap_tree_signal(neap_runtime *rt, process *p, int signo); /* the whole of it */
/* Of a tree whose leader's group was just stopped: the rest. */
void neap_tree_stop_strays(neap_runtime *rt, process *p);
/* To the groups that are known; did anybody get it? */
bool neap_tree_signal_groups(const process *p, int signo);
bool neap_tree_lives(const process *p); /* anybody but zombies in its groups? */
/* Of a leader that was reaped. */
bool neap_tree_has_rest(neap_runtime *rt, process *p);
void neap_tree_end_rest(neap_runtime *rt, process *p, neap_kill_mode mode);

/* spawn.c: with the guard. */
void neap_spawn_start(neap_runtime *rt, process *p);
void neap_spawn_listen(neap_runtime *rt);
int neap_spawn_guard(neap_runtime *rt); /* starts one if there is none */
void neap_spawn_end(neap_runtime *rt, neap_task *t, neap_how how, int code);

/* place.c */
int neap_place_open(neap_runtime *rt);
void neap_place_close(neap_runtime *rt);
int neap_place_change(neap_runtime *rt, int cpus);
/* The CPUs for new processes (NULL: any) into `*set`. Returns when to ask again if it
 * is too early to tell, else 0. */
neap_ns neap_place_get(neap_runtime *rt, neap_ns now, const neap_os_cpuset **set);

#endif
