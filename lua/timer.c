/* timer.c - timers of a script: rt:after(), rt:every(), timer:cancel(),
 * timer:rearm().
 *
 * The userdata is what the runtime gets as `user`. It hangs on the anchor until the
 * runtime drops it; user value 1 is the function, 2 the runtime's userdata.
 */
#include "neap_lua.h"

enum { MAGIC = 0x6e746d72 };
#define METATABLE "neap.timer"

struct timer {
    uint32_t magic;
    int ref;
    struct neap_script *script; /* NULL: done with */
    neap_timer id;
};

static struct timer *test(lua_State *L, int index)
{
    struct timer *t = lua_touserdata(L, index);

    if (!t || lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof *t)
        return NULL;
    return t->magic == MAGIC ? t : NULL;
}

static struct timer *check(lua_State *L, int arg)
{
    struct timer *t = test(L, arg);

    if (!t)
        luaL_typeerror(L, arg, "timer");
    return t;
}

static int fire_body(lua_State *L)
{
    const struct timer *t = lua_touserdata(L, 1);

    neap_script_anchor(L, t->script);
    lua_rawgeti(L, -1, t->ref);
    lua_getiuservalue(L, -1, 1);
    lua_insert(L, -2);
    lua_call(L, 1, 0);
    return 0;
}

static void fire(void *user, neap_runtime *rt, neap_timer id)
{
    struct timer *t = user;

    neap_events_protect(t->script, fire_body, t);
}

static void drop(void *user)
{
    struct timer *t = user;
    lua_State *keep = t->script->keep;

    t->script = NULL;
    luaL_unref(keep, NEAP_KEEP_ANCHOR, t->ref);
}

static int is_done_with(lua_State *L)
{
    lua_pushnil(L);
    lua_pushliteral(L, "the timer is done with already");
    lua_pushinteger(L, NEAP_ENOTFOUND);
    return 3;
}

void neap_timer_cancel_all(struct neap_script *s)
{
    lua_State *keep = s->keep;

    for (lua_pushnil(keep); lua_next(keep, NEAP_KEEP_ANCHOR); lua_pop(keep, 1)) {
        struct timer *t = test(keep, -1);

        if (t && t->script)
            neap_cancel(s->rt, t->id);
    }
}

static int cancel(lua_State *L, struct neap_script *s, const struct timer *t)
{
    if (!t->script)
        return is_done_with(L);
    if (t->script != s)
        return luaL_error(L, "the timer belongs to another runtime");
    return neap_script_settle(L, s, neap_cancel(s->rt, t->id), NEAP_MISUSE_RAISES);
}

static int timer_cancel(lua_State *L)
{
    struct timer *t = check(L, 1);

    return cancel(L, t->script, t);
}

static int timer_rearm(lua_State *L)
{
    const struct timer *t = check(L, 1);
    neap_ns delay = neap_option_duration(L, 2, "time");

    if (!t->script)
        return is_done_with(L);
    return neap_script_settle(L, t->script, neap_rearm(t->script->rt, t->id, delay),
                              NEAP_MISUSE_RAISES);
}

int neap_timer_cancel_method(lua_State *L)
{
    return cancel(L, neap_script_open(L, 1), check(L, 2));
}

static int timer_tostring(lua_State *L)
{
    const struct timer *t = check(L, 1);

    lua_pushfstring(L, "timer %I%s", (LUAI_UACINT)t->id, t->script ? "" : " (done)");
    return 1;
}

static void push_metatable(lua_State *L)
{
    if (!luaL_newmetatable(L, METATABLE))
        return;
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, timer_cancel);
    lua_setfield(L, -2, "cancel");
    lua_pushcfunction(L, timer_rearm);
    lua_setfield(L, -2, "rearm");
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, timer_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "timer");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}

/* Leaves the timer on the stack. */
static struct timer *timer_new(lua_State *L, struct neap_script *s)
{
    struct timer *t = lua_newuserdatauv(L, sizeof *t, 2);

    *t = (struct timer){.magic = MAGIC, .ref = LUA_NOREF};
    push_metatable(L);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, 3);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 2);
    neap_script_anchor(L, s);
    lua_pushvalue(L, -2);
    t->ref = luaL_ref(L, -2);
    lua_pop(L, 1);
    t->script = s;
    return t;
}

typedef int set_fn(neap_runtime *, neap_ns, neap_timer_fn *, void *, void (*)(void *),
                   neap_timer *);

static int set(lua_State *L, set_fn *arm)
{
    struct neap_script *s = neap_script_open(L, 1);
    neap_ns time = neap_option_duration(L, 2, "time");
    struct timer *t;
    int rc;

    luaL_checktype(L, 3, LUA_TFUNCTION);
    t = timer_new(L, s);
    rc = arm(s->rt, time, fire, t, drop, &t->id);
    if (rc == 0)
        return 1;
    if (t->script) /* drop() has not been called */
        drop(t);
    return neap_script_settle(L, s, rc, NEAP_MISUSE_RAISES);
}

int neap_timer_after(lua_State *L)
{
    return set(L, neap_after);
}

int neap_timer_every(lua_State *L)
{
    return set(L, neap_every);
}
