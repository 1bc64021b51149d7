/* strict_base.c - the functions of a policy file that stock Lua has as globals.
 *
 * Four differ in what they do. pcall and xpcall do not catch the end of a budget; the
 * handler of xpcall runs after the stack was unwound, since before it the interpreter's
 * hooks may be off. setmetatable refuses finalizers and weak tables: what they do
 * depends on the collector. A __mode that is put into a metatable later is taken out
 * before the collector sees it, but for its last resort, when memory is out. pairs and
 * next walk a table in one order on every run: numbers, then strings, booleans and
 * tasks; the stock order is drawn by lot for each state, and no replay would give the
 * same picks.
 */
#include "budget.h"
#include "neap_lua.h"
#include "strict.h"
#include <stdlib.h>
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

/* Raises the error on top where it is the end of a budget. */
static void pass_end(lua_State *L)
{
    if (!neap_budget_is_over(L))
        return;
    if (lua_type(L, -1) == LUA_TSTRING &&
        strcmp(lua_tostring(L, -1), NEAP_TEXT_NO_MEMORY) == 0)
        neap_budget_spend(L, 0); /* says that the time was over */
    lua_error(L);
}

static int strict_pcall(lua_State *L)
{
    int status;

    luaL_checkany(L, 1);
    status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    if (status != LUA_OK)
        pass_end(L);
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
    pass_end(L);
    lua_pushvalue(L, 2);
    lua_insert(L, -2); /* handler, message */
    if (lua_pcall(L, 1, 1, 0) != LUA_OK)
        pass_end(L);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static const char metatables; /* its address is the registry's key of their set */

static void open_metatables(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &metatables);
}

static void note_metatable(lua_State *L, int index)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatables);
    lua_pushvalue(L, index);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

void neap_strict_make_strong(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatables);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        lua_pushliteral(L, "__mode");
        if (lua_rawget(L, -3) != LUA_TNIL) {
            lua_pushliteral(L, "__mode");
            lua_pushnil(L);
            lua_rawset(L, -5);
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
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
    if (lua_istable(L, 2))
        note_metatable(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

/* The order of keys. A key as it is compared; the strings are the table's. */

enum { COLLECTING = 10, SORTING = 2 }; /* instructions a key, and a comparison */
enum rank { NUMBER, STRING, BOOLEAN, TASK, NONE };

struct key {
    enum rank rank;
    bool is_float;
    double real;
    lua_Integer whole; /* an integer, 0 or 1, or the task's id */
    const char *text;
    size_t size;
    lua_Integer place; /* in the list */
};

static struct key key_at(lua_State *L, int index)
{
    const struct neap_handle *task = neap_handle_test(L, index);
    struct key key = {.rank = NONE};

    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        key.rank = NUMBER;
        key.is_float = !lua_isinteger(L, index);
        key.real = lua_tonumber(L, index);
        key.whole = key.is_float ? 0 : lua_tointeger(L, index);
        break;
    case LUA_TSTRING:
        key.rank = STRING;
        key.text = lua_tolstring(L, index, &key.size);
        break;
    case LUA_TBOOLEAN:
        key.rank = BOOLEAN;
        key.whole = lua_toboolean(L, index);
        break;
    default:
        key.rank = task ? TASK : NONE;
        key.whole = task ? (lua_Integer)task->id : 0;
    }
    return key;
}

/* A float that is a key has a fraction or is beyond all integers, so it equals none:
 * only the greatest ones seem to, as doubles. */
static int compare_numbers(const struct key *a, const struct key *b)
{
    if (a->is_float != b->is_float && a->real == b->real)
        return a->is_float ? 1 : -1;
    if (a->is_float || b->is_float)
        return (a->real > b->real) - (a->real < b->real);
    return (a->whole > b->whole) - (a->whole < b->whole);
}

/* Strings byte by byte: not by the locale. */
static int compare(const void *one, const void *other)
{
    const struct key *a = one, *b = other;
    int order;

    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->rank != STRING)
        return compare_numbers(a, b);
    order = memcmp(a->text, b->text, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* Pushes the list, in no order, of the keys of the table at 1 that are no part of its
 * array of `array` elements; returns how many. */
static lua_Integer push_keys(lua_State *L, lua_Integer array)
{
    lua_Integer n = 0, number;
    int list;

    lua_newtable(L);
    list = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        neap_budget_spend(L, COLLECTING);
        if (neap_option_integer_test(L, -2, &number) && number >= 1 && number <= array)
            continue;
        if (key_at(L, -2).rank == NONE)
            luaL_error(L,
                       "a table with a %s as a key has no order that is the same on "
                       "every run: use numbers, strings or tasks",
                       luaL_typename(L, -2));
        lua_pushvalue(L, -2);
        lua_rawseti(L, list, ++n);
    }
    return n;
}

/* Replaces the list of `n` keys on top by one in order. */
static void sort_keys(lua_State *L, lua_Integer n)
{
    int list = lua_gettop(L);
    struct key *key;

    for (lua_Integer rest = n; rest > 1; rest /= 2)
        neap_budget_spend(L, SORTING * n);
    key = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *key, 0);
    for (lua_Integer i = 0; i < n; i++) {
        lua_rawgeti(L, list, i + 1);
        key[i] = key_at(L, -1);
        key[i].place = i + 1;
        lua_pop(L, 1);
    }
    qsort(key, (size_t)n, sizeof *key, compare);
    lua_createtable(L, (int)n, 0);
    for (lua_Integer i = 0; i < n; i++) {
        lua_rawgeti(L, list, key[i].place);
        lua_rawseti(L, -2, i + 1);
    }
    lua_replace(L, list);
    lua_settop(L, list);
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
    sort_keys(L, n);
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
    open_metatables(L);
}
