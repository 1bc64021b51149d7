/* module.c - the Lua module: require "neap", from Lua, the program or a C host.
 *
 * The Lua sources are in the binary. Loading puts a loader for each into
 * package.preload, and one for "neap.core": the functions in C, which lua/neap/init.lua
 * makes the module of.
 */
#include "embedded.h"
#include "neap_lua.h"
#include "queue.h"
#include <string.h>

/* luaopen_NAME is what require() looks for in NAME.so. */
NEAP_API int luaopen_neap(lua_State *L);

static int lua_duration(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushinteger(L, neap_option_duration(L, 1, "duration"));
    return 1;
}

static int lua_weight(lua_State *L)
{
    lua_Integer priority =
        neap_option_integer(L, 1, "priority", NEAP_PRIORITY_MIN, NEAP_PRIORITY_MAX);

    lua_pushinteger(L, neap_priority_weight((int)priority));
    return 1;
}

static int lua_suggest(lua_State *L)
{
    const char *word = neap_option_text(L, 1, "word");
    lua_Integer n;
    const char **names;

    luaL_checktype(L, 2, LUA_TTABLE);
    n = (lua_Integer)lua_rawlen(L, 2);
    names = lua_newuserdatauv(L, ((size_t)n + 1) * sizeof *names, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, 2, i);
        names[i - 1] = neap_option_text(L, -1, "list");
        lua_pop(L, 1);
    }
    names[n] = NULL;
    lua_pushstring(L, neap_suggest(word, names));
    return 1;
}

/* neap.policy(table): the table. Its hooks may come later; they are checked when it is
 * taken. */
static int lua_policy(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!neap_option_get(L, 1, "name"))
        return luaL_error(L, "a policy needs a name");
    if (!*neap_option_text(L, -1, "name"))
        return luaL_error(L, "a policy needs a name, not \"\"");
    lua_settop(L, 1);
    return 1;
}

static int lua_strerror(lua_State *L)
{
    lua_pushstring(L, neap_strerror((int)luaL_checkinteger(L, 1)));
    return 1;
}

/* "TERM" for 15; nil for a number without a name. */
static int lua_signal_name(lua_State *L)
{
    lua_pushstring(L, neap_option_signal_name((int)luaL_checkinteger(L, 1)));
    return 1;
}

/* Sets the constants in the table on top. */
static void set_units(lua_State *L)
{
    static const struct {
        const char *name;
        neap_ns value;
    } units[] = {{"ns", 1},
                 {"us", NEAP_US},
                 {"ms", NEAP_MS},
                 {"s", NEAP_S},
                 {"minute", 60 * NEAP_S},
                 {"hour", 3600 * NEAP_S},
                 {"forever", NEAP_FOREVER}};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        lua_pushinteger(L, units[i].value);
        lua_setfield(L, -2, units[i].name);
    }
}

void neap_module_push_policy_side(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, lua_policy);
    lua_setfield(L, -2, "policy");
    lua_pushcfunction(L, neap_queue_fifo);
    lua_setfield(L, -2, "fifo");
    lua_pushcfunction(L, neap_queue_heap);
    lua_setfield(L, -2, "heap");
    set_units(L);
}

static int open_core(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"describe", neap_load_describe}, {"duration", lua_duration},
        {"facts", neap_facts_lua},        {"fifo", neap_queue_fifo},
        {"heap", neap_queue_heap},        {"limit", neap_limits_lua},
        {"policies", neap_load_policies}, {"policy", lua_policy},
        {"replay", neap_replay_lua},      {"rescue", neap_rescue_lua},
        {"runtime", neap_runtime_lua},    {"signal_name", lua_signal_name},
        {"simulate", neap_simulate_lua},  {"stamp", neap_load_stamp},
        {"strerror", lua_strerror},       {"suggest", lua_suggest},
        {"terminal", neap_terminal_lua},  {"weight", lua_weight},
        {"writable", neap_writable_lua},  {NULL, NULL},
    };

    luaL_newlib(L, functions);
    set_units(L);
    neap_limits_push_names(L);
    lua_setfield(L, -2, "limits");
    lua_pushstring(L, neap_version());
    lua_setfield(L, -2, "version");
    return 1;
}

static int load_embedded(lua_State *L)
{
    const struct neap_embedded *e = lua_touserdata(L, lua_upvalueindex(1));
    const char *chunk = lua_pushfstring(L, "=%s", e->name);

    if (luaL_loadbufferx(L, e->text, e->size, chunk, "t") != LUA_OK)
        return lua_error(L);
    lua_pushvalue(L, 1); /* the name, as require() passes it */
    lua_call(L, 1, 1);
    return 1;
}

static void preload(lua_State *L, const char *name)
{
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_insert(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

#define OWNER "neap.owner"

void neap_module_own_process(lua_State *L)
{
    lua_pushboolean(L, true);
    lua_setfield(L, LUA_REGISTRYINDEX, OWNER);
}

bool neap_module_owns_process(lua_State *L)
{
    bool owns;

    lua_getfield(L, LUA_REGISTRYINDEX, OWNER);
    owns = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return owns;
}

void neap_module_preload(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pop(L, 1);
    for (const struct neap_embedded *e = neap_embedded; e->name; e++) {
        if (strcmp(e->name, "neap") != 0 && strncmp(e->name, "neap.", 5) != 0)
            continue;
        lua_pushlightuserdata(L, (void *)(uintptr_t)e);
        lua_pushcclosure(L, load_embedded, 1);
        preload(L, e->name);
    }
    lua_pushcfunction(L, open_core);
    preload(L, "neap.core");
    lua_pushcfunction(L, neap_paths_lua);
    preload(L, "neap.paths");
    lua_pushcfunction(L, neap_ignored_lua);
    preload(L, "neap.ignored");
    lua_pushcfunction(L, neap_interrupt_lua);
    preload(L, "neap.interrupt");
}

void neap_module_require(lua_State *L, const char *name)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_getfield(L, -1, name) == LUA_TNIL) {
        lua_getfield(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
        lua_getfield(L, -1, name);
        lua_pushstring(L, name);
        lua_call(L, 1, 1);
        lua_pushvalue(L, -1);
        lua_setfield(L, -5, name); /* beneath: nil, the preloaded */
        lua_replace(L, -3);
        lua_pop(L, 1);
    }
    lua_remove(L, -2);
}

int luaopen_neap(lua_State *L)
{
    neap_module_preload(L);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_getfield(L, -1, "neap");
    lua_pushliteral(L, "neap");
    lua_call(L, 1, 1);
    return 1;
}
