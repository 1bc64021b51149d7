/* neap_lua.h - what the files of the Lua face share.
 *
 * A Lua error is a longjmp, and none may cross the runtime's frames. So what the
 * runtime calls (events.c, host.c) uses only functions of Lua that cannot raise, or
 * runs under lua_pcall.
 *
 * Values that outlive a call are kept by a thread (`keep`) that never runs: its stack
 * slots are the cheapest place to fetch a value from. The thread hangs on the runtime's
 * userdata and not on the registry, so that a runtime whose handlers refer to it can
 * still be collected.
 */
#ifndef NEAP_LUA_H
#define NEAP_LUA_H

#include <lauxlib.h>
#include <lua.h>
#include <neap/neap.h>

struct neap_host;

/* A string that lives as long as its owner. */
struct neap_text {
    struct neap_text *next;
    char text[];
};

/* Returns the copy of `text` in the list, made now unless it is there; NULL: no
 * memory. */
const char *neap_text_keep(struct neap_text **list, const char *text);
void neap_text_free(struct neap_text **list);
/* Copies a text of any origin for people to read: control characters (but tabs) and
 * bytes that are not UTF-8 as \ddd; what does not fit is cut, with "..." behind it.
 * `room` is at least 16. */
enum neap_text_lines {
    NEAP_TEXT_LINE, /* a newline is a control character, too */
    NEAP_TEXT_LINES
};
void neap_text_plain(char *out, size_t room, const char *text, size_t size,
                     enum neap_text_lines lines);
#define NEAP_TEXT_NO_MEMORY "not enough memory" /* Lua's own message */
/* A message handler: makes any error a text, with the traceback behind it. */
int neap_text_explain(lua_State *L);
/* The text that stands for an error, without a traceback. May raise. */
int neap_text_message(lua_State *L);

/* Events that handlers can be set for, in the order of neap_event_names. */
enum neap_event { NEAP_EVENT_EXIT, NEAP_EVENT_SWITCH, NEAP_EVENT_ERROR, NEAP_EVENTS };
extern const char *const neap_event_names[];

/* Slots of a script's `keep`. */
/* The last only of a guest: the handles by id. */
enum { NEAP_KEEP_ANCHOR = 1, NEAP_KEEP_ERROR, NEAP_KEEP_HANDLES };

/* A runtime as a script holds it. The userdata is this struct; its user value is the
 * anchor: a table that refers to all that the runtime needs of Lua, under luaL_ref's
 * numbers (handles, timers, policies) and under names (lists of handlers). */
struct neap_script {
    uint32_t magic;
    unsigned heard;   /* bit e: event e has a handler */
    int calls;        /* callbacks of this runtime that run now */
    int hooks;        /* hooks of its policy that run now */
    bool failed;      /* a callback raised what is now in NEAP_KEEP_ERROR */
    neap_runtime *rt; /* NULL: closed, or not made yet */
    lua_State *L;     /* the main thread: callbacks and hooks run there */
    lua_State *keep;
    bool clean_env;       /* of its jobs, if they do not say */
    size_t policy_memory; /* bytes for the state of a policy file; 0: the default */
    bool profile;         /* the time in hooks is measured */
    bool recorded;        /* so are the texts of policies */
    bool is_replay;
    bool hears_events;        /* ... by a function of the script's */
    struct neap_gauge *gauge; /* its meter, or NULL */
    bool trust;               /* policy files are run in the script's own state */
    bool simulates;           /* its tasks are no script's: policies make the handles */
    struct neap_host *hosts;  /* the policies in Lua that it has or had */
    struct neap_library *libraries; /* the shared objects of its policies in C */
    bool guest;                     /* the runtime is a C host's: guest.c */
    bool loops;                     /* ... and the script runs its loop */
    bool tells;                     /* handlers of `error` run, of a guest's */
    struct neap_handle *coming;     /* of the task that a guest makes now */
    bool closing;                   /* its coroutines are being ended */
    int endings;                    /* coroutines that are being ended now */
    struct neap_go *youngest;       /* of its coroutines */
    struct neap_go *awaited;        /* its end stops the run */
};

/* runtime.c */
int neap_runtime_lua(lua_State *L); /* neap.runtime(options) */
int neap_rescue_lua(lua_State *L);  /* neap.rescue(options) */
void neap_runtime_push_metatable(lua_State *L);
/* Reads policy_memory of the table at `index`; raises. */
void neap_script_read_memory(lua_State *L, int index, struct neap_script *s);

/* replay.c */
int neap_replay_lua(lua_State *L);       /* neap.replay(path [, options]) */
int neap_replay_state_lua(lua_State *L); /* rt:replay() */
int neap_metrics_lua(lua_State *L);      /* gauge.c: rt:metrics() */

/* Reads the bounds of policy files, or that they have none, from the options at 1. */
void neap_runtime_profile(lua_State *L, struct neap_script *s);

int neap_simulate_lua(lua_State *L); /* simulate.c: core.simulate(options) */

/* script.c. Pushes a script without a runtime and without a metatable. */
struct neap_script *neap_script_new(lua_State *L);
/* Frees the runtime, if there is one, and its policies. */
void neap_script_close(struct neap_script *s);
struct neap_script *neap_script_check(lua_State *L, int arg);
/* The same, and raises where the runtime is closed. */
struct neap_script *neap_script_open(lua_State *L, int arg);
/* Pushes the anchor table. */
void neap_script_anchor(lua_State *L, struct neap_script *s);
/* Raises where the loop must not be run: inside a hook or a callback. */
void neap_script_may_loop(lua_State *L, struct neap_script *s);
/* Raises the error that a callback left behind, if any. */
void neap_script_raise(lua_State *L, struct neap_script *s);

/* Which failures of neap_* are the caller's mistake, and raise. A call that is not
 * legal inside a hook always is. */
enum neap_strictness {
    NEAP_MISUSE_RAISES, /* out of range, not valid */
    NEAP_ALL_RAISE,
    NEAP_NONE_RAISES
};

/* Answers for a neap_* call that returned `rc`: leaves true, or nil, message, errno. */
int neap_script_settle(lua_State *L, struct neap_script *s, int rc,
                       enum neap_strictness how);

/* limits.c. Sets what the table at `index` says of limits; raises. */
void neap_option_limits(lua_State *L, int index, neap_limits *l);
/* Those of the table `defaults`; they stay on the stack. */
const neap_limits *neap_option_defaults(lua_State *L, int index, bool *clean_env);
int neap_limits_lua(lua_State *L); /* neap.limit(name, value) */
void neap_limits_push_names(lua_State *L);

/* events.c */
void neap_events_install(neap_options *o);
void neap_events_listen(neap_listener *l); /* the same for a guest */
/* What it installs as on_switch. */
void neap_events_switch(void *user, neap_runtime *rt, int cpu, neap_task *from,
                        neap_task *to);
/* Pushes the table that handlers of `error` get. */
void neap_events_push_report(lua_State *L, const neap_report *report);
int neap_events_on(lua_State *L);
int neap_events_off(lua_State *L);
int neap_events_on_signal(lua_State *L);
/* Calls body(data) in protection on the script's main thread; an error stops the
 * run. */
void neap_events_protect(struct neap_script *s, lua_CFunction body, void *data);
int neap_events_traceback(lua_State *L); /* a message handler */
/* Something of the script's own failed: tells the handlers of `error`. */
void neap_events_tell_script(struct neap_script *s, const neap_report *report);

/* timer.c */
int neap_timer_after(lua_State *L);
int neap_timer_every(lua_State *L);
int neap_timer_cancel_method(lua_State *L); /* rt:cancel(timer) */
void neap_timer_cancel_all(struct neap_script *s);

/* child.c */
int neap_child_on(lua_State *L);                   /* rt:on_child(pid, fn) */
void neap_child_forget_all(struct neap_script *s); /* the runtime goes on without it */

/* go.c: coroutines. */
struct neap_go;
int neap_go_lua(lua_State *L);   /* rt:go(fn, ...) */
int neap_go_sleep(lua_State *L); /* rt:sleep(time) */
/* The coroutine of the script that L is, or NULL. */
struct neap_go *neap_go_of(lua_State *L, struct neap_script *s);
/* Lets L, which is `g`, stand in `queue`; to be returned. Taken out of it and resumed,
 * it goes on with `then`, which finds the stack as it is. Raises where it cannot. */
int neap_go_wait(lua_State *L, struct neap_go *g, struct neap_go **queue,
                 lua_CFunction then);
struct neap_handle;
void neap_go_task_ended(struct neap_handle *h); /* those that wait for it go on */
void neap_go_end_all(struct neap_script *s);    /* the runtime is being closed */

/* task.c */
void neap_task_push_metatable(lua_State *L); /* of handles */
/* The handle at 1, of a task that has not ended; raises. */
struct neap_handle *neap_task_check(lua_State *L);

/* task_tell.c: methods. */
int neap_task_explain_lua(lua_State *L);
int neap_task_stats_lua(lua_State *L);
int neap_task_why_lua(lua_State *L);

/* handle.c */
struct neap_handle {
    uint32_t magic;
    int ref;         /* its number in the table of handles of its state */
    neap_task *task; /* NULL: it has ended */
    neap_id id;
    struct neap_script *script; /* valid while task is not NULL */
    neap_how how;               /* NEAP_HOWS: it is not known how it ended */
    int code;
    struct neap_go *waiters;  /* coroutines that wait for its end */
    struct neap_queue *queue; /* which it is in, or NULL (queue.c) */
    struct neap_handle *before, *behind;
    size_t place;
};

/* Pushes a new handle, bound to no task yet; user value 1 is for `data`, 2 keeps the
 * runtime. */
struct neap_handle *neap_handle_new(lua_State *L, struct neap_script *s);
void neap_handle_bind(struct neap_handle *h, neap_task *t);
/* The handle at `index`, or NULL for anything else. Never raises. */
struct neap_handle *neap_handle_test(lua_State *L, int index);
/* The script's handle of `t`, or NULL: there is none yet, or no memory for one. Never
 * raises. */
struct neap_handle *neap_handle_of(const struct neap_script *s, const neap_task *t);
/* Pushes it, or nil. Raises where a guest needs memory for it, and else never. */
void neap_handle_push(lua_State *L, struct neap_script *s, const neap_task *t);

/* guest.c: the same for scripts whose runtime is a C host's. */
struct neap_handle *neap_guest_handle(const struct neap_script *s, const neap_task *t);
void neap_guest_push(lua_State *L, struct neap_script *s, const neap_task *t);
void neap_guest_forget(struct neap_script *s, const struct neap_handle *h);
void neap_guest_end(struct neap_script *s); /* the runtime goes on without it */

/* jobs.c: rt:spawn{}, rt:attach(pid [, {}]) and rt:task{}. */
int neap_jobs_spawn(lua_State *L);
int neap_jobs_attach(lua_State *L);
int neap_jobs_task(lua_State *L);

/* terminal.c */
int neap_paths_lua(lua_State *L);     /* require "neap.paths" */
int neap_ignored_lua(lua_State *L);   /* ignored.c: require "neap.ignored" */
int neap_interrupt_lua(lua_State *L); /* interrupt.c: require "neap.interrupt" */
int neap_terminal_lua(lua_State *L);  /* neap.terminal(fd) */
int neap_writable_lua(lua_State *L);  /* neap.writable(fd [, time]) */

/* self_linux.c: the file of the program that runs, resolved; and a name by which our
 * children can start it as long as we live. */
bool neap_self_path(char *out, size_t room);
bool neap_self_link(char *out, size_t room);

/* options.c: values from scripts. All raise and name `what` when the value is not as
 * wanted. */

/* Checks the keys of the table at `index`: strings of `names` only, and whole numbers
 * where `list` says so. */
enum neap_option_list { NEAP_NO_LIST, NEAP_WITH_LIST };
void neap_option_keys(lua_State *L, int index, const char *what,
                      const char *const *names, enum neap_option_list list);
/* Pushes the raw field `name`; false, and nothing pushed, when it is nil. */
bool neap_option_get(lua_State *L, int index, const char *name);
bool neap_option_integer_test(lua_State *L, int index, lua_Integer *out);
lua_Integer neap_option_integer(lua_State *L, int index, const char *what,
                                lua_Integer least, lua_Integer most);
neap_ns neap_option_duration(lua_State *L, int index, const char *what);
const char *neap_option_text(lua_State *L, int index, const char *what);
int neap_option_enum(lua_State *L, int index, const char *what,
                     const char *const *names);
bool neap_option_boolean(lua_State *L, int index, const char *what);
int neap_option_signal(lua_State *L, int index);
const char *neap_option_signal_name(int signo); /* "INT", or NULL */
/* Turns a table of cpus into a bit mask; returns its length in words. */
size_t neap_option_cpus(lua_State *L, int index, uint64_t mask[NEAP_CPUS_MAX / 64]);
/* Turns { name = value } into parameters, which live in a userdata that it pushes. */
void neap_option_params(lua_State *L, int index, neap_params *out);
/* Pushes ` (did you mean "x"?)` or "". */
const char *neap_option_hint(lua_State *L, const char *word, const char *const *among);

/* load.c: policies. */
struct neap_choice {
    const char *name;           /* a policy in C, or NULL */
    struct neap_host *host;     /* a policy in Lua, or NULL */
    const neap_policy *library; /* one in a shared object, or NULL */
};

/* For neap_options.table: NULL for a policy that has a name. */
const neap_policy *neap_choice_table(const struct neap_choice *choice);

/* Finds the policy that the value at `index` (a name, a path or a table) stands for.
 * Returns 0, or a negative errno and pushes the message. */
int neap_load_policy(lua_State *L, int index, struct neap_script *s,
                     struct neap_choice *out);
/* The same of a policy's text. */
int neap_load_text(lua_State *L, struct neap_script *s, const char *text, size_t size,
                   const char *chunk, struct neap_host **out);

/* library.c: policies in C in shared objects, which stay as long as their script. */
bool neap_library_is(const char *word); /* is it the path of one? */
/* The policy of `path`. Returns 0, or a negative errno and pushes the message. */
int neap_library_take(lua_State *L, struct neap_script *s, const char *path,
                      const neap_policy **out);
/* That of this name, if the script has loaded one, or NULL. */
const neap_policy *neap_library_find(const struct neap_script *s, const char *name);
void neap_library_close(struct neap_script *s); /* all of them */

int neap_load_policies(lua_State *L); /* neap.policies(), in no order */
int neap_load_stamp(lua_State *L);    /* neap.stamp(path) */
int neap_load_describe(lua_State *L); /* neap.describe(policy) */

/* policy.c: the policy that is in charge. */
int neap_policy_set(lua_State *L);    /* rt:set_policy(policy [, params]) */
int neap_policy_reload(lua_State *L); /* rt:reload() */
/* Keeps the words at these indices (params: 0 for none) for a reload. */
void neap_policy_remember(lua_State *L, struct neap_script *s, int policy, int params);
/* The host in charge, or NULL. */
struct neap_host *neap_policy_host(const struct neap_script *s);
/* The share that the policy in charge, of this name, promises. */
neap_ideal neap_policy_ideal(const struct neap_script *s, const char *name);
int neap_policy_profile(lua_State *L); /* rt:profile() */
/* Pushes the calls of hooks of a host (NULL: of none), and the time in them. */
void neap_policy_push_profile(lua_State *L, const struct neap_host *h);
/* Pushes what the policy says of `t`, or nil. */
int neap_policy_explain(lua_State *L, struct neap_script *s, neap_task *t);

int neap_stats_lua(lua_State *L); /* stats.c: rt:stats() */
int neap_facts_lua(lua_State *L); /* facts.c: neap.facts() */

/* sandbox.c: the states of policy files. */
#define NEAP_POLICY_FILE_MAX (256 * 1024)
/* With so many bytes of memory. NULL: there is none. */
lua_State *neap_sandbox_new(size_t memory);
/* Runs the text, which must return a table: leaves it, or a message, on the stack.
 * Returns 0 or -NEAP_EPOLICY. */
int neap_sandbox_run(lua_State *L, const char *text, size_t size, const char *chunk);

/* module.c */
void neap_module_preload(lua_State *L); /* all embedded modules, for require() */
/* Pushes the embedded module `name`, loaded once. Raises. */
void neap_module_require(lua_State *L, const char *name);
/* This process is the runtimes' own, as the neap program is: they adopt, unless told
 * otherwise. */
void neap_module_own_process(lua_State *L);
bool neap_module_owns_process(lua_State *L);
void neap_module_push_policy_side(
    lua_State *L); /* pushes what a policy file may have of neap */

#endif
