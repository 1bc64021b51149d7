/* go.c - coroutines of a runtime: rt:go(), rt:sleep(), and waiting inside one.
 *
 * A coroutine is resumed by the loop alone: by a timer (at its beginning, after a sleep
 * and after a plain coroutine.yield()), or when the task that it waits for has ended.
 * So none is ever resumed inside another, however long a chain of waits is.
 *
 * The anchor's table `coroutines` holds those that have not ended, by thread; the
 * script's list has them by age, the youngest first, and that is the order in which
 * they end when the runtime is closed. User values of the userdata: 1 the runtime, 2
 * the thread, 3 the table of results, 4 the message.
 */
#include "neap_lua.h"

enum { MAGIC = 0x6e676f21, NESTED_MAX = 100 };
enum { V_RUNTIME = 1, V_THREAD, V_RESULTS, V_MESSAGE };
#define METATABLE "neap.coroutine"
#define THREADS "coroutines"

enum state {
    ASLEEP, /* a timer resumes it */
    WAITING,
    RUNNING,
    ENDING, /* its to-be-closed variables are closed */
    DONE
};

struct neap_go {
    uint32_t magic;
    enum state state;
    struct neap_script *script; /* NULL: done */
    lua_State *co;
    neap_timer timer;       /* 0: none */
    lua_CFunction then;     /* goes on where it waits */
    struct neap_go **queue; /* of those that wait for the same, or NULL */
    struct neap_go *behind; /* the next in it */
    struct neap_go *waiters;
    struct neap_go *older, *younger;
};

static struct neap_go *check(lua_State *L)
{
    struct neap_go *g = lua_touserdata(L, 1);

    if (!g || lua_type(L, 1) != LUA_TUSERDATA || lua_rawlen(L, 1) != sizeof *g ||
        g->magic != MAGIC)
        luaL_typeerror(L, 1, "coroutine of rt:go()");
    return g;
}

/* Lists. */

static void stand_in(struct neap_go *g, struct neap_go **queue)
{
    struct neap_go **last = queue;

    while (*last)
        last = &(*last)->behind;
    *last = g;
    g->behind = NULL;
    g->queue = queue;
}

static void leave_queue(struct neap_go *g)
{
    struct neap_go **at = g->queue;

    if (!at)
        return;
    while (*at != g)
        at = &(*at)->behind;
    *at = g->behind;
    g->queue = NULL;
}

static void link_up(struct neap_script *s, struct neap_go *g)
{
    g->older = s->youngest;
    if (g->older)
        g->older->younger = g;
    s->youngest = g;
}

static void unlink_from(struct neap_script *s, struct neap_go *g)
{
    if (g->older)
        g->older->younger = g->younger;
    if (g->younger)
        g->younger->older = g->older;
    else
        s->youngest = g->older;
}

/* Pushes the userdata of `g`, which is not done. */
static void push(lua_State *L, const struct neap_go *g)
{
    neap_script_anchor(L, g->script);
    lua_getfield(L, -1, THREADS);
    lua_rawgetp(L, -1, g->co);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* Sets what is found by the thread `co` to the value on top, which it pops. */
static void set(lua_State *L, struct neap_script *s, const lua_State *co)
{
    neap_script_anchor(L, s);
    luaL_getsubtable(L, -1, THREADS);
    lua_pushvalue(L, -3);
    lua_rawsetp(L, -2, co);
    lua_pop(L, 3);
}

struct neap_go *neap_go_of(lua_State *L, struct neap_script *s)
{
    struct neap_go *g;

    if (!s->youngest || L == s->L)
        return NULL;
    luaL_checkstack(L, 4, NULL);
    neap_script_anchor(L, s);
    lua_getfield(L, -1, THREADS);
    lua_rawgetp(L, -1, L);
    g = lua_touserdata(L, -1);
    lua_pop(L, 3);
    return g;
}

/* Its end. */

static int message_and_trace(lua_State *L)
{
    lua_State *co = lua_touserdata(L, 1);

    luaL_traceback(L, co, NULL, 0);
    return 1;
}

/* Pushes what `body` makes of the `n` values on top, or, if it fails, `otherwise`. */
static void push_made(lua_State *L, lua_CFunction body, int n, const char *otherwise)
{
    lua_pushcfunction(L, body);
    lua_insert(L, -n - 1);
    if (lua_pcall(L, n, 1, 0) != LUA_OK || lua_type(L, -1) != LUA_TSTRING) {
        lua_pop(L, 1);
        lua_pushstring(L, otherwise);
    }
}

static void arm(struct neap_go *g, neap_ns delay);

static void wake_waiters(struct neap_script *s, struct neap_go *g)
{
    while (g->waiters) {
        struct neap_go *w = g->waiters;

        leave_queue(w);
        if (!s->closing)
            arm(w, 0);
    }
}

/* It is nobody's any more. */
static void finish(lua_State *L, struct neap_go *g)
{
    struct neap_script *s = g->script;

    push(L, g); /* it stays until we return */
    lua_pushnil(L);
    lua_setiuservalue(L, -2, V_THREAD);
    lua_pushnil(L);
    set(L, s, g->co);
    leave_queue(g);
    if (g->timer && !s->closing)
        neap_cancel(s->rt, g->timer);
    unlink_from(s, g);
    g->state = DONE;
    g->script = NULL;
    g->co = NULL;
    if (s->awaited == g && s->rt)
        neap_stop(s->rt);
    wake_waiters(s, g);
    lua_pop(L, 1);
}

/* Keeps the message on top, which it pops. */
static void keep_message(lua_State *L, struct neap_go *g)
{
    push(L, g);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, V_MESSAGE);
    lua_pop(L, 1);
}

/* Closes its variables. Where that fails, or it had failed, it tells so: `trace` (may
 * be NULL) was its traceback. */
static void close_thread(lua_State *L, struct neap_go *g, const char *trace)
{
    lua_State *co = g->co;
    neap_report report = {.kind = NEAP_REPORT_SCRIPT, .trace = trace};

    g->state = ENDING;
    g->script->endings++;
    if (lua_resetthread(co) != LUA_OK) {
        lua_xmove(co, L, 1);
        push_made(L, neap_text_message, 1, NEAP_TEXT_NO_MEMORY);
        report.message = lua_tostring(L, -1);
        neap_events_tell_script(g->script, &report);
        keep_message(L, g);
    }
    g->script->endings--;
}

static void fail(lua_State *L, struct neap_go *g)
{
    lua_pushlightuserdata(L, g->co);
    push_made(L, message_and_trace, 1, "");
    close_thread(L, g, lua_tostring(L, -1));
    lua_pop(L, 1);
    finish(L, g);
}

static void succeed(lua_State *L, struct neap_go *g, int n)
{
    lua_createtable(L, n, 1);
    for (int i = n; i > 0; i--) {
        lua_xmove(g->co, L, 1);
        lua_rawseti(L, -2, i);
    }
    lua_pushinteger(L, n);
    lua_setfield(L, -2, "n");
    push(L, g);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, V_RESULTS);
    lua_pop(L, 1);
    finish(L, g);
}

/* Running. */

static int resume_body(lua_State *L)
{
    struct neap_go *g = lua_touserdata(L, 1);
    lua_State *co = g->co;
    int n = lua_status(co) == LUA_YIELD ? 0 : lua_gettop(co) - 1;
    int rc;

    push(L, g); /* it stays until we return */
    g->state = RUNNING;
    rc = lua_resume(co, L, n < 0 ? 0 : n, &n);
    if (rc == LUA_YIELD) {
        lua_pop(co, n);
        if (g->state == RUNNING) /* by coroutine.yield(): it gives way */
            arm(g, 0);
    } else if (rc == LUA_OK) {
        succeed(L, g, n);
    } else {
        fail(L, g);
    }
    return 0;
}

static void resume(struct neap_go *g)
{
    neap_events_protect(g->script, resume_body, g);
}

static void on_timer(void *user, neap_runtime *rt, neap_timer id)
{
    struct neap_go *g = user;

    g->timer = 0;
    resume(g);
}

/* What a timer cannot do for want of memory is done at once. */
static void arm(struct neap_go *g, neap_ns delay)
{
    g->state = ASLEEP;
    if (neap_after(g->script->rt, delay, on_timer, g, NULL, &g->timer) < 0)
        resume(g);
}

void neap_go_task_ended(struct neap_handle *h)
{
    while (h->waiters) {
        struct neap_go *g = h->waiters;

        leave_queue(g);
        resume(g);
    }
}

/* Waiting. */

/* Whoever else resumes the thread finds it as it was. */
static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct neap_go *g = (struct neap_go *)context;

    return g->state == RUNNING ? g->then(L) : lua_yieldk(L, 0, context, go_on);
}

static void may_wait(lua_State *L, const struct neap_go *g)
{
    if (g->state == ENDING)
        luaL_error(L, "the coroutine is being ended: it cannot wait any more");
    if (g->state != RUNNING)
        luaL_error(L, "the coroutine is the runtime's, which alone resumes it");
    if (!lua_isyieldable(L))
        luaL_error(L, "cannot wait here: a function in C that called this cannot");
}

static int yield(lua_State *L, struct neap_go *g, lua_CFunction then)
{
    g->then = then;
    return lua_yieldk(L, 0, (lua_KContext)g, go_on);
}

int neap_go_wait(lua_State *L, struct neap_go *g, struct neap_go **queue,
                 lua_CFunction then)
{
    may_wait(L, g);
    stand_in(g, queue);
    g->state = WAITING;
    return yield(L, g, then);
}

static int slept(lua_State *L)
{
    lua_pushboolean(L, 1);
    return 1;
}

static void nothing(void *user, neap_runtime *rt, neap_timer id)
{
}

/* Without a timer a live loop that has nothing to do would return at once. */
static int sleep_outside(lua_State *L, struct neap_script *s, neap_ns time)
{
    neap_timer timer = 0;
    int rc;

    neap_script_may_loop(L, s);
    rc = neap_after(s->rt, time, nothing, NULL, NULL, &timer);
    if (rc == 0) {
        rc = neap_run_for(s->rt, time);
        neap_cancel(s->rt, timer);
    }
    return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
}

int neap_go_sleep(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    struct neap_go *g;
    neap_ns time;
    int rc;

    if (s->hooks)
        return luaL_error(L, "not inside a policy hook");
    time = neap_option_duration(L, 2, "time");
    g = neap_go_of(L, s);
    if (!g)
        return sleep_outside(L, s, time);
    may_wait(L, g);
    rc = neap_after(s->rt, time, on_timer, g, NULL, &g->timer);
    if (rc < 0)
        return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
    g->state = ASLEEP;
    return yield(L, g, slept);
}

/* Of the handle at 1, which is done: its results, or nil, message, errno. */
static int outcome(lua_State *L)
{
    lua_Integer n;

    if (lua_getiuservalue(L, 1, V_RESULTS) != LUA_TTABLE) {
        lua_pushnil(L);
        lua_getiuservalue(L, 1, V_MESSAGE);
        lua_pushinteger(L, NEAP_ESTATE);
        return 3;
    }
    lua_getfield(L, -1, "n");
    n = lua_tointeger(L, -1);
    lua_pop(L, 1);
    luaL_checkstack(L, (int)n, "too many results");
    for (lua_Integer i = 1; i <= n; i++)
        lua_rawgeti(L, -(int)i, i);
    return (int)n;
}

static int wait_outside(lua_State *L, struct neap_script *s, struct neap_go *g)
{
    int rc;

    neap_script_may_loop(L, s);
    s->awaited = g;
    rc = neap_run(s->rt);
    s->awaited = NULL;
    if (rc < 0)
        return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
    neap_script_raise(L, s);
    if (g->state == DONE)
        return outcome(L);
    lua_pushnil(L);
    lua_pushliteral(L, "stopped before the coroutine ended");
    lua_pushinteger(L, NEAP_ESTATE);
    return 3;
}

static int go_wait(lua_State *L)
{
    struct neap_go *g = check(L), *self;

    if (g->state == DONE)
        return outcome(L);
    lua_settop(L, 1);
    self = neap_go_of(L, g->script);
    if (self == g)
        return luaL_error(L, "a coroutine cannot wait for itself");
    if (!self || g->script->hooks)
        return wait_outside(L, g->script, g);
    return neap_go_wait(L, self, &g->waiters, outcome);
}

/* Ending. */

static void end(lua_State *L, struct neap_go *g, const char *reason)
{
    lua_pushstring(L, reason);
    keep_message(L, g);
    close_thread(L, g, NULL);
    finish(L, g);
}

static int go_cancel(lua_State *L)
{
    struct neap_go *g = check(L);

    if (g->state == DONE) {
        lua_pushnil(L);
        lua_pushliteral(L, "the coroutine has ended already");
        lua_pushinteger(L, NEAP_ENOTFOUND);
        return 3;
    }
    if (g->script->hooks)
        return luaL_error(L, "not inside a policy hook");
    if (g->state == RUNNING || g->state == ENDING)
        return luaL_error(L, "the coroutine runs: it ends by returning");
    if (g->script->endings >= NESTED_MAX)
        return luaL_error(L, "too many coroutines end each other");
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    end(L, g, "cancelled");
    lua_pushboolean(L, 1);
    return 1;
}

static int end_body(lua_State *L)
{
    end(L, lua_touserdata(L, 1), "the runtime was closed");
    return 0;
}

void neap_go_end_all(struct neap_script *s)
{
    s->closing = true;
    while (s->youngest) {
        struct neap_go *g = s->youngest;

        neap_events_protect(s, end_body, g);
        if (s->youngest == g) /* for want of memory it goes without a word */
            unlink_from(s, g);
    }
}

/* Handles. */

enum field { F_DONE, F_MESSAGE, F_RESULT };
static const char *const fields[] = {"done", "message", "result", NULL};

static int push_field(lua_State *L, const struct neap_go *g, enum field field)
{
    if (field == F_DONE)
        lua_pushboolean(L, g->state == DONE);
    else if (field == F_MESSAGE)
        lua_getiuservalue(L, 1, V_MESSAGE);
    else if (lua_getiuservalue(L, 1, V_RESULTS) == LUA_TTABLE)
        lua_rawgeti(L, -1, 1);
    return 1;
}

static int go_index(lua_State *L)
{
    const struct neap_go *g = check(L);
    const char *key;

    lua_pushvalue(L, 2);
    switch (lua_rawget(L, lua_upvalueindex(1))) {
    case LUA_TFUNCTION:
        return 1;
    case LUA_TNUMBER:
        return push_field(L, g, (enum field)lua_tointeger(L, -1));
    default:
        key = luaL_tolstring(L, 2, NULL);
        return luaL_error(L, "a coroutine has no field \"%s\"%s", key,
                          neap_option_hint(L, key, fields));
    }
}

static int go_tostring(lua_State *L)
{
    static const char *const words[] = {"asleep", "waiting", "running", "ending",
                                        "done"};

    lua_pushfstring(L, "coroutine (%s)", words[check(L)->state]);
    return 1;
}

static void push_metatable(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"cancel", go_cancel}, {"wait", go_wait}, {NULL, NULL}};

    if (!luaL_newmetatable(L, METATABLE))
        return;
    luaL_newlib(L, methods);
    for (int i = 0; fields[i]; i++) {
        lua_pushinteger(L, i);
        lua_setfield(L, -2, fields[i]);
    }
    lua_pushcclosure(L, go_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, go_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "coroutine");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}

/* Pushes it, and below it nothing of the function and the arguments from 2 on. */
static struct neap_go *go_new(lua_State *L, struct neap_script *s)
{
    int n = lua_gettop(L) - 1;
    lua_State *co = lua_newthread(L);
    struct neap_go *g;

    lua_insert(L, 2);
    if (!lua_checkstack(co, n + LUA_MINSTACK))
        luaL_error(L, "too many arguments");
    lua_xmove(L, co, n);
    g = lua_newuserdatauv(L, sizeof *g, 4);
    *g = (struct neap_go){.magic = MAGIC, .state = DONE, .co = co};
    push_metatable(L);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, V_RUNTIME);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, V_THREAD);
    return g;
}

int neap_go_lua(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    struct neap_go *g;
    int rc;

    if (s->hooks)
        return luaL_error(L, "not inside a policy hook");
    luaL_checktype(L, 2, LUA_TFUNCTION);
    if (s->closing)
        return luaL_error(L, "the runtime is being closed");
    g = go_new(L, s); /* runtime, thread, userdata */
    lua_pushvalue(L, 3);
    set(L, s, g->co);
    rc = neap_after(s->rt, 0, on_timer, g, NULL, &g->timer);
    if (rc < 0) {
        lua_pushnil(L);
        set(L, s, g->co);
        return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
    }
    g->state = ASLEEP;
    g->script = s;
    link_up(s, g);
    lua_settop(L, 3);
    return 1;
}
