/* strict.c - how a bounded function stands before the stock one of its name. */
#include "strict.h"
#include "budget.h"

int neap_strict_stock(lua_State *L)
{
    int n = lua_gettop(L);

    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, n, LUA_MULTRET);
    return lua_gettop(L);
}

int neap_strict_list(lua_State *L)
{
    int n = neap_strict_stock(L);

    neap_budget_list(L, n);
    return n;
}

void neap_strict_replace(lua_State *L, const luaL_Reg *functions)
{
    for (; functions->name; functions++) {
        lua_getfield(L, -1, functions->name);
        lua_pushcclosure(L, functions->func, 1);
        lua_setfield(L, -2, functions->name);
    }
}
