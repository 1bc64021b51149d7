/* carry.c - what a policy says of itself outside decisions: save, restore, explain.
 *
 * When a policy in Lua takes over from another one (a reload, set_policy), what the old
 * one's `save` returns is given to the new one's `restore`: plain data, copied, since
 * their states are not the same.
 */
#include "budget.h"
#include "host.h"
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 100, ENTRIES_MAX = 1000000, TEXT_MAX = 8 << 20 };

struct copy {
    lua_State *from; /* the value is on top there; never the thread that copies */
    int depth;
    lua_Integer left; /* entries */
    size_t text;      /* bytes of strings so far */
};

static void copy_value(lua_State *L, struct copy *c);

static void copy_table(lua_State *L, struct copy *c)
{
    if (c->depth++ == DEEPEST || !lua_checkstack(c->from, LUA_MINSTACK))
        luaL_error(L, "save: its tables are nested deeper than %d, or in a circle",
                   DEEPEST);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_newtable(L);
    for (lua_pushnil(c->from); lua_next(c->from, -2); lua_pop(c->from, 1)) {
        if (c->left-- == 0)
            luaL_error(L, "save: more than %d entries", ENTRIES_MAX);
        lua_pushvalue(c->from, -2);
        copy_value(L, c);
        lua_pop(c->from, 1);
        copy_value(L, c);
        lua_rawset(L, -3);
    }
    c->depth--;
}

/* Reads without a call that may raise there. */
static void copy_value(lua_State *L, struct copy *c)
{
    size_t size;
    const char *text;

    switch (lua_type(c->from, -1)) {
    case LUA_TNIL:
        lua_pushnil(L);
        break;
    case LUA_TBOOLEAN:
        lua_pushboolean(L, lua_toboolean(c->from, -1));
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(c->from, -1))
            lua_pushinteger(L, lua_tointeger(c->from, -1));
        else
            lua_pushnumber(L, lua_tonumber(c->from, -1));
        break;
    case LUA_TSTRING:
        text = lua_tolstring(c->from, -1, &size);
        if ((c->text += size) > TEXT_MAX) /* one string may stand in many places */
            luaL_error(L, "save: more than %d bytes of text", TEXT_MAX);
        lua_pushlstring(L, text, size);
        break;
    case LUA_TTABLE:
        copy_table(L, c);
        break;
    default:
        luaL_error(L,
                   "save: a %s is no plain data (numbers, strings, booleans, tables): "
                   "keep tasks by their id",
                   lua_typename(c->from, lua_type(c->from, -1)));
    }
}

static int copy_body(lua_State *L)
{
    struct copy *c = lua_touserdata(L, 1);

    copy_value(L, c);
    return 1;
}

int neap_carry_save(struct neap_host *from, struct neap_host *to, char *problem,
                    size_t room)
{
    struct neap_call call = {
        .hook = NEAP_HOOK_SAVE, .c = from->c, .problem = problem, .room = room};
    struct copy copy = {.from = from->keep, .left = ENTRIES_MAX};
    int rc = 0, top = lua_gettop(from->keep);

    if (!from->has[NEAP_HOOK_SAVE] || !to->has[NEAP_HOOK_RESTORE])
        return 0;
    if (!neap_call_hook(from, &call, 1)) {
        rc = -NEAP_EPOLICY;
    } else {
        lua_xmove(from->L, from->keep, 1);
        lua_pushcfunction(to->L, copy_body);
        lua_pushlightuserdata(to->L, &copy);
        if (lua_pcall(to->L, 1, 1, 0) == LUA_OK) {
            lua_xmove(to->L, to->keep, 1);
            lua_replace(to->keep, NEAP_SLOT_SAVED);
        } else {
            snprintf(problem, room, "%s", lua_tostring(to->L, -1));
            lua_pop(to->L, 1);
            rc = -NEAP_EPOLICY;
        }
        lua_settop(from->keep, top);
    }
    neap_call_end(from, &call);
    return rc;
}

void neap_carry_restore(lua_State *L, struct neap_host *h)
{
    if (!h->has[NEAP_HOOK_RESTORE] || lua_isnil(h->keep, NEAP_SLOT_SAVED))
        return;
    lua_pushvalue(h->keep, NEAP_SLOT_HOOK + NEAP_HOOK_RESTORE);
    lua_pushvalue(h->keep, NEAP_SLOT_SELF);
    lua_pushvalue(h->keep, NEAP_SLOT_SAVED);
    lua_xmove(h->keep, L, 3);
    lua_pushnil(h->keep);
    lua_replace(h->keep, NEAP_SLOT_SAVED);
    lua_call(L, 2, 0);
}

const char *neap_carry_explain(struct neap_host *h, neap_task *t, char *out,
                               size_t room)
{
    struct neap_call call = {
        .hook = NEAP_HOOK_EXPLAIN, .c = h->c, .task = t, .problem = out, .room = room};
    const char *answer = out;

    if (!h->has[NEAP_HOOK_EXPLAIN] || !h->c)
        return NULL;
    if (neap_call_hook(h, &call, 1)) {
        size_t size = 0;
        const char *text =
            lua_type(h->L, -1) == LUA_TSTRING ? lua_tolstring(h->L, -1, &size) : NULL;

        answer = text ? out : NULL;
        if (text)
            neap_text_plain(out, room, text, size, NEAP_TEXT_LINE);
    }
    neap_call_end(h, &call);
    return answer;
}
