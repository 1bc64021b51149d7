/* guest.c - neap_lua_open(): scripts as guests in a runtime that a C host has made.
 *
 * A guest hears what happens as the runtime's listener. Tasks may be the host's, whose
 * `user` is not ours: handles are found by the task's id, and made when they are first
 * asked for. The registry has the userdata of each runtime that is open, by its
 * address, until either side ends.
 */
#include "host.h"
#include "neap_lua.h"
#include <neap/lua.h>

#define GUESTS "neap.guests"

/* Handles. */

struct neap_handle *neap_guest_handle(const struct neap_script *s, const neap_task *t)
{
    struct neap_handle *h;

    lua_rawgeti(s->keep, NEAP_KEEP_HANDLES, (lua_Integer)t->id);
    h = neap_handle_test(s->keep, -1);
    lua_pop(s->keep, 1);
    return h;
}

/* The one that rt:task() and its kin have prepared is bound when it is first seen,
 * which may be in a hook, before they know the task's id. */
void neap_guest_push(lua_State *L, struct neap_script *s, const neap_task *t)
{
    struct neap_handle *h = neap_guest_handle(s, t);

    neap_script_anchor(L, s);
    if (!h && s->coming) {
        h = s->coming;
        s->coming = NULL;
        lua_rawgeti(L, -1, h->ref);
    } else if (!h) {
        h = neap_handle_new(L, s);
        lua_getfield(L, -2, "self");
        lua_setiuservalue(L, -2, 2);
        lua_pushvalue(L, -1);
        h->ref = luaL_ref(L, -3);
    } else {
        lua_rawgeti(L, -1, h->ref);
    }
    lua_replace(L, -2);
    if (h->task)
        return;
    neap_handle_bind(h, (neap_task *)(uintptr_t)t);
    lua_pushvalue(s->keep, NEAP_KEEP_HANDLES);
    lua_xmove(s->keep, L, 1);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -2, (lua_Integer)t->id);
    lua_pop(L, 1);
}

void neap_guest_forget(struct neap_script *s, const struct neap_handle *h)
{
    lua_pushnil(s->keep); /* known: allocates nothing */
    lua_rawseti(s->keep, NEAP_KEEP_HANDLES, (lua_Integer)h->id);
}

static void forget_handles(struct neap_script *s)
{
    lua_State *keep = s->keep;

    for (lua_pushnil(keep); lua_next(keep, NEAP_KEEP_HANDLES); lua_pop(keep, 1)) {
        struct neap_handle *h = neap_handle_test(keep, -1);

        if (h)
            h->task = NULL;
    }
}

/* The end. */

static void forget_signals(struct neap_script *s)
{
    lua_State *keep = s->keep;

    lua_getfield(keep, NEAP_KEEP_ANCHOR, "signals");
    for (lua_pushnil(keep); lua_next(keep, -2); lua_pop(keep, 1)) {
        if (lua_isinteger(keep, -2))
            neap_on_signal(s->rt, (int)lua_tointeger(keep, -2), NULL, NULL);
    }
    lua_pop(keep, 1);
}

void neap_guest_end(struct neap_script *s)
{
    neap_runtime *rt = s->rt;

    if (!rt)
        return;
    neap_go_end_all(s);
    neap_timer_cancel_all(s);
    forget_signals(s);
    neap_child_forget_all(s);
    if (neap_policy_host(s)) /* its hooks are ours */
        neap_set_policy(rt, "fair", NULL, NULL);
    neap_listen(rt, NULL);
    s->rt = NULL;
    forget_handles(s);
    neap_host_sweep(s, NEAP_HOSTS_ALL);
}

static int forget_body(lua_State *L)
{
    neap_runtime *rt = lua_touserdata(L, 1);

    luaL_getsubtable(L, LUA_REGISTRYINDEX, GUESTS);
    lua_pushnil(L);
    lua_rawsetp(L, -2, rt);
    return 0;
}

static void on_close(void *user, neap_runtime *rt)
{
    struct neap_script *s = user;
    lua_State *L = s->L;

    neap_guest_end(s);
    if (!lua_checkstack(L, LUA_MINSTACK))
        return;
    lua_pushcfunction(L, forget_body); /* `s` may be collected from now on */
    lua_pushlightuserdata(L, rt);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        lua_pop(L, 1);
}

/* The beginning. */

struct opening {
    neap_runtime *rt;
    int rc;
};

static void keep_by_address(lua_State *L, neap_runtime *rt, struct neap_script *s)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, GUESTS);
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, rt);
    lua_pop(L, 1);
    neap_script_anchor(L, s);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "self");
    lua_pop(L, 1);
}

static int open_body(lua_State *L)
{
    struct opening *o = lua_touserdata(L, 1);
    neap_listener listener = {.size = sizeof listener};
    struct neap_script *s;

    luaL_getsubtable(L, LUA_REGISTRYINDEX, GUESTS);
    if (lua_rawgetp(L, -1, o->rt) == LUA_TUSERDATA)
        return 1;
    neap_module_preload(L);
    s = neap_script_new(L);
    neap_runtime_push_metatable(L);
    lua_setmetatable(L, -2);
    s->guest = true;
    lua_newtable(L); /* NEAP_KEEP_HANDLES */
    lua_xmove(L, s->keep, 1);
    keep_by_address(L, o->rt, s);
    listener.user = s;
    neap_events_listen(&listener);
    listener.on_close = on_close;
    o->rc = neap_listen(o->rt, &listener);
    if (o->rc < 0) {
        lua_pushcfunction(L, forget_body);
        lua_pushlightuserdata(L, o->rt);
        lua_call(L, 1, 0);
        return 0;
    }
    s->rt = o->rt;
    return 1;
}

int neap_lua_open(lua_State *L, neap_runtime *rt)
{
    struct opening o = {rt, 0};

    if (!lua_checkstack(L, LUA_MINSTACK))
        return -NEAP_EMEMORY;
    lua_pushcfunction(L, open_body);
    lua_pushlightuserdata(L, &o);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK)
        o.rc = -NEAP_EMEMORY;
    if (o.rc < 0)
        lua_pop(L, 1);
    return o.rc;
}
