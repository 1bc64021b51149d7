/* neap.h - the runtime: makes tasks, runs them under a policy, tells what happened.
 *
 * Environment rules.
 * - Children: the runtime's own are the guard, a small program of ours, started when
 *   the first process task is made, and the collector of output, when the first with
 *   NEAP_OUTPUT_TAG or _GROUP is. Tasks are the guard's children. Your SIGCHLD handler,
 *   your waitpid(-1) and your other children are yours; reap those two if you like. The
 *   collector may outlive neap_free(): until nobody holds the pipes that it reads, and
 *   your stdout's reader has read.
 * - Signals: none is caught unless you ask by neap_on_signal(), which takes a signal
 *   from whom it was, a loop too, until it is given back. SIGPIPE is never raised.
 * - Memory: what runs out is an error, with one exception. The event loop is libev's,
 *   which aborts the process when it gets none. All that a loop usually needs is taken
 *   in neap_new(), which fails instead; it grows only with the descriptors that it
 *   watches (numbers above 127). ev_set_allocator() is yours, and so is a loop that
 *   you give us.
 * - fork: in the child of a fork a live runtime is of no use: what would change or run
 *   it answers -NEAP_ESTATE, and neap_free() frees its memory there and touches neither
 *   the guard nor the tasks. The parent's goes on. Exec'd children inherit nothing of
 *   it. Virtual runtimes are but memory: each has its own.
 * - Threads: one runtime, one thread. Several runtimes in several threads are fine.
 *
 * Conventions. A function returns 0 or a negative errno (error.h), and says the rest in
 * neap_last_error(). Times are nanoseconds on the runtime's clock: CLOCK_MONOTONIC, or
 * virtual time from 0. Strings and structs that are passed in are copied. Callbacks run
 * inside neap_run() and its kin, one at a time, and may call everything but neap_free()
 * and those that run the loop. Inside a policy hook only the functions marked [hook]
 * are legal; the others answer -NEAP_EINHOOK. Besides what stands with a function, one
 * that changes anything answers -NEAP_EUNSUPPORTED of a replay, and -NEAP_EMEMORY.
 * "Valid for ever": as long as the library is loaded.
 */
#ifndef NEAP_NEAP_H
#define NEAP_NEAP_H

#include <neap/error.h>
#include <neap/events.h>
#include <neap/options.h>
#include <neap/policy.h>
#include <neap/task.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Text. */

/* What the last function that failed in this thread has to say: what, why, what to try.
 * Valid until the next failure in this thread. Never NULL. [hook] */
NEAP_API const char *neap_last_error(void);

/* The sentence for an error code of either sign. Valid until the next call in this
 * thread. [hook] */
NEAP_API const char *neap_strerror(int error);

/* "1.2.3". Valid for ever. [hook] */
NEAP_API const char *neap_version(void);

/* Reads "10ms", "1.5s", "2h", "250us", "7ns", "3m", or a bare number of nanoseconds.
 * Returns 0, -NEAP_EINVAL (not a duration, negative) or -NEAP_ERANGE (beyond 292
 * years). [hook] */
NEAP_API int neap_parse_ns(const char *text, neap_ns *out);

/* Reads "512M", "1.5G", "64KiB" (units of 1024: K, M, G, T), or a bare number of bytes.
 * Returns 0, -NEAP_EINVAL or -NEAP_ERANGE (2^64 or more). [hook] */
NEAP_API int neap_parse_size(const char *text, uint64_t *out);

/* The word of `among` (NULL at the end) that `word` was probably meant to be, or NULL.
 * Valid as long as `among`. [hook] */
NEAP_API const char *neap_suggest(const char *word, const char *const *among);

/* The weight that a priority stands for: round(100 * 1.25^(priority - 5)); 0, and no
 * error, outside 0..10. [hook] */
NEAP_API int neap_priority_weight(int priority);

/* Policies. */

/* The built-in policy of this name or alias, or NULL. Valid for ever. [hook] */
NEAP_API const neap_policy *neap_policy_find(const char *name);

/* The i-th built-in policy in alphabetical order, or NULL past the last. Valid for
 * ever. [hook] */
NEAP_API const neap_policy *neap_policy_at(size_t i);

/* A policy in a shared object, made as plugin.h says: neap_options.table takes it. */
typedef struct neap_policy_file neap_policy_file;

/* Loads the shared object `path`; one without a / is in the current directory. Not for
 * what another has written into it since it was loaded first: the system has one of a
 * name. Errors: the system's, -NEAP_EINVAL (no regular file), -NEAP_EPOLICY (no shared
 * object, no policy, made for another NEAP_POLICY_ABI, a name that neap has itself),
 * -NEAP_ESTATE (in use by another copy of neap in this process), -NEAP_EMEMORY. */
NEAP_API int neap_policy_file_open(neap_policy_file **out, const char *path);

/* Its table: valid until it is closed. */
NEAP_API const neap_policy *neap_policy_file_table(const neap_policy_file *file);

/* After every runtime that had the policy: neap_free(). NULL is fine. */
NEAP_API void neap_policy_file_close(neap_policy_file *file);

/* Runtimes: made with neap_options (options.h). */

/* Another who hears what happens in a runtime that is there: called as those of the
 * options are, after them. Each may be NULL. */
typedef struct neap_listener {
    size_t size; /* sizeof(neap_listener) */
    void *user;
    void (*on_exit)(void *user, neap_runtime *rt, neap_task *task, neap_how how,
                    int code);
    void (*on_switch)(void *user, neap_runtime *rt, int cpu, neap_task *from,
                      neap_task *to);
    void (*on_report)(void *user, neap_runtime *rt, const neap_report *report);
    void (*on_forget)(void *user, neap_runtime *rt, neap_task *task);
    void (*on_turn)(void *user, neap_runtime *rt);
    /* neap_free() begins, and nothing else will be called: all but what runs the loop
     * is still legal. */
    void (*on_close)(void *user, neap_runtime *rt);
} neap_listener;

/* Makes a runtime. Options are checked as a whole: an error changes nothing. Errors:
 * -NEAP_ERANGE, -NEAP_ENOTFOUND (policy), -NEAP_EPOLICY, -NEAP_EMEMORY, or the
 * system's. */
NEAP_API int neap_new(neap_runtime **out, const neap_options *options);

/* One at a time (-NEAP_ESTATE); NULL takes it away. neap_lua_open() (lua.h) sets
 * one. */
NEAP_API int neap_listen(neap_runtime *rt, const neap_listener *listener);

/* Reports something in this runtime's name, in this turn of the loop or the next one.
 * Texts are copied. */
NEAP_API void neap_tell(neap_runtime *rt, const neap_report *report);

/* Ends all tasks (TERM and CONT, the grace time, KILL) but those attached, waits for
 * that, frees everything. No callback but on_forget and on_exit runs, and last of all
 * on_report, for what the policy's exit() has to say: by then no function may be called
 * with `rt`. NULL is fine. */
NEAP_API void neap_free(neap_runtime *rt);

/* Runs until there is nothing left to do (no task, no neap_after() timer, no output to
 * be passed on; on_exit does not wait for that) or neap_stop(). Ends at once with
 * -NEAP_EENDLESS in virtual time when tasks but no timers are there: use
 * neap_run_for(). -NEAP_EGUARD: the guard died; everything has been continued and
 * ended. */
NEAP_API int neap_run(neap_runtime *rt);

/* Runs for at most `time` on the runtime's clock, what neap_suspend() takes left out; 0
 * does what is due now. In virtual time it always passes the whole time unless
 * stopped. -NEAP_ERANGE: `time` is negative; -NEAP_ESTATE: it runs already;
 * -NEAP_EGUARD as neap_run(). */
NEAP_API int neap_run_for(neap_runtime *rt, neap_ns time);

/* Runs until task `id` has ended; then says how. `how`, `code` may be NULL.
 * -NEAP_ENOTASK, -NEAP_EENDLESS: it is virtual, and there is no timer; -NEAP_ESTATE: it
 * runs already, or neap_stop() was called; -NEAP_EGUARD as neap_run(). */
NEAP_API int neap_wait(neap_runtime *rt, neap_id id, neap_how *how, int *code);

/* In a loop of yours, whatever it is (live runtimes only): wait until neap_fd() is
 * readable, at most for neap_timeout(); call neap_run_once(); and so on until that says
 * 0. Descriptor and time are both true after anything that you ask of the runtime:
 * waiting for the descriptor alone is enough, and most exact. A loop of libev's is more
 * easily given as neap_options.loop. */

/* A descriptor that is readable when something is due, or there. It stays the
 * runtime's, and the same until neap_free(): only wait for it (poll, epoll, kqueue, as
 * often as it is readable: it is level-triggered). -NEAP_EUNSUPPORTED: in virtual time
 * there is none. */
NEAP_API int neap_fd(neap_runtime *rt);

/* How long until neap_run_once() must be called at the latest: 0: now; NEAP_FOREVER:
 * when the descriptor says so. In virtual time: how long nothing happens. */
NEAP_API neap_ns neap_timeout(const neap_runtime *rt);

/* Does what is due now, and calls the callbacks that belong to it. Never waits for
 * anything. 1: there is more to come; 0: there is nothing left to do, as neap_run()
 * understands it, or neap_stop() was called in it. -NEAP_EGUARD and -NEAP_ESTATE, as
 * neap_run(). */
NEAP_API int neap_run_once(neap_runtime *rt);

/* Makes the running neap_run() return after this turn of the loop. */
NEAP_API void neap_stop(neap_runtime *rt);

/* The runtime's clock. Constant within one decision. [hook] */
NEAP_API neap_ns neap_now(const neap_runtime *rt);

/* Tasks. */

typedef enum {
    NEAP_STDIN_NULL,   /* /dev/null */
    NEAP_STDIN_INHERIT /* the runtime's, as it was when the guard was started */
} neap_stdin;

/* Where what a task writes to 1 and 2 goes. Who does not read it delays the tasks that
 * write and nobody else; what is lost is reported (NEAP_REPORT_OUTPUT). TAG passes
 * lines of more than 64 KiB on in pieces; GROUP keeps what is more than that in a file
 * in TMPDIR, and passes on at once what finds no room there (NEAP_REPORT_TASK). What a
 * task has left behind writes after its end is passed on by line. */
typedef enum {
    NEAP_OUTPUT_INHERIT, /* to the runtime's own */
    NEAP_OUTPUT_NULL,    /* to /dev/null */
    NEAP_OUTPUT_TAG,     /* there, each line with the task's name before it */
    NEAP_OUTPUT_GROUP,   /* there, all of it when the task has ended */
    NEAP_OUTPUT_FILES    /* to NAME.out and NAME.err in a directory */
} neap_output;

/* What a task is to the scheduler. Zero means the default. */
typedef struct neap_spec {
    size_t size;       /* sizeof(neap_spec) */
    const char *name;  /* default: the program's base name, or "task" */
    int priority;      /* 0..10, see `has_priority` */
    bool has_priority; /* since 0 is a priority; default 5 */
    int weight;        /* 1..10000; default: from the priority */
    neap_ns estimate, deadline, period; /* >= 0 */
    uint64_t group;
    void *user;
} neap_spec;

/* A process to start. */
typedef struct neap_job {
    size_t size;    /* sizeof(neap_job) */
    neap_spec spec; /* spec.size may be 0 here */
    /* NULL at the end; argv[0] is looked up in the job's PATH */
    const char *const *argv;
    const char *const *env; /* "NAME=value", NULL at the end; default: the runtime's */
    const char *cwd;        /* default: the runtime's */
    neap_stdin input;
    neap_output output;
    const char *output_dir; /* of NEAP_OUTPUT_FILES: it must exist */
    /* Three descriptors for its 0, 1 and 2 instead, each -1 for what `input` and
     * `output` say. Copies are kept until it starts: yours may be closed. NULL:
     * none. */
    const int *descriptors;
    const neap_limits *limits; /* limits.h; NULL: none */
    /* Ended (NEAP_HOW_TIMEOUT: TERM, the grace time, KILL) when it has run and slept
     * for so long since its start: what it was held for does not count. 0: never. */
    neap_ns timeout;
    /* spec.deadline ends it likewise, started or not, unless this is set: then only
     * policies look at it. */
    bool may_be_late;
} neap_job;

/* Makes a virtual task: no process, its CPU time is the time it holds a cpu. `spec`,
 * `out` may be NULL. -NEAP_ERANGE: a value of the spec; -NEAP_EUNSUPPORTED; or what the
 * policy answers that refuses it. */
NEAP_API int neap_add(neap_runtime *rt, const neap_spec *spec, neap_id *out);

/* Makes a process task. The program is looked up and checked now (-ENOENT, -EACCES,
 * -ENOEXEC is never given: a script without #! is run by /bin/sh): when this fails, no
 * task exists. The process is created when the task is first picked; what fails then
 * ends it (NEAP_HOW_ERROR). */
NEAP_API int neap_spawn(neap_runtime *rt, const neap_job *job, neap_id *out);

/* Makes a task of a process that runs already, with all that it has started and will
 * start: it is held and let go like any other. `spec` may be NULL; its default name is
 * that of the program. CPU time counts from now on, by the clocks of its tree.
 * `max_alive` does not keep it out, and a deadline is for policies only.
 *
 * It stays its parent's child. That one may notice each stop (shells with job control,
 * tmux, sudo do), may undo it, and gets its exit status; a report says so. How it ended
 * is known while it is a zombie, and from Linux 6.15 on; elsewhere a signal is not told
 * from an exit, the code is 0, and a report says that it is not known.
 *
 * It is never ended but by neap_task_kill() and neap_task_signal(). neap_end(),
 * neap_free(), and the death of this process or of its guard, whatever `on_death` says,
 * continue it and leave it alone (NEAP_HOW_ENDED, 0), and so they do what it leaves
 * behind at its end. Limits and confinement to CPUs are not applied to it.
 *
 * Signals go to its group if all in that are its descendants (and the kernel, 6.9 or
 * later, can name a group), else to each process of its tree alone. What it daemonised
 * before, or does while nobody looks, is not found. Refused, with the reason: -EINVAL
 * (this process, an ancestor of it, its guard, a thread), -ESRCH, -EPERM (another
 * user's), -EBUSY (traced, or a part of a task already). */
NEAP_API int neap_attach(neap_runtime *rt, int pid, const neap_spec *spec,
                         neap_id *out);

/* The task of this id, or NULL: never was, or has ended. Valid until its on_forget.
 * [hook] */
NEAP_API neap_task *neap_find(const neap_runtime *rt, neap_id id);

/* The task with the least id above `after`, or NULL: for (t = neap_next(rt, 0); t; t =
 * neap_next(rt, t->id)). In order of id. Valid as neap_find()'s. [hook] */
NEAP_API neap_task *neap_next(const neap_runtime *rt, neap_id after);

/* The task on `cpu`, or NULL. Valid as neap_find()'s. [hook] */
NEAP_API neap_task *neap_current(const neap_runtime *rt, int cpu);

/* The accounts of `t` up to now: the present state's share included. Without a runtime,
 * up to when that began. [hook] */
NEAP_API void neap_task_times(const neap_runtime *rt, const neap_task *t,
                              neap_times *out);
NEAP_API void neap_task_turns(const neap_task *t, neap_turns *out); /* [hook] */

/* What the policy says of `t`: which numbers decide when it gets a cpu. Writes at most
 * `room` bytes; "": it says nothing. -NEAP_EINHOOK. */
NEAP_API int neap_explain(const neap_runtime *rt, const neap_task *t, char *out,
                          size_t room);

/* "ready", "exit", "priority", "expired": the words for the enums. Valid for
 * ever. [hook] */
NEAP_API const char *neap_state_name(neap_state state);
NEAP_API const char *neap_how_name(neap_how how);
NEAP_API const char *neap_why_name(neap_why why);
NEAP_API const char *neap_source_name(neap_source source);

/* Changes of a task. All answer -NEAP_ENOTASK for a task that is not, or no longer,
 * there, and -NEAP_ERANGE for a value outside its range, which changes nothing. */
/* weight follows */
NEAP_API int neap_set_priority(neap_runtime *rt, neap_id id, int priority);
/* priority + 1 */
NEAP_API int neap_boost(neap_runtime *rt, neap_id id);
/* priority - 1 */
NEAP_API int neap_lower(neap_runtime *rt, neap_id id);
NEAP_API int neap_set_weight(neap_runtime *rt, neap_id id, int weight);
NEAP_API int neap_set_deadline(neap_runtime *rt, neap_id id, neap_ns deadline);
NEAP_API int neap_set_estimate(neap_runtime *rt, neap_id id, neap_ns estimate);
NEAP_API int neap_set_period(neap_runtime *rt, neap_id id, neap_ns period);
NEAP_API int neap_set_group(neap_runtime *rt, neap_id id, uint64_t group);
NEAP_API int neap_set_name(neap_runtime *rt, neap_id id, const char *name);

/* `mask`: bit c of word c/64 for cpu c; at least one of the runtime's cpus must be in
 * it (-NEAP_EINVAL). NULL: all cpus. */
NEAP_API int neap_set_affinity(neap_runtime *rt, neap_id id, const uint64_t *mask,
                               size_t words);

/* -NEAP_ESTATE: it is paused already, or is not paused. */
NEAP_API int neap_task_pause(neap_runtime *rt, neap_id id);
NEAP_API int neap_task_resume(neap_runtime *rt, neap_id id);

/* The running task `id` gives up the rest of its slice. -NEAP_ESTATE: it does not run;
 * -NEAP_EUNSUPPORTED: with the actuator `none` nothing is held. */
NEAP_API int neap_task_yield(neap_runtime *rt, neap_id id);

/* Virtual tasks only (-NEAP_EUNSUPPORTED else): it goes to sleep, it wakes, it ends by
 * itself. -NEAP_ESTATE: only a running task can sleep, only a sleeping one wake. */
NEAP_API int neap_task_block(neap_runtime *rt, neap_id id);
NEAP_API int neap_task_wake(neap_runtime *rt, neap_id id);
NEAP_API int neap_task_finish(neap_runtime *rt, neap_id id, int code);

/* Virtual tasks only: when it has used `cpu` ns (at least 1) more, on_burst is called,
 * before the decision of that instant. NEAP_FOREVER: it has no burst. -NEAP_ESTATE:
 * there is no on_burst. */
NEAP_API int neap_set_burst(neap_runtime *rt, neap_id id, neap_ns cpu);

/* Sends `signo` to the whole tree. A held task that gets TERM, INT, HUP or QUIT is
 * continued so that it can act on it. A virtual task takes KILL, TERM, INT, HUP and
 * QUIT as its end and ignores the rest. A task that has no process yet: these five
 * cancel it. -NEAP_ENOTASK, -NEAP_EINVAL: no such signal; -NEAP_ERANGE: too many in one
 * decision. [hook: queued until the decision is over] */
NEAP_API int neap_task_signal(neap_runtime *rt, neap_id id, int signo);

/* TERM and CONT, the grace time, KILL; NEAP_KILL_NOW: KILL. -NEAP_ENOTASK. */
typedef enum { NEAP_KILL_GRACE, NEAP_KILL_NOW } neap_kill_mode;
NEAP_API int neap_task_kill(neap_runtime *rt, neap_id id, neap_kill_mode mode);

/* Ends all tasks likewise; those not yet started are cancelled, those attached left.
 * Returns at once; neap_run() returns when all are gone. -NEAP_EINHOOK,
 * -NEAP_EUNSUPPORTED (a replay), and no other. */
NEAP_API int neap_end(neap_runtime *rt, neap_kill_mode mode);

/* Changes of the runtime, legal while tasks run; none loses a task or a nanosecond, and
 * an error changes nothing. */
/* `name`, or `table`, which must outlive its use; `params` may be NULL.
 * -NEAP_ENOTFOUND, -NEAP_EPOLICY: it does not take over, and the old one stays. */
NEAP_API int neap_set_policy(neap_runtime *rt, const char *name,
                             const neap_policy *table, const neap_params *params);
/* ns, 1 ms..1 s; -NEAP_ERANGE. */
NEAP_API int neap_set_quantum(neap_runtime *rt, neap_ns quantum);
/* As neap_options.cpus; -NEAP_ERANGE. */
NEAP_API int neap_set_cpus(neap_runtime *rt, int cpus);

/* Pauses the whole scheduler: every started task runs freely, as if neap were not
 * there, until neap_resume(). What it used meanwhile is charged. -NEAP_ESTATE: is so
 * already. */
NEAP_API int neap_pause(neap_runtime *rt);
NEAP_API int neap_resume(neap_runtime *rt);

/* Stops all tasks, sleepers included, then this process (SIGSTOP), and returns when it
 * was continued: the tasks go on as they were, and the time between is nobody's wait
 * and nobody's turn. What a shell expects at Ctrl-Z. -NEAP_EUNSUPPORTED:
 * its clock is virtual; or the system's. */
NEAP_API int neap_suspend(neap_runtime *rt);

/* Decides now: the slice of every running task ends. neap_yield: that of the task on
 * `cpu` (-NEAP_ESTATE: there is none; errors of neap_task_yield()). */
NEAP_API int neap_trigger(neap_runtime *rt);
NEAP_API int neap_yield(neap_runtime *rt, int cpu);

/* Counts since neap_new(). */
typedef struct neap_stats {
    const char *policy; /* the one in charge */
    int cpus;
    neap_ns quantum;
    neap_ns wall; /* since neap_new() */
    /* CPU time of neap itself: this thread in neap calls, the guard */
    neap_ns neap_cpu;
    uint64_t decisions;  /* turns of the core that had something to decide */
    uint64_t dispatches; /* times that a task was given a cpu */
    /* times that a cpu went to another task than it had last */
    uint64_t context_switches;
    /* times a task lost its cpu to another, and could have gone on */
    uint64_t preemptions;
    uint64_t voluntary; /* times a task gave up its cpu: yielded, slept, ended */
    /* decisions more than a tenth of a quantum after their time */
    uint64_t late_ticks;
    neap_ns late;       /* by how much, in all */
    uint64_t failures;  /* of hooks */
    uint64_t ejections; /* of policies */
    uint64_t clamped;   /* slices below 1 ms */
    size_t active;      /* tasks that have not ended */
    size_t waiting;     /* of these, those beyond max_alive */
    uint64_t ticks;     /* of the timer, missed ones included */
    uint64_t missed;    /* ticks that came together with a later one */
    uint64_t forced;    /* turns given by max_hold */
    uint64_t escaped;   /* processes found outside their tree, and ended */
} neap_stats;

NEAP_API void neap_get_stats(const neap_runtime *rt, neap_stats *out); /* [hook] */

/* The policy's own counters (neap_count): the i-th name and value, false past the
 * last. */
NEAP_API bool neap_counter(const neap_runtime *rt, size_t i, const char **name,
                           uint64_t *value);

/* The CPUs that tasks are confined to, "0-3,8"; "" when they are not. Valid until the
 * next call. */
NEAP_API const char *neap_placement(neap_runtime *rt);

/* Rescue: what runtimes of this user left behind that were killed together with their
 * guards. There should be nothing. */

typedef enum {
    NEAP_RESCUE_BY_RECORD, /* what the on_death of each says */
    NEAP_RESCUE_LIST,      /* nothing is done */
    NEAP_RESCUE_CONTINUE,
    NEAP_RESCUE_END /* TERM and CONT, the grace time, KILL */
} neap_rescue_mode;

/* A process, as it was found. */
typedef struct neap_left {
    int pid;
    int runtime;  /* the pid of the dead runtime */
    neap_id task; /* 0: unknown */
    bool stopped;
    const char *command; /* valid during the callback */
} neap_left;

typedef void neap_left_fn(void *user, const neap_left *left);

/* Calls `fn` (may be NULL) for each, does what `mode` says, and waits for it. Returns
 * how many there were, -NEAP_EINVAL (`mode`), -NEAP_ERANGE (`grace`, ns, is negative),
 * or the system's. `grace` 0: the default. A runtime that may `adopt` does this by
 * itself, BY_RECORD, before it starts its first process. */
NEAP_API int neap_rescue(neap_rescue_mode mode, neap_ns grace, neap_left_fn *fn,
                         void *user);

#ifdef __cplusplus
}
#endif

#endif
