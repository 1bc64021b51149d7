/* strict_base.c - the functions of a policy file that stock Lua has as globals.
 *
 * Four differ in what they do. pcall and xpcall do not catch the end of a budget; the
 * handler of xpcall runs after the stack was unwound, since before it the interpreter's
 * hooks may be off. setmetatable refuses finalizers and weak tables: what they do
 * depends on the collector. pairs and next walk a table in one order on every run:
 * numbers, then strings, booleans and tasks; the stock order is drawn by lot for each
 * state, and no replay would give the same picks.
 */
#include "budget.h"
#include "neap_lua.h"
#include "strict.h"
#include <string.h>

const char *neap_strict_tostring(lua_State *L, int index)
{
    int type = lua_type(L, index);
    bool is_plain = type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER ||
                    type == LUA_TSTRING || neap_handle_test(L, index);

    if (is_plain || luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
        if (!is_plain)
            lua_pop(L, 1);
        return luaL_tolstring(L, index, NULL);
    }
    return lua_pushstring(L, lua_typename(L, type));
}

static int strict_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    neap_strict_tostring(L, 1);
    return 1;
}

static int strict_pcall(lua_State *L)
{
    int status;

    luaL_checkany(L, 1);
    status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    if (status != LUA_OK && neap_budget_is_over(L))
        return lua_error(L);
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, 1);
    return lua_gettop(L);
}

static int strict_xpcall(lua_State *L)
{
    int n = lua_gettop(L), status;

    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 1); /* f, handler, f, arguments */
    status = lua_pcall(L, n - 2, LUA_MULTRET, 0);
    if (status == LUA_OK) {
        lua_pushboolean(L, 1);
        lua_replace(L, 2);
        return lua_gettop(L) - 1;
    }
    if (neap_budget_is_over(L))
        return lua_error(L);
    lua_pushvalue(L, 2);
    lua_insert(L, -2); /* handler, message */
    lua_call(L, 1, 1);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int strict_setmetatable(lua_State *L)
{
    static const char *const refused[] = {"__gc", "__mode", NULL};

    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    for (int i = 0; lua_istable(L, 2) && refused[i]; i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "a policy has no %s: it depends on the collector",
                              refused[i]);
        lua_pop(L, 1);
    }
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "cannot change a protected metatable");
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

/* The order of keys. */

enum rank { NUMBER, STRING, BOOLEAN, TASK, NONE };

static enum rank rank_of(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        return NUMBER;
    case LUA_TSTRING:
        return STRING;
    case LUA_TBOOLEAN:
        return BOOLEAN;
    default:
        return neap_handle_test(L, index) ? TASK : NONE;
    }
}

/* Strings byte by byte: not by the locale. */
static int compare_strings(lua_State *L, int a, int b)
{
    size_t length[2], shorter;
    const char *one = lua_tolstring(L, a, &length[0]);
    const char *other = lua_tolstring(L, b, &length[1]);
    int order;

    shorter = length[0] < length[1] ? length[0] : length[1];
    order = memcmp(one, other, shorter);
    return order ? order : length[0] < length[1] ? -1 : length[0] > length[1];
}

static bool is_less(lua_State *L, int a, int b)
{
    enum rank one = rank_of(L, a), other = rank_of(L, b);

    if (one != other)
        return one < other;
    switch (one) {
    case NUMBER:
        return lua_compare(L, a, b, LUA_OPLT);
    case STRING:
        return compare_strings(L, a, b) < 0;
    case BOOLEAN:
        return !lua_toboolean(L, a) && lua_toboolean(L, b);
    default:
        return neap_handle_test(L, a)->id < neap_handle_test(L, b)->id;
    }
}

static void check_key(lua_State *L, int index)
{
    if (rank_of(L, index) == NONE)
        luaL_error(L,
                   "a table with a %s as a key has no order that is the same on every "
                   "run: use numbers, strings or tasks",
                   luaL_typename(L, index));
}

/* Pushes element `i` of the list at `list`. */
static void push(lua_State *L, int list, lua_Integer i)
{
    lua_rawgeti(L, list, i);
}

/* A heap with the greatest first. */
static void sift(lua_State *L, int list, lua_Integer at, lua_Integer n)
{
    for (lua_Integer child; (child = 2 * at) <= n; at = child) {
        push(L, list, child);
        if (child < n) {
            push(L, list, child + 1);
            if (is_less(L, -2, -1)) {
                lua_remove(L, -2);
                child++;
            } else {
                lua_pop(L, 1);
            }
        }
        push(L, list, at);
        if (!is_less(L, -1, -2)) {
            lua_pop(L, 2);
            return;
        }
        lua_rawseti(L, list, child);
        lua_rawseti(L, list, at);
    }
}

static void sort(lua_State *L, int list, lua_Integer n)
{
    for (lua_Integer i = n / 2; i >= 1; i--)
        sift(L, list, i, n);
    for (lua_Integer last = n; last > 1; last--) {
        push(L, list, 1);
        push(L, list, last);
        lua_rawseti(L, list, 1);
        lua_rawseti(L, list, last);
        sift(L, list, 1, last - 1);
    }
}

/* Pushes the list of the keys of the table at 1 that are no part of its array of
 * `array` elements; returns how many. */
static lua_Integer push_keys(lua_State *L, lua_Integer array)
{
    lua_Integer n = 0, number;
    int list;

    lua_newtable(L);
    list = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        neap_budget_spend(L, 1);
        if (neap_option_integer_test(L, -2, &number) && number >= 1 && number <= array)
            continue;
        check_key(L, -2);
        lua_pushvalue(L, -2);
        lua_rawseti(L, list, ++n);
    }
    neap_budget_spend(L, 8 * n);
    return n;
}

/* pairs(). Upvalues: the list of keys behind the array, the place, the length of the
 * array. A key that was removed meanwhile is passed over. */
static int next_pair(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(2));
    lua_Integer array = lua_tointeger(L, lua_upvalueindex(3));

    lua_settop(L, 1);
    for (;;) {
        at++;
        if (at <= array)
            lua_pushinteger(L, at);
        else if (lua_rawgeti(L, lua_upvalueindex(1), at - array) == LUA_TNIL)
            return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL)
            break;
        lua_pop(L, 2);
        neap_budget_spend(L, 1);
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
}

static int strict_pairs(lua_State *L)
{
    lua_Integer array, n;

    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    array = (lua_Integer)lua_rawlen(L, 1);
    n = push_keys(L, array);
    sort(L, lua_gettop(L), n);
    lua_pushinteger(L, 0);
    lua_pushinteger(L, array);
    lua_pushcclosure(L, next_pair, 3);
    lua_pushvalue(L, 1);
    return 2;
}

/* To ask whether a table is empty, and for its first pair. */
static int strict_next(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2))
        return luaL_error(L, "next() gives the first pair only: walk by pairs()");
    lua_settop(L, 1);
    strict_pairs(L);
    lua_call(L, 1, 2);
    return lua_isnil(L, -2) ? 1 : 2;
}

void neap_strict_base(lua_State *L)
{
    static const luaL_Reg functions[] = {{"next", strict_next},
                                         {"pairs", strict_pairs},
                                         {"pcall", strict_pcall},
                                         {"setmetatable", strict_setmetatable},
                                         {"tostring", strict_tostring},
                                         {"xpcall", strict_xpcall},
                                         {NULL, NULL}};

    luaL_setfuncs(L, functions, 0);
}
