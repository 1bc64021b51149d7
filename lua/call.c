/* call.c - one call of a Lua hook: arguments in, errors turned into neap_fail().
 *
 * The hot path: nothing is allocated, nothing is looked up by name. Function, self,
 * handles and words come from stack slots and by integer index; only lua_pcall can run
 * into an error.
 */
#include "budget.h"
#include "host.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { HARD_SHARE = 10 }; /* of a quantum: what a hook may take */

/* What each hook is given. t: task, r: ran, n: number, c: code, i: timer; w, a, e, h:
 * the word for a why, a what, a reason, a how. */
static const char *const shape[NEAP_HOOKS] = {
    [NEAP_HOOK_INIT] = "",       [NEAP_HOOK_EXIT] = "e",
    [NEAP_HOOK_INIT_TASK] = "t", [NEAP_HOOK_EXIT_TASK] = "thc",
    [NEAP_HOOK_ENQUEUE] = "tw",  [NEAP_HOOK_DEQUEUE] = "tw",
    [NEAP_HOOK_PICK] = "n",      [NEAP_HOOK_SLICE] = "t",
    [NEAP_HOOK_RUNNING] = "tn",  [NEAP_HOOK_STOPPING] = "trw",
    [NEAP_HOOK_TICK] = "tr",     [NEAP_HOOK_PREEMPT] = "t",
    [NEAP_HOOK_UPDATE] = "ta",   [NEAP_HOOK_SIGNAL] = "tn",
    [NEAP_HOOK_TIMER] = "i",     [NEAP_HOOK_KEY] = "t",
    [NEAP_HOOK_SAVE] = "",       [NEAP_HOOK_RESTORE] = "",
    [NEAP_HOOK_EXPLAIN] = "t",
};

const char *const neap_hook_names[] = {
    "init",  "exit",    "init_task", "exit_task", "enqueue", "dequeue", "pick",
    "slice", "running", "stopping",  "tick",      "preempt", "update",  "signal",
    "timer", "key",     "save",      "restore",   "explain", NULL};

static void add_words(lua_State *L, int first, int count, const char *(*word)(int))
{
    for (int i = 0; i < count; i++) {
        lua_pushstring(L, word(i));
        lua_rawseti(L, -2, first + i);
    }
}

static const char *why_word(int i)
{
    return neap_why_name((neap_why)i);
}
static const char *what_word(int i)
{
    static const char *const words[] = {"priority", "weight", "deadline",
                                        "affinity", "group",  "charged"};

    return words[i];
}
static const char *reason_word(int i)
{
    static const char *const words[] = {"replaced", "ejected", "closed"};

    return words[i];
}
static const char *how_word(int i)
{
    return neap_how_name((neap_how)i);
}

void neap_call_push_words(lua_State *L)
{
    lua_createtable(L, NEAP_WORD_HOW + NEAP_HOWS, 0);
    add_words(L, NEAP_WORD_WHY, NEAP_WHYS, why_word);
    add_words(L, NEAP_WORD_WHAT, NEAP_CHARGED + 1, what_word);
    add_words(L, NEAP_WORD_REASON, NEAP_CLOSED + 1, reason_word);
    add_words(L, NEAP_WORD_HOW, NEAP_HOWS, how_word);
}

static void push_argument(lua_State *L, const struct neap_call *call, char kind)
{
    switch (kind) {
    case 't':
        lua_rawgeti(L, NEAP_SLOT_HANDLES, (lua_Integer)call->task->id);
        break;
    case 'r':
        lua_pushinteger(L, call->ran);
        break;
    case 'n':
        lua_pushinteger(L, call->number);
        break;
    case 'c':
        lua_pushinteger(L, call->code);
        break;
    case 'i':
        lua_pushinteger(L, (lua_Integer)call->timer);
        break;
    case 'w':
        lua_rawgeti(L, NEAP_SLOT_WORDS, NEAP_WORD_WHY + call->number);
        break;
    case 'a':
        lua_rawgeti(L, NEAP_SLOT_WORDS, NEAP_WORD_WHAT + call->number);
        break;
    case 'e':
        lua_rawgeti(L, NEAP_SLOT_WORDS, NEAP_WORD_REASON + call->number);
        break;
    case 'h': /* past the last word stands nil: the policy goes, the task does not */
        lua_rawgeti(L, NEAP_SLOT_WORDS, NEAP_WORD_HOW + call->number);
        break;
    }
}

/* Where the traceback that neap_text_explain() has put behind a message begins; `size`
 * if there is none. A message may hold the same words: the last ones count. */
static size_t message_size(const char *text, size_t size)
{
    static const char mark[] = "\nstack traceback:\n";
    size_t length = sizeof mark - 1;

    for (size_t at = size < length ? 0 : size - length + 1; at-- > 0;) {
        if (memcmp(text + at, mark, length) == 0)
            return at;
    }
    return size;
}

/* What lua_pcall has left on the stack is told to the core. */
static void fail(struct neap_host *h, const struct neap_call *call)
{
    char message[512], trace[2048] = "";
    size_t size = 6, end;
    const char *text = "failed";

    if (lua_type(h->L, -1) == LUA_TSTRING)
        text = lua_tolstring(h->L, -1, &size);
    end = message_size(text, size);
    if (strcmp(text, NEAP_TEXT_NO_MEMORY) != 0 ||
        !neap_budget_blame(h->L, message, sizeof message))
        neap_text_plain(message, sizeof message, text, end, NEAP_TEXT_LINE);
    if (call->problem) {
        snprintf(call->problem, call->room, "%s: %s", neap_hook_names[call->hook],
                 message);
        return;
    }
    if (end < size)
        neap_text_plain(trace, sizeof trace, text + end + 1, size - end - 1,
                        NEAP_TEXT_LINES);
    if (!neap_budget_is_over(h->L)) {
        neap_fail(call->c, message, end < size ? trace : NULL);
        return;
    }
    h->stopped |= 1u << call->hook;
    neap_give_up(call->c, message, end < size ? trace : NULL);
}

/* The policy is to go, but not in the middle of a decision, which may ask the same of
 * many tasks. */
static bool was_stopped(const struct neap_host *h, const struct neap_call *call)
{
    bool was = !call->problem && h->stopped >> call->hook & 1;

    if (was)
        neap_fail(call->c, "it was stopped before", NULL);
    return was;
}

void neap_call_fail(neap_ctx *c, lua_State *L, const char *otherwise)
{
    char message[512];
    size_t size = strlen(otherwise);
    const char *text = otherwise;

    if (lua_type(L, -1) == LUA_TSTRING)
        text = lua_tolstring(L, -1, &size);
    neap_text_plain(message, sizeof message, text, size, NEAP_TEXT_LINE);
    neap_fail(c, message, NULL);
}

/* The first and last hooks may build and write as much as loading may. */
static neap_ns time_of(const struct neap_call *call)
{
    bool is_rare = call->is_ours || call->hook == NEAP_HOOK_INIT ||
                   call->hook == NEAP_HOOK_EXIT || call->hook >= NEAP_HOOK_SAVE;

    return is_rare ? NEAP_BUDGET_LOAD : call->c->quantum / HARD_SHARE;
}

static void tell_slow(struct neap_host *h, const struct neap_call *call, neap_ns used)
{
    char text[96];

    if (h->script->is_replay) /* the record tells which were slow */
        return;
    if (h->told_slow >> call->hook & 1) {
        neap_slow(call->c, NULL);
        return;
    }
    h->told_slow |= 1u << call->hook;
    snprintf(text, sizeof text,
             "%s took %lld us of CPU time, more than 1 %% of the quantum",
             neap_hook_names[call->hook], (long long)(used / NEAP_US));
    neap_slow(call->c, text);
}

static neap_ns clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (neap_ns)t.tv_sec * NEAP_S + t.tv_nsec;
}

static void note_start(const struct neap_host *h, struct neap_call *call)
{
    call->asked = neap_budget_allocations(h->L);
    call->since = clock_now();
}

static void note_end(struct neap_host *h, const struct neap_call *call)
{
    h->profile[call->hook].calls++;
    h->profile[call->hook].time += clock_now() - call->since;
    h->profile[call->hook].allocations += neap_budget_allocations(h->L) - call->asked;
}

static void begin(struct neap_host *h, struct neap_call *call)
{
    assert(!h->call);
    if (h->profile)
        note_start(h, call);
    h->call = call;
    h->script->hooks++;
    neap_budget_begin(h->budget, time_of(call));
}

void neap_call_end(struct neap_host *h, struct neap_call *call)
{
    neap_ns slow;

    if (h->profile)
        note_end(h, call);
    slow = neap_budget_end(h->budget);
    if (slow > 0)
        tell_slow(h, call, slow);
    lua_settop(h->L, NEAP_SLOTS);
    h->call = NULL;
    h->script->hooks--;
}

bool neap_call_hook(struct neap_host *h, struct neap_call *call, int results)
{
    const char *arguments = shape[call->hook];
    int n = 1, takes = h->takes[call->hook];

    begin(h, call);
    if (was_stopped(h, call))
        return false;
    lua_pushvalue(h->L, NEAP_SLOT_HOOK + (int)call->hook);
    lua_pushvalue(h->L, NEAP_SLOT_SELF);
    for (; *arguments && n < takes; arguments++, n++)
        push_argument(h->L, call, *arguments);
    if (lua_pcall(h->L, n, results, NEAP_SLOT_EXPLAIN) == LUA_OK)
        return true;
    fail(h, call);
    return false;
}

bool neap_call_body(struct neap_host *h, struct neap_call *call, lua_CFunction body,
                    void *data)
{
    begin(h, call);
    lua_pushcfunction(h->L, body);
    lua_pushlightuserdata(h->L, data);
    if (lua_pcall(h->L, 1, 0, NEAP_SLOT_EXPLAIN) == LUA_OK)
        return true;
    fail(h, call);
    return false;
}

/* Writes what an answer was into `out`, without a call into Lua: "a number", "-3",
 * "task 3". */
static void describe(const struct neap_host *h, char *out, size_t room)
{
    lua_State *L = h->L;
    const struct neap_handle *handle = neap_handle_test(L, -1);

    if (handle && !handle->task)
        snprintf(out, room, "task %llu, which has ended",
                 (unsigned long long)handle->id);
    else if (handle)
        snprintf(out, room, "task %llu%s", (unsigned long long)handle->id,
                 neap_host_owns(h, handle) ? "" : " of another runtime");
    else if (lua_isinteger(L, -1))
        snprintf(out, room, "%lld", (long long)lua_tointeger(L, -1));
    else if (lua_type(L, -1) == LUA_TNUMBER && isnan(lua_tonumber(L, -1)))
        snprintf(out, room, "nan");
    else if (lua_type(L, -1) == LUA_TNUMBER)
        snprintf(out, room, "%g", lua_tonumber(L, -1));
    else if (lua_isnil(L, -1))
        snprintf(out, room, "nil");
    else
        snprintf(out, room, "a %s", lua_typename(L, lua_type(L, -1)));
}

void neap_call_refuse(struct neap_host *h, struct neap_call *call, const char *expected)
{
    char got[64], message[200];

    describe(h, got, sizeof got);
    snprintf(message, sizeof message, "%s returned %s, expected %s",
             neap_hook_names[call->hook], got, expected);
    neap_fail(call->c, message, NULL);
}
