/* go.c - coroutines of a runtime: rt:go(), rt:sleep(), and waiting inside one.
 *
 * A coroutine is resumed by the loop alone: by a timer (at its beginning, after a sleep
 * and after a plain coroutine.yield()), or when the task that it waits for has ended.
 * So none is ever resumed inside another, however long a chain of waits is.
 *
 * The anchor's table `coroutines` holds those that have not ended, by thread; the
 * script's list has them by age, the youngest first, and that is the order in which
 * they end when the runtime is closed.
 */
#include "go.h"

#define THREADS "coroutines"

/* Lists. */

void neap_go_stand_in(struct neap_go *g, struct neap_go **queue)
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
    lua_setiuservalue(L, -2, NEAP_GO_THREAD);
    lua_pushnil(L);
    set(L, s, g->co);
    leave_queue(g);
    if (g->timer && !s->closing)
        neap_cancel(s->rt, g->timer);
    unlink_from(s, g);
    g->state = NEAP_GO_DONE;
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
    lua_setiuservalue(L, -2, NEAP_GO_MESSAGE);
    lua_pop(L, 1);
}

/* Closes its variables. Where that fails, or it had failed, it tells so: `trace` (may
 * be NULL) was its traceback. */
static void close_thread(lua_State *L, struct neap_go *g, const char *trace)
{
    lua_State *co = g->co;
    neap_report report = {.kind = NEAP_REPORT_SCRIPT, .trace = trace};

    g->state = NEAP_GO_ENDING;
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
    lua_setiuservalue(L, -2, NEAP_GO_RESULTS);
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
    g->state = NEAP_GO_RUNNING;
    rc = lua_resume(co, L, n < 0 ? 0 : n, &n);
    if (rc == LUA_YIELD) {
        lua_pop(co, n);
        if (g->state == NEAP_GO_RUNNING) /* by coroutine.yield(): it gives way */
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

void neap_go_on_timer(void *user, neap_runtime *rt, neap_timer id)
{
    struct neap_go *g = user;

    g->timer = 0;
    resume(g);
}

/* What a timer cannot do for want of memory is done at once. */
static void arm(struct neap_go *g, neap_ns delay)
{
    g->state = NEAP_GO_ASLEEP;
    if (neap_after(g->script->rt, delay, neap_go_on_timer, g, NULL, &g->timer) < 0)
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

/* Ending. */

void neap_go_end(lua_State *L, struct neap_go *g, const char *reason)
{
    lua_pushstring(L, reason);
    keep_message(L, g);
    close_thread(L, g, NULL);
    finish(L, g);
}

static int end_body(lua_State *L)
{
    neap_go_end(L, lua_touserdata(L, 1), "the runtime was closed");
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
    *g = (struct neap_go){.magic = NEAP_GO_MAGIC, .state = NEAP_GO_DONE, .co = co};
    neap_go_push_metatable(L);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, NEAP_GO_RUNTIME);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, NEAP_GO_THREAD);
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
    rc = neap_after(s->rt, 0, neap_go_on_timer, g, NULL, &g->timer);
    if (rc < 0) {
        lua_pushnil(L);
        set(L, s, g->co);
        return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
    }
    g->state = NEAP_GO_ASLEEP;
    g->script = s;
    link_up(s, g);
    lua_settop(L, 3);
    return 1;
}
