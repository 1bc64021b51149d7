/* script.c - a runtime as a script holds it: made, closed, its errors. */
#include "gauge.h"
#include "host.h"
#include "neap_lua.h"
#include <string.h>

enum { MAGIC = 0x6e72756e };

struct neap_script *neap_script_new(lua_State *L)
{
    struct neap_script *s = lua_newuserdatauv(L, sizeof *s, 1);

    memset(s, 0, sizeof *s);
    s->magic = MAGIC;
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
    s->L = lua_tothread(L, -1);
    lua_pop(L, 1);
    lua_newtable(L); /* the anchor */
    lua_newtable(L);
    lua_setfield(L, -2, "signals");
    s->keep = lua_newthread(L);
    lua_setfield(L, -2, "keep");
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, -3, 1);
    lua_xmove(L, s->keep, 1);
    lua_pushnil(s->keep); /* NEAP_KEEP_ERROR */
    return s;
}

void neap_script_close(struct neap_script *s)
{
    neap_runtime *rt = s->rt;

    if (!rt)
        return;
    neap_go_end_all(s);
    s->rt = NULL; /* exit handlers that run now find it closed */
    s->calls++;
    neap_free(rt);
    s->calls--;
    neap_host_sweep(s, NEAP_HOSTS_ALL);
    neap_gauge_close(s->gauge);
    s->gauge = NULL;
}

struct neap_script *neap_script_check(lua_State *L, int arg)
{
    struct neap_script *s = lua_touserdata(L, arg);

    if (!s || lua_type(L, arg) != LUA_TUSERDATA || lua_rawlen(L, arg) != sizeof *s ||
        s->magic != MAGIC)
        luaL_typeerror(L, arg, "runtime");
    return s;
}

struct neap_script *neap_script_open(lua_State *L, int arg)
{
    struct neap_script *s = neap_script_check(L, arg);

    if (!s->rt)
        luaL_error(L, "the runtime is closed");
    return s;
}

void neap_script_anchor(lua_State *L, struct neap_script *s)
{
    lua_pushvalue(s->keep, NEAP_KEEP_ANCHOR);
    lua_xmove(s->keep, L, 1);
}

void neap_script_may_loop(lua_State *L, struct neap_script *s)
{
    if (s->hooks)
        luaL_error(L, "not inside a policy hook");
    if (s->calls && neap_go_of(L, s))
        luaL_error(L, "not inside a coroutine of rt:go(): rt:sleep() and wait() wait");
    if (s->calls)
        luaL_error(L, "not inside a callback");
    s->loops = true;
}

void neap_script_raise(lua_State *L, struct neap_script *s)
{
    if (s->hooks || s->calls) /* it is raised where the loop was called */
        return;
    s->loops = false;
    if (!s->failed)
        return;
    s->failed = false;
    lua_pushvalue(s->keep, NEAP_KEEP_ERROR);
    lua_xmove(s->keep, L, 1);
    lua_pushnil(s->keep);
    lua_replace(s->keep, NEAP_KEEP_ERROR);
    lua_error(L);
}

static bool is_misuse(int code, enum neap_strictness how)
{
    if (how == NEAP_ALL_RAISE || code == NEAP_EINHOOK)
        return true;
    return how == NEAP_MISUSE_RAISES && (code == NEAP_ERANGE || code == NEAP_EINVAL);
}

int neap_script_settle(lua_State *L, struct neap_script *s, int rc,
                       enum neap_strictness how)
{
    neap_script_raise(L, s);
    if (rc == 0) {
        lua_pushboolean(L, 1);
        return 1;
    }
    if (is_misuse(-rc, how))
        return luaL_error(L, "%s", neap_last_error());
    lua_pushnil(L);
    lua_pushstring(L, neap_last_error());
    lua_pushinteger(L, -rc);
    return 3;
}
