/* strict_table.c - table functions whose work is known before it is done.
 *
 * The stock ones ask a table's metamethods for its length and its elements, and loop in
 * C over whatever the answer is. Here they take plain tables only.
 */
#include "budget.h"
#include "strict.h"
#include <lauxlib.h>

enum { BYTES_EACH = 4 }; /* of strings to compare, as long as an instruction */

static void check_plain(lua_State *L, int index)
{
    static const char *const proxies[] = {"__len", "__index", "__newindex", NULL};

    luaL_checktype(L, index, LUA_TTABLE);
    for (int i = 0; proxies[i]; i++) {
        if (luaL_getmetafield(L, index, proxies[i]) != LUA_TNIL)
            luaL_argerror(L, index, "a table without __len, __index and __newindex");
    }
}

static lua_Integer length_of(lua_State *L, int index)
{
    return (lua_Integer)lua_rawlen(L, index);
}

/* How many there are from `first` to `last`, at most all that can be. */
static lua_Integer span(lua_Integer first, lua_Integer last)
{
    lua_Unsigned n = (lua_Unsigned)last - (lua_Unsigned)first;

    if (first > last)
        return 0;
    return n < (lua_Unsigned)1 << 40 ? (lua_Integer)n + 1 : (lua_Integer)1 << 40;
}

/* concat(t, between, first, last), unpack(t, first, last): the range is at `at`. More
 * than fits on a stack unpack refuses, and concat ends at the first nil. */
static void check_range(lua_State *L, int at)
{
    lua_Integer n;

    check_plain(L, 1);
    n = span(luaL_optinteger(L, at, 1), lua_isnoneornil(L, at + 1)
                                            ? length_of(L, 1)
                                            : luaL_checkinteger(L, at + 1));
    if (n <= LUAI_MAXSTACK)
        neap_budget_spend(L, n);
}

static int strict_concat(lua_State *L)
{
    check_range(L, 3);
    return neap_strict_stock(L);
}

static int strict_unpack(lua_State *L)
{
    check_range(L, 2);
    return neap_strict_list(L);
}

/* insert(t, place, value), remove(t, place): what stands behind the place moves. The
 * stock function refuses a place that is none. */
static int from_place(lua_State *L)
{
    lua_Integer place = luaL_checkinteger(L, 2);

    if (place > 0)
        neap_budget_spend(L, span(place, length_of(L, 1)));
    return neap_strict_stock(L);
}

static int strict_insert(lua_State *L)
{
    check_plain(L, 1);
    return lua_gettop(L) == 3 ? from_place(L) : neap_strict_stock(L);
}

static int strict_remove(lua_State *L)
{
    check_plain(L, 1);
    return lua_isnoneornil(L, 2) ? neap_strict_stock(L) : from_place(L);
}

static int strict_move(lua_State *L)
{
    check_plain(L, 1);
    if (!lua_isnoneornil(L, 5))
        check_plain(L, 5);
    neap_budget_spend(L, span(luaL_checkinteger(L, 2), luaL_checkinteger(L, 3)));
    return neap_strict_stock(L);
}

/* The stock order compares strings by the locale: slowly where they are alike, or full
 * of zero bytes. */
static lua_Integer compared_bytes(lua_State *L, lua_Integer n)
{
    lua_Integer sum = 0;

    for (lua_Integer i = 1; i <= n; i++) {
        if (lua_rawgeti(L, 1, i) == LUA_TSTRING)
            sum += (lua_Integer)lua_rawlen(L, -1);
        lua_pop(L, 1);
    }
    return sum;
}

static int strict_sort(lua_State *L)
{
    lua_Integer n, each;

    check_plain(L, 1);
    n = each = length_of(L, 1);
    neap_budget_spend(L, n);
    if (lua_isnoneornil(L, 2))
        each += compared_bytes(L, n) / BYTES_EACH;
    for (lua_Integer rest = n; rest > 0; rest /= 2)
        neap_budget_spend(L, each);
    return neap_strict_stock(L);
}

void neap_strict_table(lua_State *L)
{
    static const luaL_Reg functions[] = {{"concat", strict_concat},
                                         {"insert", strict_insert},
                                         {"move", strict_move},
                                         {"remove", strict_remove},
                                         {"sort", strict_sort},
                                         {"unpack", strict_unpack},
                                         {NULL, NULL}};

    neap_strict_replace(L, functions);
}
