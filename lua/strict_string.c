/* strict_string.c - string functions whose work is known before it is done.
 *
 * A pattern with k repetitions over n characters may take n^(k+1) steps: one for which
 * that is too much is refused, whatever it would find. Functions that copy count what
 * they copy.
 */
#include "budget.h"
#include "strict.h"
#include <lauxlib.h>
#include <string.h>

#define STEPS_MAX 1000000.0
enum { STEPS_EACH = 10, BYTES_EACH = 64 };

static int call_stock(lua_State *L)
{
    int n = lua_gettop(L);

    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, n, LUA_MULTRET);
    return lua_gettop(L);
}

/* The place behind the set that begins at `at`. */
static const char *behind_set(const char *at, const char *end)
{
    at++;
    if (at < end && *at == '^')
        at++;
    do {
        if (at < end && *at == '%')
            at++;
        at++;
    } while (at < end && *at != ']');
    return at + 1;
}

static int repetitions(const char *at, const char *end)
{
    int n = 0;

    while (at < end) {
        if (*at == '[') {
            at = behind_set(at, end);
            continue;
        }
        if (*at == '%') { /* %b and %1 walk along the text, too */
            at++;
            n += at < end && (*at == 'b' || (*at >= '0' && *at <= '9'));
        } else {
            n += strchr("*+-?", *at) != NULL && *at;
        }
        at++;
    }
    return n;
}

static void spend_pattern(lua_State *L, size_t length, const char *pattern, size_t size)
{
    int n = repetitions(pattern, pattern + size);
    double steps = (double)length + 1, each = steps;

    for (int i = 0; i < n && steps <= STEPS_MAX; i++)
        steps *= each;
    if (steps > STEPS_MAX && n > 0)
        luaL_error(L,
                   "a pattern with %d repetitions on %d characters may take too long: "
                   "use fewer, or a shorter text",
                   n, (int)length);
    neap_budget_spend(L, (lua_Integer)(steps / STEPS_EACH));
}

/* Of (text, pattern, ...). */
static void spend_match(lua_State *L)
{
    size_t length, size;
    const char *pattern;

    luaL_checklstring(L, 1, &length);
    pattern = luaL_checklstring(L, 2, &size);
    spend_pattern(L, length, pattern, size);
}

static int strict_match(lua_State *L) /* and gsub */
{
    spend_match(L);
    return call_stock(L);
}

static int strict_find(lua_State *L)
{
    size_t length, size;
    bool is_plain = lua_toboolean(L, 4);

    if (!is_plain)
        return strict_match(L);
    luaL_checklstring(L, 1, &length);
    luaL_checklstring(L, 2, &size);
    neap_budget_spend(L, (lua_Integer)(length / BYTES_EACH * (size < 16 ? 1 : size)));
    return call_stock(L);
}

/* Upvalues: the stock iterator, the text, the pattern. */
static int next_match(lua_State *L)
{
    size_t length, size;
    const char *pattern = lua_tolstring(L, lua_upvalueindex(3), &size);

    lua_tolstring(L, lua_upvalueindex(2), &length);
    spend_pattern(L, length, pattern, size);
    lua_settop(L, 0);
    return call_stock(L);
}

static int strict_gmatch(lua_State *L)
{
    spend_match(L);
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_call(L, 2, 1);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, next_match, 3);
    return 1;
}

static int strict_rep(lua_State *L)
{
    size_t size, between = 0;
    lua_Integer n = luaL_checkinteger(L, 2);

    luaL_checklstring(L, 1, &size);
    luaL_optlstring(L, 3, "", &between);
    if (n > (lua_Integer)1 << 32)
        n = (lua_Integer)1 << 32;
    if (n > 0)
        neap_budget_spend(L, n + n / BYTES_EACH * (lua_Integer)(size + between));
    return call_stock(L);
}

static int strict_copy(lua_State *L) /* lower, upper, reverse */
{
    size_t size;

    luaL_checklstring(L, 1, &size);
    neap_budget_spend(L, (lua_Integer)(size / BYTES_EACH));
    return call_stock(L);
}

/* Values without a text of their own are named by their type, not by their address. */
static int strict_format(lua_State *L)
{
    const char *format = luaL_checkstring(L, 1);
    int n = lua_gettop(L);

    for (; (format = strchr(format, '%')); format++) {
        format += 1 + strspn(format + 1, "-+ #0123456789.");
        if (*format == 'p')
            return luaL_error(L, "%%p is not the same on every run");
        if (!*format)
            break;
    }
    for (int i = 2; i <= n; i++) {
        if (lua_type(L, i) > LUA_TSTRING) {
            neap_strict_tostring(L, i);
            lua_replace(L, i);
        }
    }
    return call_stock(L);
}

void neap_strict_string(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"find", strict_find},     {"format", strict_format},
        {"gmatch", strict_gmatch}, {"gsub", strict_match},
        {"lower", strict_copy},    {"match", strict_match},
        {"rep", strict_rep},       {"reverse", strict_copy},
        {"upper", strict_copy},    {NULL, NULL}};

    for (const luaL_Reg *f = functions; f->name; f++) {
        lua_getfield(L, -1, f->name);
        lua_pushcclosure(L, f->func, 1);
        lua_setfield(L, -2, f->name);
    }
}
