/* child.c - the ends of this process' own children: rt:on_child(), child:cancel().
 *
 * A userdata hangs on the anchor's table `children`, by its pid, until the child has
 * ended or is no longer watched; user value 1 is the function, 2 the runtime's userdata.
 */
#include "neap_lua.h"
#include <limits.h>

enum { MAGIC = 0x6e63686c };
#define METATABLE "neap.child"
#define WATCHED "children"

struct child {
    uint32_t magic;
    int pid;
    struct neap_script *script; /* NULL: done with */
};

struct end {
    struct neap_script *script;
    int pid, code;
    neap_how how;
};

static struct child *test(lua_State *L, int index)
{
    struct child *c = lua_touserdata(L, index);

    if (!c || lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof *c)
        return NULL;
    return c->magic == MAGIC ? c : NULL;
}

/* Takes the one of `pid` from the anchor; pushes it, or nil. */
static struct child *take(lua_State *L, struct neap_script *s, int pid)
{
    struct child *c = NULL;

    neap_script_anchor(L, s);
    if (lua_getfield(L, -1, WATCHED) == LUA_TTABLE) {
        lua_rawgeti(L, -1, pid);
        c = test(L, -1);
        if (c) {
            c->script = NULL;
            lua_pushnil(L);
            lua_rawseti(L, -3, pid);
        }
        lua_replace(L, -2);
    }
    lua_replace(L, -2);
    return c;
}

static int end_body(lua_State *L)
{
    const struct end *e = lua_touserdata(L, 1);

    if (!take(L, e->script, e->pid))
        return 0;
    lua_getiuservalue(L, -1, 1);
    lua_pushinteger(L, e->pid);
    lua_pushstring(L, neap_how_name(e->how));
    lua_pushinteger(L, e->code);
    lua_call(L, 3, 0);
    return 0;
}

static void on_end(void *user, neap_runtime *rt, int pid, neap_how how, int code)
{
    struct end e = {.script = user, .pid = pid, .code = code, .how = how};

    neap_events_protect(e.script, end_body, &e);
}

void neap_child_forget_all(struct neap_script *s)
{
    lua_State *keep = s->keep;

    if (lua_getfield(keep, NEAP_KEEP_ANCHOR, WATCHED) == LUA_TTABLE) {
        for (lua_pushnil(keep); lua_next(keep, -2); lua_pop(keep, 1)) {
            struct child *c = test(keep, -1);

            neap_on_child(s->rt, c->pid, NULL, NULL);
            c->script = NULL;
        }
    }
    lua_pop(keep, 1);
}

static int child_cancel(lua_State *L)
{
    struct child *c = test(L, 1);
    struct neap_script *s;
    int rc;

    if (!c)
        luaL_typeerror(L, 1, "child");
    s = c->script;
    if (!s || !s->rt) {
        lua_pushnil(L);
        lua_pushliteral(L, "the child is no longer watched");
        lua_pushinteger(L, NEAP_ENOTFOUND);
        return 3;
    }
    rc = neap_on_child(s->rt, c->pid, NULL, NULL);
    if (rc == 0)
        take(L, s, c->pid);
    return neap_script_settle(L, s, rc, NEAP_MISUSE_RAISES);
}

static int child_tostring(lua_State *L)
{
    const struct child *c = test(L, 1);

    if (!c)
        luaL_typeerror(L, 1, "child");
    lua_pushfstring(L, "child %d%s", c->pid,
                    c->script && c->script->rt ? "" : " (done)");
    return 1;
}

static void push_metatable(lua_State *L)
{
    if (!luaL_newmetatable(L, METATABLE))
        return;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, child_cancel);
    lua_setfield(L, -2, "cancel");
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, child_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "child");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}

/* Leaves on the stack what watches `pid` for the function at 3. */
static struct child *child_new(lua_State *L, struct neap_script *s, int pid)
{
    struct child *c = lua_newuserdatauv(L, sizeof *c, 2);

    *c = (struct child){.magic = MAGIC, .pid = pid};
    push_metatable(L);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, 3);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 2);
    neap_script_anchor(L, s);
    luaL_getsubtable(L, -1, WATCHED);
    lua_pushvalue(L, -3);
    lua_rawseti(L, -2, pid);
    lua_pop(L, 2);
    c->script = s;
    return c;
}

/* That there is no such child is no mistake of the script: it may have ended, and
 * another may have waited for it. */
int neap_child_on(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    int pid = (int)neap_option_integer(L, 2, "pid", 1, INT_MAX), rc;
    bool set = !lua_isnil(L, 3);

    if (set)
        luaL_checktype(L, 3, LUA_TFUNCTION);
    rc = neap_on_child(s->rt, pid, NULL, NULL);
    if (rc < 0)
        return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
    take(L, s, pid);
    if (!set)
        return neap_script_settle(L, s, 0, NEAP_NONE_RAISES);
    lua_settop(L, 3);
    child_new(L, s, pid);
    rc = neap_on_child(s->rt, pid, on_end, s);
    if (rc == 0)
        return 1;
    take(L, s, pid);
    return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
}
