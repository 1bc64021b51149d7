/* host.h - a policy in Lua: the core's record and the Lua values behind it.
 *
 * Who owns what. A host is malloc'ed and belongs to a script's list (`hosts`) from the
 * moment that the policy is taken. The core uses its record until it has called `exit`,
 * which only marks the host as left: the core may still name the policy in a report.
 * Left hosts are freed at the next change of policy, all when the runtime is closed
 * (after neap_free). A host that the runtime did not take is freed at once. With a host
 * goes its own Lua state, if it has one.
 */
#ifndef NEAP_HOST_H
#define NEAP_HOST_H

#include "neap_lua.h"

enum neap_hook {
    NEAP_HOOK_INIT,
    NEAP_HOOK_EXIT,
    NEAP_HOOK_INIT_TASK,
    NEAP_HOOK_EXIT_TASK,
    NEAP_HOOK_ENQUEUE,
    NEAP_HOOK_DEQUEUE,
    NEAP_HOOK_PICK,
    NEAP_HOOK_SLICE,
    NEAP_HOOK_RUNNING,
    NEAP_HOOK_STOPPING,
    NEAP_HOOK_TICK,
    NEAP_HOOK_PREEMPT,
    NEAP_HOOK_UPDATE,
    NEAP_HOOK_SIGNAL,
    NEAP_HOOK_TIMER,
    NEAP_HOOK_KEY,
    NEAP_HOOK_SAVE, /* these three outside decisions: carry.c */
    NEAP_HOOK_RESTORE,
    NEAP_HOOK_EXPLAIN,
    NEAP_HOOKS
};
extern const char *const neap_hook_names[]; /* in that order, NULL at the end */

/* Slots of a host's `keep`, and of the bottom of its `L`. */
enum {
    NEAP_SLOT_EXPLAIN = 1, /* the message handler */
    NEAP_SLOT_SELF,
    NEAP_SLOT_HANDLES,
    NEAP_SLOT_WORDS,
    NEAP_SLOT_SAVED,  /* in `keep` only */
    NEAP_SLOT_THREAD, /* there, too: `L`, unless it is the main thread of its state */
    NEAP_SLOT_HOOK,
    NEAP_SLOTS = NEAP_SLOT_HOOK + NEAP_HOOKS - 1
};

/* Where the words for an enum begin in the table of words. */
enum {
    NEAP_WORD_WHY = 1,
    NEAP_WORD_WHAT = NEAP_WORD_WHY + NEAP_WHYS,
    NEAP_WORD_REASON = NEAP_WORD_WHAT + NEAP_CHARGED + 1,
    NEAP_WORD_HOW = NEAP_WORD_REASON + NEAP_CLOSED + 1
};

/* One call of a hook: what was asked, for context and `base` to answer from. */
struct neap_call {
    enum neap_hook hook;
    neap_ctx *c;
    neap_task *task; /* the one asked about, or NULL */
    neap_ns ran;
    int number; /* why, what, reason, cpu, signo or how, whichever the hook has */
    int code;
    uint64_t timer;
    bool is_ours; /* nothing of the author's runs; a table of many handles may grow */
    neap_task *popped; /* what base:pick gave last and Lua has not put back */
    neap_ns since;     /* when it began, where that is of interest */
    uint64_t asked;    /* calls of the state's allocator before, likewise */
    char *problem; /* where a failure is told that is none of a decision's, or NULL */
    size_t room;
};

/* What the host keeps per task, behind the bytes of `base`. */
struct neap_seat {
    int64_t key; /* in the heap of keys */
    bool held;   /* the policy holds it (kept where Lua has a hand in the queue) */
    bool queued; /* the queue in C has it: base's, or the heap of keys */
};

struct neap_host {
    neap_policy record;      /* record.host is this host */
    const neap_policy *base; /* the C policy that answers what Lua does not, or NULL */
    neap_ctx *c;             /* while it is in charge, else NULL */
    lua_State *L;            /* hooks run there, and nothing else, above the slots */
    lua_State *keep; /* where the slots can be reached from inside a hook, too */
    lua_State *own;  /* closed with the host; NULL: it lives in the script's state */
    struct neap_budget *budget; /* of `own` */
    int keep_ref; /* of `keep` in the script's anchor, unless it has its own state */
    struct neap_script *script; /* NULL while it is only looked at */
    struct neap_host *next;
    struct neap_call *call; /* the hook that runs, or NULL */
    struct neap_link *link; /* what `self` knows of us */
    struct neap_text *text; /* the strings of the record */
    const char **params;    /* record.params */
    char *source;           /* record.source */
    size_t seat;            /* where the seats begin in neap_own() */
    bool has[NEAP_HOOKS];
    unsigned char takes[NEAP_HOOKS]; /* arguments that the hook names, self with them */
    struct neap_host_profile {
        uint64_t calls, allocations;
        neap_ns time;
    } * profile;         /* of each hook; NULL: nobody asked */
    bool has_left;       /* `exit` was called */
    neap_ns logged_from; /* the second that `logged` lines are counted in */
    unsigned logged;
    unsigned dropped;
    unsigned told_slow; /* hooks that were reported to be slow, bit by bit */
    unsigned stopped;   /* hooks that were stopped: none is run again */
    bool has_floats;    /* the keys in the heap are codes of doubles */
    bool preempts;      /* a less key takes the cpu of the greatest */
};

/* A way from `self` to the host that survives the host: a userdata in the policy's
 * state. */
struct neap_link {
    struct neap_host *host; /* NULL: gone */
};

/* declare.c. Makes an empty host in the list of `s` (NULL: it is only to be looked at);
 * `own` is the policy's own state, which the host closes, or NULL. NULL: no memory;
 * `own` is closed. */
struct neap_host *neap_host_new(struct neap_script *s, lua_State *own);
/* Reads the policy table on top of L's stack, which it pops, into `h`. Returns 0, or
 * -NEAP_EPOLICY and pushes a message. */
int neap_host_declare(struct neap_host *h, lua_State *L);
void neap_host_free(struct neap_host *h);
/* Frees the hosts of `s` that have left, or all of them and its shared objects. */
enum neap_host_which { NEAP_HOSTS_LEFT, NEAP_HOSTS_ALL };
void neap_host_sweep(struct neap_script *s, enum neap_host_which which);

/* host.c. Sets the hooks of the record, by what Lua has and what `base` has. */
void neap_host_hook_up(struct neap_host *h);
struct neap_seat *neap_host_seat(const struct neap_host *h, const neap_task *t);
/* Pushes the handle of `t` on L, a thread of the policy's state; nil when `t` has left
 * this policy. Never raises. */
void neap_host_push_task(const struct neap_host *h, lua_State *L, const neap_task *t);
/* Is it a living task of this host's runtime? */
bool neap_host_owns(const struct neap_host *h, const struct neap_handle *handle);

/* call.c. Calls the Lua hook that `call` describes: true, and `results` values on top
 * of h->L; or false after neap_fail(). neap_call_end() must follow either. No hook runs
 * inside another. */
bool neap_call_hook(struct neap_host *h, struct neap_call *call, int results);
/* The same for a C function that does part of a hook's work: body(data). */
bool neap_call_body(struct neap_host *h, struct neap_call *call, lua_CFunction body,
                    void *data);
void neap_call_end(struct neap_host *h, struct neap_call *call);
/* neap_fail() with the string on top of L, or `otherwise` where that is none. */
void neap_call_fail(neap_ctx *c, lua_State *L, const char *otherwise);
/* Fails the hook, whose answer is on top: it is not what was expected. */
void neap_call_refuse(struct neap_host *h, struct neap_call *call,
                      const char *expected);
/* Pushes the table of words for enums. */
void neap_call_push_words(lua_State *L);

/* log.c. A line of the policy's to the runtime's log, cut and made visible. A policy
 * file may write so many a second; how many more there were is told when it writes
 * again, or leaves (neap_log_close). */
#define NEAP_LOG_RATE 100
void neap_log_write(struct neap_host *h, neap_ctx *c, const char *text, size_t size);
void neap_log_close(struct neap_host *h, neap_ctx *c);

/* keys.c: the queue of a policy that gives a key. It is all of the policy's C state. */
int neap_keys_init(struct neap_host *h, neap_ctx *c);
void neap_keys_enqueue(neap_ctx *c, neap_task *t, neap_why why);
void neap_keys_dequeue(neap_ctx *c, neap_task *t, neap_why why);
neap_task *neap_keys_pick(neap_ctx *c, int cpu);
/* The CPU time of `t`, which may be queued, was corrected. */
void neap_keys_charged(struct neap_host *h, neap_ctx *c, neap_task *t);
/* The cpu of the task with the greatest key, the first of several, if that is greater
 * than the key of `t`, which has arrived; or NEAP_NO_CPU. For h->preempts. */
int neap_keys_preempt(neap_ctx *c, neap_task *t);

/* carry.c. What `from`, in charge, saves goes to `to`, which is made. 0, or
 * -NEAP_EPOLICY and the problem. */
int neap_carry_save(struct neap_host *from, struct neap_host *to, char *problem,
                    size_t room);
/* Gives `h` what was saved for it. Raises. */
void neap_carry_restore(lua_State *L, struct neap_host *h);
/* What `h`, in charge, says of `t`, in `out`; NULL: nothing. */
const char *neap_carry_explain(struct neap_host *h, neap_task *t, char *out,
                               size_t room);

/* context.c. Pushes a new instance (`self`) of the policy table at `index`. */
void neap_context_push(lua_State *L, int index, struct neap_host *h);
/* math.random() with the runtime's generator; the arguments are at `first`. */
int neap_context_draw(lua_State *L, neap_ctx *c, int first);
struct neap_host *
neap_context_host(lua_State *L); /* of the closure that runs; raises */

/* base.c. Pushes the table of methods that call the C hooks which were replaced. `link`
 * is the index of the host's link. */
void neap_base_push(lua_State *L, int link);
/* What the queue hooks of a host with a `base` do, with the books kept. */
void neap_base_enqueue(struct neap_host *h, neap_ctx *c, neap_task *t, neap_why why);
void neap_base_dequeue(struct neap_host *h, neap_ctx *c, neap_task *t, neap_why why);
neap_task *neap_base_pick(struct neap_host *h, neap_ctx *c, int cpu);

/* params.c. Sets the fields of `self` (at `index`) from the parameters given, pushes a
 * table of them, and calls the init of `base` with its own. Returns what that returned.
 * Raises. */
int neap_params_apply(lua_State *L, int index, struct neap_host *h, neap_ctx *c,
                      const neap_params *given);

#endif
