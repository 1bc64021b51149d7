/* strict_string.c - string functions whose work is known before it is done.
 *
 * A search is made before the stock one, to know what it costs (pattern.h). Functions
 * that copy count what they copy.
 */
#include "budget.h"
#include "neap_lua.h"
#include "pattern.h"
#include "strict.h"
#include <string.h>

#define BYTES_MAX ((size_t)1 << 31)
enum {
    BYTES_EACH = 64, /* to copy, as long as an instruction */
    TIMES_MAX = 1 << 24
};

/* Where a search from position `n` begins, negative from the end; NULL: behind it. */
static const char *start_of(const struct neap_pattern *s, lua_Integer n)
{
    lua_Integer size = s->text_end - s->text;

    if (n < 0)
        n = n < -size ? 1 : size + n + 1;
    n = n > 0 ? n - 1 : 0;
    return n <= size ? s->text + n : NULL;
}

static int strict_match(lua_State *L)
{
    struct neap_pattern s;
    const char *at;

    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    neap_pattern_open(&s, L, 1, 2, NEAP_ANCHOR);
    at = start_of(&s, luaL_optinteger(L, 3, 1));
    if (at)
        neap_pattern_find(&s, &at);
    neap_pattern_pay(&s);
    return neap_strict_stock(L);
}

/* Each match begins behind the last, or an empty one a character further. */
static int strict_gsub(lua_State *L)
{
    struct neap_pattern s;
    const char *at, *end, *last = NULL;
    lua_Integer most;

    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    neap_pattern_open(&s, L, 1, 2, NEAP_ANCHOR);
    most = luaL_optinteger(L, 4, s.text_end - s.text + 1);
    for (at = s.text; most > 0 && at; at = s.is_anchored ? NULL : at) {
        end = neap_pattern_match(&s, at);
        if (end && end != last) {
            at = last = end;
            most--;
        } else if (at == s.text_end || s.is_broken) {
            break;
        } else {
            at++;
        }
    }
    neap_pattern_pay(&s);
    return neap_strict_stock(L);
}

/* Is it a text to look for as it is? The stock function asks the same. */
static bool is_plain(lua_State *L, const char *pattern, size_t size)
{
    if (lua_toboolean(L, 4))
        return true;
    for (size_t i = 0; i < size; i++) {
        if (pattern[i] && strchr("^$*+?.([%-", pattern[i]))
            return false;
    }
    return true;
}

static int strict_find(lua_State *L)
{
    size_t length, size;
    const char *pattern;

    luaL_checklstring(L, 1, &length);
    pattern = luaL_checklstring(L, 2, &size);
    if (!is_plain(L, pattern, size))
        return strict_match(L);
    neap_budget_spend(
        L, (lua_Integer)((length + BYTES_EACH) / BYTES_EACH * (1 + size / 16)));
    return neap_strict_stock(L);
}

enum { ITERATOR = 1, TEXT, PATTERN, AT, LAST }; /* upvalues of next_match() */

static int next_match(lua_State *L)
{
    struct neap_pattern s;
    const char *at, *last, *end;

    neap_pattern_open(&s, L, lua_upvalueindex(TEXT), lua_upvalueindex(PATTERN),
                      NEAP_NO_ANCHOR);
    at = start_of(&s, lua_tointeger(L, lua_upvalueindex(AT)));
    last = start_of(&s, lua_tointeger(L, lua_upvalueindex(LAST)));
    for (end = NULL; at && !end && !s.is_broken; at = at < s.text_end ? at + 1 : NULL) {
        end = neap_pattern_match(&s, at);
        end = end == last ? NULL : end;
    }
    neap_pattern_pay(&s);
    lua_pushinteger(L, (end ? end : s.text_end + 1) - s.text + 1);
    lua_pushvalue(L, -1);
    lua_replace(L, lua_upvalueindex(AT));
    lua_replace(L, lua_upvalueindex(LAST));
    lua_settop(L, 0);
    return neap_strict_stock(L);
}

static int strict_gmatch(lua_State *L)
{
    lua_Integer from = luaL_optinteger(L, 3, 1), n = lua_gettop(L);

    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    lua_settop(L, 3);
    lua_pushvalue(L, lua_upvalueindex(1));
    for (int i = 1; i <= (n > 2 ? 3 : 2); i++)
        lua_pushvalue(L, i);
    lua_call(L, n > 2 ? 3 : 2, 1);
    lua_replace(L, 3);
    lua_rotate(L, 1, 1); /* iterator, text, pattern */
    lua_pushinteger(L, from);
    lua_pushinteger(L, LUA_MAXINTEGER);
    lua_pushcclosure(L, next_match, 5);
    return 1;
}

/* Doubles what is there, where the stock function copies piece by piece. */
static void fill(char *out, size_t have, size_t total)
{
    while (have < total) {
        size_t more = have < total - have ? have : total - have;

        memcpy(out + have, out, more);
        have += more;
    }
}

static int strict_rep(lua_State *L)
{
    size_t size, between, total;
    const char *text = luaL_checklstring(L, 1, &size);
    lua_Integer n = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &between);
    luaL_Buffer out;
    char *at;

    luaL_argcheck(L, n <= TIMES_MAX, 2, "at most 2^24 times");
    if (n <= 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    total = BYTES_MAX; /* more than there is memory for */
    if (size + between <= BYTES_MAX / (size_t)n)
        total = (size_t)n * size + (size_t)(n - 1) * between;
    at = luaL_buffinitsize(L, &out, total);
    if (total > 0) {
        memcpy(at, text, size);
        if (n > 1)
            memcpy(at + size, separator, between);
        fill(at, n > 1 ? size + between : size, total);
    }
    luaL_pushresultsize(&out, total);
    return 1;
}

static int strict_copy(lua_State *L) /* lower, upper, reverse */
{
    size_t size;

    luaL_checklstring(L, 1, &size);
    neap_budget_spend(L, (lua_Integer)(size / BYTES_EACH));
    return neap_strict_stock(L);
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
    return neap_strict_stock(L);
}

void neap_strict_string(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"byte", neap_strict_list},   {"find", strict_find},  {"format", strict_format},
        {"gmatch", strict_gmatch},    {"gsub", strict_gsub},  {"lower", strict_copy},
        {"match", strict_match},      {"rep", strict_rep},    {"reverse", strict_copy},
        {"unpack", neap_strict_list}, {"upper", strict_copy}, {NULL, NULL}};

    neap_strict_replace(L, functions);
}
