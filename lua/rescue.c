/* rescue.c - neap.rescue{}: what runtimes left behind that died with their guards. */
#include "neap_lua.h"

static const char *const keys[] = {"action", "grace", NULL};
static const char *const actions[] = {"by_record", "list", "continue", "end", NULL};

static void add(void *user, const neap_left *left)
{
    lua_State *L = user;

    lua_createtable(L, 0, 5);
    lua_pushinteger(L, left->pid);
    lua_setfield(L, -2, "pid");
    lua_pushinteger(L, left->runtime);
    lua_setfield(L, -2, "runtime");
    lua_pushinteger(L, (lua_Integer)left->task);
    lua_setfield(L, -2, "task");
    lua_pushboolean(L, left->stopped);
    lua_setfield(L, -2, "stopped");
    lua_pushstring(L, left->command);
    lua_setfield(L, -2, "command");
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* neap.rescue { action = "list" | "continue" | "end", grace = }: a list of what there
 * was. By default what each runtime wanted for its tasks is done. */
int neap_rescue_lua(lua_State *L)
{
    neap_rescue_mode mode = NEAP_RESCUE_BY_RECORD;
    neap_ns grace = 0;
    int r;

    lua_settop(L, 1);
    if (lua_isnil(L, 1)) {
        lua_newtable(L);
        lua_replace(L, 1);
    }
    neap_option_keys(L, 1, "rescue", keys, NEAP_NO_LIST);
    if (neap_option_get(L, 1, "action"))
        mode = (neap_rescue_mode)neap_option_enum(L, -1, "action", actions);
    if (neap_option_get(L, 1, "grace"))
        grace = neap_option_duration(L, -1, "grace");
    lua_newtable(L);
    r = neap_rescue(mode, grace, add, L);
    if (r >= 0)
        return 1;
    lua_pushnil(L);
    lua_pushstring(L, neap_last_error());
    lua_pushinteger(L, -r);
    return 3;
}
