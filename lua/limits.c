/* limits.c - limits of tasks, as scripts say them.
 *
 * Each is a text in the end, which the runtime reads; so a script may give a number, or
 * the text that the command line would take.
 */
#include "neap_lua.h"
#include <neap/limits.h>
#include <stdio.h>
#include <string.h>

/* { 0, 2 } as "0,2". */
static void list_text(lua_State *L, int index, const char *name)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);
    luaL_Buffer text;

    if (n == 0)
        luaL_error(L, "%s: the list is empty", name);
    luaL_buffinit(L, &text);
    for (lua_Integer i = 1; i <= n; i++) {
        char number[24];

        lua_rawgeti(L, index, i);
        snprintf(number, sizeof number, "%s%lld", i > 1 ? "," : "",
                 (long long)neap_option_integer(L, -1, name, 0, NEAP_CPUS_MAX - 1));
        lua_pop(L, 1);
        luaL_addstring(&text, number);
    }
    luaL_pushresult(&text);
}

static void number_text(lua_State *L, int index, const char *name)
{
    char octal[24];
    lua_Integer n;

    if (!neap_option_integer_test(L, index, &n)) {
        lua_pushvalue(L, index);
        lua_tostring(L, -1);
    } else if (strcmp(name, "umask") == 0 && n >= 0) {
        snprintf(octal, sizeof octal, "%llo", (unsigned long long)n);
        lua_pushstring(L, octal);
    } else {
        lua_pushfstring(L, "%I", (LUAI_UACINT)n);
    }
}

/* Pushes the text for the value at `index`. */
static const char *push_text(lua_State *L, int index, const char *name)
{
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        number_text(L, index, name);
        break;
    case LUA_TBOOLEAN:
        lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
        break;
    case LUA_TSTRING:
        neap_option_text(L, index, name);
        lua_pushvalue(L, index);
        break;
    case LUA_TTABLE:
        if (strcmp(name, "bind") == 0) {
            list_text(L, index, name);
            break;
        }
        /* fall through */
    default:
        luaL_error(L, "%s: expected a number or a text, got a %s", name,
                   luaL_typename(L, index));
    }
    return lua_tostring(L, -1);
}

void neap_option_limits(lua_State *L, int index, neap_limits *l)
{
    const char *name;

    index = lua_absindex(L, index);
    for (size_t i = 0; (name = neap_limits_name(i)); i++) {
        if (!neap_option_get(L, index, name))
            continue;
        if (neap_limits_set(l, name, push_text(L, -1, name)) < 0)
            luaL_error(L, "%s", neap_last_error());
        lua_pop(L, 2); /* a user's name is a string, and the table keeps it */
    }
}

#define KEY(NAME, name) #name,

const neap_limits *neap_option_defaults(lua_State *L, int index, bool *clean_env)
{
    static const char *const keys[] = {NEAP_LIMITS(KEY) "clean_env", NULL};
    neap_limits *l;

    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TTABLE)
        luaL_error(L, "defaults: expected a table, got a %s", luaL_typename(L, index));
    neap_option_keys(L, index, "default", keys, NEAP_NO_LIST);
    l = lua_newuserdatauv(L, sizeof *l, 0);
    *l = (neap_limits){.size = sizeof *l};
    neap_option_limits(L, index, l);
    *clean_env = neap_option_get(L, index, "clean_env") &&
                 neap_option_boolean(L, -1, "clean_env");
    return l;
}

/* neap.limit(name, value): raises where a job must not say so. */
int neap_limits_lua(lua_State *L)
{
    neap_limits l = {.size = sizeof l};
    const char *name = neap_option_text(L, 1, "limit");

    luaL_checkany(L, 2);
    if (neap_limits_set(&l, name, push_text(L, 2, name)) < 0)
        return luaL_error(L, "%s", neap_last_error());
    return 0;
}

void neap_limits_push_names(lua_State *L)
{
    const char *name;

    lua_newtable(L);
    for (size_t i = 0; (name = neap_limits_name(i)); i++) {
        lua_pushstring(L, name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}
