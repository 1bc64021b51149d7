/* params.c - parameters of a policy in Lua: its fields, set from what a person typed.
 *
 * A parameter has the type of its default: a number takes numbers and durations, a
 * boolean true and false, a string anything. What `base` understands goes to base: as
 * given, or else as the policy's own field of that name says.
 */
#include "host.h"
#include <string.h>

enum { BASE_PARAMS = 16 };

static bool push_number(lua_State *L, const char *text)
{
    neap_ns ns;

    if (lua_stringtonumber(L, text) != 0)
        return true;
    if (neap_parse_ns(text, &ns) < 0)
        return false;
    lua_pushinteger(L, ns);
    return true;
}

static bool push_boolean(lua_State *L, const char *text)
{
    bool yes = strcmp(text, "true") == 0;

    if (!yes && strcmp(text, "false") != 0)
        return false;
    lua_pushboolean(L, yes);
    return true;
}

/* Pushes the value of type `type` that `text` stands for. */
static void push_value(lua_State *L, const neap_param *p, int type)
{
    if (type == LUA_TNUMBER && !push_number(L, p->value))
        luaL_error(
            L, "parameter %s = \"%s\": expected a number or a duration, such as 10ms",
            p->name, p->value);
    if (type == LUA_TBOOLEAN && !push_boolean(L, p->value))
        luaL_error(L, "parameter %s = \"%s\": expected true or false", p->name,
                   p->value);
    if (type == LUA_TSTRING)
        lua_pushstring(L, p->value);
}

static bool is_value(int type)
{
    return type == LUA_TNUMBER || type == LUA_TBOOLEAN || type == LUA_TSTRING;
}

static int type_of_field(lua_State *L, int self, const char *name)
{
    int type;

    lua_pushstring(L, name);
    type = lua_rawget(L, self);
    lua_pop(L, 1);
    return type;
}

static const char *given_value(const neap_params *given, const char *name)
{
    for (size_t i = 0; i < given->count; i++) {
        if (strcmp(given->list[i].name, name) == 0)
            return given->list[i].value;
    }
    return NULL;
}

/* The text for the field `name` of self, or NULL; it stays on the stack. */
static const char *field_text(lua_State *L, int self, const char *name)
{
    lua_pushstring(L, name);
    switch (lua_rawget(L, self)) {
    case LUA_TBOOLEAN:
        return lua_toboolean(L, -1) ? "true" : "false";
    case LUA_TNUMBER:
    case LUA_TSTRING:
        return lua_tostring(L, -1);
    default:
        return NULL;
    }
}

static int init_base(lua_State *L, int self, const struct neap_host *h, neap_ctx *c,
                     const neap_params *given)
{
    neap_param list[BASE_PARAMS];
    neap_params params = {list, 0};
    const char *const *name = h->base ? h->base->params : NULL;

    if (!h->base || !h->base->init)
        return 0;
    luaL_checkstack(L, BASE_PARAMS + 4, NULL);
    for (; name && *name && params.count < BASE_PARAMS; name++) {
        const char *value = given_value(given, *name);

        if (!value)
            value = field_text(L, self, *name);
        if (value)
            list[params.count++] = (neap_param){*name, value};
    }
    return h->base->init(c, &params);
}

int neap_params_apply(lua_State *L, int self, struct neap_host *h, neap_ctx *c,
                      const neap_params *given)
{
    int top, rc;

    lua_newtable(L);
    top = lua_gettop(L);
    for (size_t i = 0; i < given->count; i++) {
        const neap_param *p = &given->list[i];
        int type = type_of_field(L, self, p->name);

        if (!is_value(type)) { /* base's, or the core has refused it */
            lua_pushstring(L, p->value);
        } else {
            push_value(L, p, type);
            lua_pushstring(L, p->name);
            lua_pushvalue(L, -2);
            lua_rawset(L, self);
        }
        lua_setfield(L, top, p->name);
    }
    rc = init_base(L, self, h, c, given);
    lua_settop(L, top);
    return rc;
}
