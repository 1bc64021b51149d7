/* facts.c - neap.facts(): what this machine and this user allow, as a list. */
#include "neap_lua.h"
#include <neap/facts.h>

static int facts_gc(lua_State *L)
{
    neap_facts **held = lua_touserdata(L, 1);

    neap_facts_free(*held);
    *held = NULL;
    return 0;
}

/* Leaves a userdata that frees the facts, whatever is raised meanwhile. */
static neap_facts **hold(lua_State *L)
{
    neap_facts **held = lua_newuserdatauv(L, sizeof *held, 0);

    *held = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, facts_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return held;
}

static void push_fact(lua_State *L, const neap_fact *fact)
{
    lua_createtable(L, 0, 5);
    lua_pushstring(L, fact->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, neap_fact_state_name(fact->state));
    lua_setfield(L, -2, "state");
    lua_pushboolean(L, fact->needed);
    lua_setfield(L, -2, "needed");
    lua_pushstring(L, fact->value);
    lua_setfield(L, -2, "value");
    lua_pushstring(L, fact->remedy);
    lua_setfield(L, -2, "remedy");
}

int neap_facts_lua(lua_State *L)
{
    neap_facts **held;
    const neap_fact *fact;
    int rc;

    lua_settop(L, 0);
    held = hold(L);
    rc = neap_facts_new(held, NULL);
    if (rc < 0) {
        lua_pushnil(L);
        lua_pushstring(L, neap_last_error());
        lua_pushinteger(L, -rc);
        return 3;
    }
    lua_newtable(L);
    lua_pushboolean(L, neap_facts_usable(*held));
    lua_setfield(L, -2, "usable");
    for (size_t i = 0; (fact = neap_facts_at(*held, i)); i++) {
        push_fact(L, fact);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}
