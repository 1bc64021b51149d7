/* go_handle.c - waiting in coroutines of rt:go(), and what their handles can do. */
#include "go.h"

enum { NESTED_MAX = 100 };
#define METATABLE "neap.coroutine"

static struct neap_go *check(lua_State *L)
{
    struct neap_go *g = lua_touserdata(L, 1);

    if (!g || lua_type(L, 1) != LUA_TUSERDATA || lua_rawlen(L, 1) != sizeof *g ||
        g->magic != NEAP_GO_MAGIC)
        luaL_typeerror(L, 1, "coroutine of rt:go()");
    return g;
}

/* Waiting. */

/* Whoever else resumes the thread finds it as it was. */
static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct neap_go *g = (struct neap_go *)context;

    return g->state == NEAP_GO_RUNNING ? g->then(L) : lua_yieldk(L, 0, context, go_on);
}

static void may_wait(lua_State *L, const struct neap_go *g)
{
    if (g->state == NEAP_GO_ENDING)
        luaL_error(L, "the coroutine is being ended: it cannot wait any more");
    if (g->state != NEAP_GO_RUNNING)
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
    neap_go_stand_in(g, queue);
    g->state = NEAP_GO_WAITING;
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
    rc = neap_after(s->rt, time, neap_go_on_timer, g, NULL, &g->timer);
    if (rc < 0)
        return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
    g->state = NEAP_GO_ASLEEP;
    return yield(L, g, slept);
}

/* Of the handle at 1, which is done: its results, or nil, message, errno. */
static int outcome(lua_State *L)
{
    lua_Integer n;

    if (lua_getiuservalue(L, 1, NEAP_GO_RESULTS) != LUA_TTABLE) {
        lua_pushnil(L);
        lua_getiuservalue(L, 1, NEAP_GO_MESSAGE);
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
    if (g->state == NEAP_GO_DONE)
        return outcome(L);
    lua_pushnil(L);
    lua_pushliteral(L, "stopped before the coroutine ended");
    lua_pushinteger(L, NEAP_ESTATE);
    return 3;
}

static int go_wait(lua_State *L)
{
    struct neap_go *g = check(L), *self;

    if (g->state == NEAP_GO_DONE)
        return outcome(L);
    lua_settop(L, 1);
    self = neap_go_of(L, g->script);
    if (self == g)
        return luaL_error(L, "a coroutine cannot wait for itself");
    if (!self || g->script->hooks)
        return wait_outside(L, g->script, g);
    return neap_go_wait(L, self, &g->waiters, outcome);
}

/* Handles. */

static int go_cancel(lua_State *L)
{
    struct neap_go *g = check(L);

    if (g->state == NEAP_GO_DONE) {
        lua_pushnil(L);
        lua_pushliteral(L, "the coroutine has ended already");
        lua_pushinteger(L, NEAP_ENOTFOUND);
        return 3;
    }
    if (g->script->hooks)
        return luaL_error(L, "not inside a policy hook");
    if (g->state == NEAP_GO_RUNNING || g->state == NEAP_GO_ENDING)
        return luaL_error(L, "the coroutine runs: it ends by returning");
    if (g->script->endings >= NESTED_MAX)
        return luaL_error(L, "too many coroutines end each other");
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    neap_go_end(L, g, "cancelled");
    lua_pushboolean(L, 1);
    return 1;
}

enum field { F_DONE, F_MESSAGE, F_RESULT };
static const char *const fields[] = {"done", "message", "result", NULL};

static int push_field(lua_State *L, const struct neap_go *g, enum field field)
{
    if (field == F_DONE)
        lua_pushboolean(L, g->state == NEAP_GO_DONE);
    else if (field == F_MESSAGE)
        lua_getiuservalue(L, 1, NEAP_GO_MESSAGE);
    else if (lua_getiuservalue(L, 1, NEAP_GO_RESULTS) == LUA_TTABLE)
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

void neap_go_push_metatable(lua_State *L)
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
