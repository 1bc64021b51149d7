/* handle.c - task handles: one userdata per task, in each state that knows it.
 *
 * A handle is told from other userdata by its size, which a light one has not, and a
 * magic word: that costs less than a quarter of luaL_checkudata.
 */
#include "neap_lua.h"
#include <string.h>

enum { MAGIC = 0x6e74736b };

struct neap_handle *neap_handle_test(lua_State *L, int index)
{
    struct neap_handle *h = lua_touserdata(L, index);

    if (!h || lua_rawlen(L, index) != sizeof *h)
        return NULL;
    return h->magic == MAGIC ? h : NULL;
}

struct neap_handle *neap_handle_of(const struct neap_script *s, const neap_task *t)
{
    return s->guest ? neap_guest_handle(s, t) : t->user;
}

void neap_handle_push(lua_State *L, struct neap_script *s, const neap_task *t)
{
    const struct neap_handle *h = t->user;

    if (s->guest) {
        neap_guest_push(L, s, t);
        return;
    }
    if (!h) { /* of a replay, for want of memory */
        lua_pushnil(L);
        return;
    }
    lua_rawgeti(s->keep, NEAP_KEEP_ANCHOR, h->ref);
    lua_xmove(s->keep, L, 1);
}

void neap_handle_bind(struct neap_handle *h, neap_task *t)
{
    h->task = t;
    h->id = t->id;
}

struct neap_handle *neap_handle_new(lua_State *L, struct neap_script *s)
{
    struct neap_handle *h = lua_newuserdatauv(L, sizeof *h, 2);

    memset(h, 0, sizeof *h);
    h->magic = MAGIC;
    h->ref = LUA_NOREF;
    h->script = s;
    h->how = NEAP_HOWS;
    neap_task_push_metatable(L);
    lua_setmetatable(L, -2);
    return h;
}
