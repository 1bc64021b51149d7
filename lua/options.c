/* options.c - values that scripts give: checked strictly, refused by name.
 *
 * No coercions: a string is no number, a number no string. A float is taken as an
 * integer when it is one (7.0), as everywhere in Lua.
 */
#include "neap_lua.h"
#include <string.h>

const char *neap_option_hint(lua_State *L, const char *word, const char *const *among)
{
    const char *near = among ? neap_suggest(word, among) : NULL;

    return near ? lua_pushfstring(L, " (did you mean \"%s\"?)", near)
                : lua_pushliteral(L, "");
}

static bool is_named(const char *word, const char *const *names)
{
    for (; *names; names++) {
        if (strcmp(word, *names) == 0)
            return true;
    }
    return false;
}

void neap_option_keys(lua_State *L, int index, const char *what,
                      const char *const *names, enum neap_option_list list)
{
    index = lua_absindex(L, index);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1); /* the value */
        if (list == NEAP_WITH_LIST && lua_isinteger(L, -1))
            continue;
        if (lua_type(L, -1) != LUA_TSTRING) {
            lua_pushvalue(L, -1);
            luaL_error(L, "unknown %s %s", what, luaL_tolstring(L, -1, NULL));
        }

        const char *key = lua_tostring(L, -1);

        if (!is_named(key, names))
            luaL_error(L, "unknown %s \"%s\"%s", what, key,
                       neap_option_hint(L, key, names));
    }
}

bool neap_option_get(lua_State *L, int index, const char *name)
{
    index = lua_absindex(L, index);
    lua_pushstring(L, name);
    if (lua_rawget(L, index) != LUA_TNIL)
        return true;
    lua_pop(L, 1);
    return false;
}

bool neap_option_integer_test(lua_State *L, int index, lua_Integer *out)
{
    int whole = 0;

    if (lua_type(L, index) == LUA_TNUMBER)
        *out = lua_tointegerx(L, index, &whole);
    return whole;
}

lua_Integer neap_option_integer(lua_State *L, int index, const char *what,
                                lua_Integer least, lua_Integer most)
{
    lua_Integer n = 0;

    if (lua_type(L, index) != LUA_TNUMBER)
        luaL_error(L, "%s: expected an integer, got a %s", what,
                   luaL_typename(L, index));
    if (!neap_option_integer_test(L, index, &n))
        luaL_error(L, "%s: %f is no integer", what, lua_tonumber(L, index));
    if (n < least || n > most) {
        if (most == LUA_MAXINTEGER)
            luaL_error(L, "%s: %I is out of range, at least %I", what, (LUAI_UACINT)n,
                       (LUAI_UACINT)least);
        luaL_error(L, "%s: %I is out of range %I..%I", what, (LUAI_UACINT)n,
                   (LUAI_UACINT)least, (LUAI_UACINT)most);
    }
    return n;
}

neap_ns neap_option_duration(lua_State *L, int index, const char *what)
{
    neap_ns ns = 0;

    if (lua_type(L, index) == LUA_TNUMBER)
        return neap_option_integer(L, index, what, 0, LUA_MAXINTEGER);
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "%s: expected nanoseconds or a text such as \"10ms\", got a %s",
                   what, luaL_typename(L, index));
    if (neap_parse_ns(neap_option_text(L, index, what), &ns) < 0)
        luaL_error(L, "%s: %s", what, neap_last_error());
    return ns;
}

const char *neap_option_text(lua_State *L, int index, const char *what)
{
    size_t size;
    const char *text;

    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "%s: expected a string, got a %s", what, luaL_typename(L, index));
    text = lua_tolstring(L, index, &size);
    if (strlen(text) != size)
        luaL_error(L, "%s: the string contains a zero byte", what);
    return text;
}

int neap_option_enum(lua_State *L, int index, const char *what,
                     const char *const *names)
{
    const char *word = neap_option_text(L, index, what);

    for (int i = 0; names[i]; i++) {
        if (strcmp(word, names[i]) == 0)
            return i;
    }

    luaL_Buffer known;

    luaL_buffinit(L, &known);
    for (int i = 0; names[i]; i++) {
        luaL_addstring(&known, i == 0 ? "\"" : names[i + 1] ? ", \"" : " or \"");
        luaL_addstring(&known, names[i]);
        luaL_addchar(&known, '"');
    }
    luaL_pushresult(&known);
    return luaL_error(L, "%s: \"%s\" is not %s", what, word, lua_tostring(L, -1));
}

bool neap_option_boolean(lua_State *L, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TBOOLEAN)
        luaL_error(L, "%s: expected true or false, got a %s", what,
                   luaL_typename(L, index));
    return lua_toboolean(L, index);
}

size_t neap_option_cpus(lua_State *L, int index, uint64_t mask[NEAP_CPUS_MAX / 64])
{
    lua_Integer n;
    size_t words = 0;

    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TTABLE)
        luaL_error(L, "affinity: expected a list of cpus, got a %s",
                   luaL_typename(L, index));
    n = (lua_Integer)lua_rawlen(L, index);
    if (n == 0)
        luaL_error(L, "affinity: the list names no cpu (nil means all)");
    memset(mask, 0, NEAP_CPUS_MAX / 8);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, index, i);

        size_t cpu =
            (size_t)neap_option_integer(L, -1, "affinity", 0, NEAP_CPUS_MAX - 1);

        mask[cpu / 64] |= (uint64_t)1 << (cpu % 64);
        words = cpu / 64 + 1 > words ? cpu / 64 + 1 : words;
        lua_pop(L, 1);
    }
    return words;
}

/* Leaves the value on top as a string and returns it. */
static const char *param_text(lua_State *L, const char *name)
{
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        return lua_toboolean(L, -1) ? "true" : "false";
    case LUA_TNUMBER:
        return lua_tostring(L, -1); /* the value on the stack is a copy */
    case LUA_TSTRING:
        return neap_option_text(L, -1, name);
    default:
        luaL_error(L,
                   "parameter %s: expected a number, a string or a boolean, got a %s",
                   name, luaL_typename(L, -1));
        return NULL;
    }
}

static size_t count_pairs(lua_State *L, int index)
{
    size_t n = 0;

    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        n++;
    }
    return n;
}

/* The userdata holds the array; its user value is a table that keeps the strings
 * alive. */
void neap_option_params(lua_State *L, int index, neap_params *out)
{
    neap_param *list;
    size_t n = 0;
    int strings;

    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TTABLE)
        luaL_error(L, "params: expected a table, got a %s", luaL_typename(L, index));
    list = lua_newuserdatauv(L, count_pairs(L, index) * sizeof *list + 1, 1);
    lua_newtable(L);
    strings = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "params: a name must be a string, got a %s",
                       luaL_typename(L, -2));
        list[n].name = neap_option_text(L, -2, "params");
        list[n].value = param_text(L, list[n].name);
        lua_rawseti(L, strings, (lua_Integer)++n);
    }
    lua_setiuservalue(L, -2, 1);
    *out = (neap_params){list, n};
}
