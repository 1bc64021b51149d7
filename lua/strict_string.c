/* strict_string.c - string functions whose work is known before it is done.
 *
 * A pattern with k repetitions over n characters may take n^(k+1) steps: one for which
 * that is too much is refused, whatever it would find. Functions that copy count what
 * they copy.
 */
#include "budget.h"
#include "neap_lua.h"
#include "strict.h"
#include <string.h>

#define STEPS_MAX 1000000.0
#define BYTES_MAX ((size_t)1 << 31)
enum {
    STEPS_EACH = 10,    /* of a matcher take as long as an instruction */
    BYTES_EACH = 64,    /* to copy, the same */
    COMPARED_EACH = 32, /* characters of a pattern, as long as a step */
    A_LOOK = 1000,      /* so many instructions have the clock looked at */
    TIMES_MAX = 1 << 24
};

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

struct cost {
    int repetitions; /* each may walk along the text */
    size_t longest;  /* set: each character may be compared with all of it */
};

static struct cost cost_of(const char *at, const char *end)
{
    struct cost cost = {0, 0};

    while (at < end) {
        if (*at == '[') {
            const char *behind = behind_set(at, end);
            size_t size = (size_t)(behind - at);

            cost.longest = size > cost.longest ? size : cost.longest;
            at = behind;
            continue;
        }
        if (*at == '%') { /* %b and %1 walk along the text, too */
            at++;
            cost.repetitions += at < end && (*at == 'b' || (*at >= '0' && *at <= '9'));
        } else {
            cost.repetitions += strchr("*+-?", *at) != NULL && *at;
        }
        at++;
    }
    return cost;
}

/* How many steps a search may take: from each character, each repetition over the whole
 * text, each way along the whole pattern. Raises where that is too many. */
static double steps_of(lua_State *L, size_t length, const char *pattern, size_t size)
{
    struct cost cost = cost_of(pattern, pattern + size);
    double each = (double)length + 1;
    size_t compared = (size + cost.longest) / COMPARED_EACH;
    double steps = each * (1 + (double)compared);

    for (int i = 0; i < cost.repetitions && steps <= STEPS_MAX; i++)
        steps *= each;
    if (steps > STEPS_MAX && (cost.repetitions > 0 || compared > 0))
        luaL_error(
            L,
            "a pattern of %d characters with %d repetitions on %d characters may "
            "take too long: use a simpler one, or a shorter text",
            (int)size, cost.repetitions, (int)length);
    return steps;
}

static void spend_pattern(lua_State *L, size_t length, const char *pattern, size_t size)
{
    neap_budget_spend(L,
                      (lua_Integer)(steps_of(L, length, pattern, size) / STEPS_EACH));
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
    return neap_strict_stock(L);
}

static int strict_find(lua_State *L)
{
    size_t length, size;
    bool is_plain = lua_toboolean(L, 4);

    if (!is_plain)
        return strict_match(L);
    luaL_checklstring(L, 1, &length);
    luaL_checklstring(L, 2, &size);
    neap_budget_spend(
        L, (lua_Integer)((length + BYTES_EACH) / BYTES_EACH * (1 + size / 16)));
    return neap_strict_stock(L);
}

/* All its matches together were paid for when it was made, perhaps by another call.
 * Upvalues: the stock iterator, what one match may cost. */
static int next_match(lua_State *L)
{
    neap_budget_spend(L, lua_tointeger(L, lua_upvalueindex(2)));
    lua_settop(L, 0);
    return neap_strict_stock(L);
}

static int strict_gmatch(lua_State *L)
{
    size_t length, size;
    const char *pattern;
    double steps;

    luaL_checklstring(L, 1, &length);
    pattern = luaL_checklstring(L, 2, &size);
    steps = steps_of(L, length, pattern, size);
    neap_budget_spend(L, (lua_Integer)(steps / STEPS_EACH));
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    lua_pushinteger(L, steps < A_LOOK * STEPS_EACH ? (lua_Integer)steps / STEPS_EACH / 8
                                                   : A_LOOK);
    lua_pushcclosure(L, next_match, 2);
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
        {"find", strict_find},     {"format", strict_format},
        {"gmatch", strict_gmatch}, {"gsub", strict_match},
        {"lower", strict_copy},    {"match", strict_match},
        {"rep", strict_rep},       {"reverse", strict_copy},
        {"upper", strict_copy},    {NULL, NULL}};

    neap_strict_replace(L, functions);
}
