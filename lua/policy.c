/* policy.c - the policy in charge: rt:set_policy(), rt:reload(), task:explain().
 *
 * Whatever goes wrong while a policy is loaded, checked and made, the one in charge
 * stays, and no decision is missed: the new one is ready before it takes over.
 */
#include "host.h"
#include "neap_lua.h"
#include <string.h>

/* Of our own policies the newest that has not left is in charge, unless that is one in
 * C. */
struct neap_host *neap_policy_host(const struct neap_script *s)
{
    struct neap_host *h = s->hosts;

    while (h && (h->has_left || !h->c))
        h = h->next;
    return h;
}

neap_ideal neap_policy_ideal(const struct neap_script *s, const char *name)
{
    const struct neap_host *h = neap_policy_host(s);
    const neap_policy *p = h ? &h->record : neap_policy_find(name);

    if (!p)
        p = neap_library_find(s, name);
    return p ? p->ideal : NEAP_NO_IDEAL;
}

/* What a reload takes again: the word for the policy, and its parameters. */
void neap_policy_remember(lua_State *L, struct neap_script *s, int policy, int params)
{
    policy = lua_absindex(L, policy);
    params = params ? lua_absindex(L, params) : 0;
    neap_script_anchor(L, s);
    if (lua_type(L, policy) == LUA_TSTRING)
        lua_pushvalue(L, policy);
    else
        lua_pushnil(L);
    lua_setfield(L, -2, "policy");
    if (params)
        lua_pushvalue(L, params);
    else
        lua_pushnil(L);
    lua_setfield(L, -2, "params");
    lua_pop(L, 1);
}

static int refused(lua_State *L, int rc)
{
    lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushinteger(L, -rc);
    return 3;
}

static int take_over(lua_State *L, struct neap_script *s,
                     const struct neap_choice *choice, const neap_params *params)
{
    struct neap_host *old = neap_policy_host(s);
    char problem[300];
    int rc = 0;

    if (old && choice->host)
        rc = neap_carry_save(old, choice->host, problem, sizeof problem);
    if (rc < 0) {
        choice->host->has_left = true;
        neap_host_sweep(s, NEAP_HOSTS_LEFT);
        lua_pushfstring(L, "policy %s: %s", old->record.name, problem);
        return refused(L, rc);
    }
    rc = neap_set_policy(s->rt, choice->name, neap_choice_table(choice), params);
    if (rc < 0 && choice->host)
        choice->host->has_left = true;
    neap_host_sweep(s, NEAP_HOSTS_LEFT);
    return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
}

/* Takes the policy at 2 with the parameters at 3, and remembers both. */
static int change(lua_State *L, struct neap_script *s)
{
    struct neap_choice choice = {.name = NULL};
    neap_params params = {NULL, 0};
    int rc, n;

    if (s->hooks)
        return luaL_error(L, "not inside a policy hook");
    lua_settop(L, 3);
    if (!lua_isnil(L, 3))
        neap_option_params(L, 3, &params);
    neap_host_sweep(s, NEAP_HOSTS_LEFT);
    rc = neap_load_policy(L, 2, s, &choice);
    if (rc < 0)
        return refused(L, rc);
    n = take_over(L, s, &choice, &params);
    if (lua_isboolean(L, -n))
        neap_policy_remember(L, s, 2, 3);
    return n;
}

int neap_policy_set(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);

    luaL_checkany(L, 2);
    return change(L, s);
}

int neap_policy_reload(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);

    if (s->hooks)
        return luaL_error(L, "not inside a policy hook");
    lua_settop(L, 1);
    neap_script_anchor(L, s);
    if (lua_getfield(L, 2, "policy") != LUA_TSTRING) {
        lua_pushliteral(L, "the policy was given as a table: there is no file to read");
        return refused(L, -NEAP_ESTATE);
    }
    if (neap_library_is(lua_tostring(L, -1))) {
        lua_pushliteral(L, "a policy in C is loaded once: start again for another");
        return refused(L, -NEAP_ESTATE);
    }
    lua_getfield(L, 2, "params");
    lua_remove(L, 2);
    return change(L, s);
}

int neap_policy_explain(lua_State *L, struct neap_script *s, neap_task *t)
{
    struct neap_host *h = neap_policy_host(s);
    char text[300];

    if (s->hooks)
        return luaL_error(L, "not inside a policy hook");
    const char *answer = h ? neap_carry_explain(h, t, text, sizeof text) : NULL;

    if (!answer && neap_explain(s->rt, t, text, sizeof text) == 0 && text[0])
        answer = text;
    lua_pushstring(L, answer);
    return 1;
}

int neap_policy_profile(lua_State *L)
{
    neap_policy_push_profile(L, neap_policy_host(neap_script_open(L, 1)));
    return 1;
}

void neap_policy_push_profile(lua_State *L, const struct neap_host *h)
{
    lua_newtable(L);
    for (int i = 0; h && h->profile && i < NEAP_HOOKS; i++) {
        if (h->profile[i].calls == 0)
            continue;
        lua_createtable(L, 0, 3);
        if (h->own) {
            lua_pushinteger(L, (lua_Integer)h->profile[i].allocations);
            lua_setfield(L, -2, "allocations");
        }
        lua_pushinteger(L, (lua_Integer)h->profile[i].calls);
        lua_setfield(L, -2, "calls");
        lua_pushinteger(L, h->profile[i].time);
        lua_setfield(L, -2, "ns");
        lua_setfield(L, -2, neap_hook_names[i]);
    }
}
