/* host_pattern_test.c - the matcher that counts goes the way of the stock one: what it
 * finds is what that finds, and where it stops that raises.
 */
#include "budget.h"
#include "pattern.h"
#include <lauxlib.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { CASES = 200000, TEXT = 12, PATTERN = 9 };

static uint64_t seed = 1;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % below;
}

/* Writes up to `most` pieces to `out`; returns how long they are. */
static size_t draw_text(char *out, unsigned most, const char *const *pieces, unsigned n)
{
    size_t size = 0;

    for (unsigned left = draw(most + 1); left > 0; left--) {
        const char *piece = pieces[draw(n)];
        size_t length = *piece ? strlen(piece) : 1; /* "" stands for a zero byte */

        memcpy(out + size, piece, length);
        size += length;
    }
    return size;
}

static size_t draw_pattern(char *out)
{
    static const char *const pieces[] = {
        "a",  "b",  ".",  "%w", "%A", "%s", "[ab]", "[^a]", "[%w-]", "[a-",  "]",
        "*",  "+",  "-",  "?",  "*",  "-",  "?",    "(",    ")",     "()",   "(a",
        "b)", "%1", "%2", "%b", "ab", "%f", "[%w]", "^",    "$",     "%",    "",
        "=",  "%)", "(.", "-)", "a?", "a*", "%b()", "[]]",  "[^]",   "%f[a]"};

    return draw_text(out, PATTERN, pieces, sizeof pieces / sizeof pieces[0]);
}

static size_t draw_subject(char *out)
{
    static const char *const pieces[] = {"a", "b", "a", " ", "=", "(", ")", "", "ab"};

    return draw_text(out, TEXT, pieces, sizeof pieces / sizeof pieces[0]);
}

/* string.find() of the two strings on the stack: how far from the beginning the match
 * begins and ends, or { -1, -1 }; false, and why: an error. */
static bool stock_find(lua_State *L, ptrdiff_t found[2], const char **problem)
{
    bool is_fine;

    lua_getglobal(L, "string");
    lua_getfield(L, -1, "find");
    lua_remove(L, -2);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    is_fine = lua_pcall(L, 2, 2, 0) == LUA_OK;
    *problem = is_fine ? NULL : lua_tostring(L, -1);
    found[0] = found[1] = -1;
    if (is_fine && !lua_isnil(L, 3)) {
        found[0] = lua_tointeger(L, 3) - 1;
        found[1] = lua_tointeger(L, 4);
    }
    return is_fine;
}

/* Without any of these string.find() makes no pattern of it. */
static bool is_plain(const char *pattern, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (pattern[i] && strchr("^$*+?.([%-", pattern[i]))
            return false;
    }
    return true;
}

static void check_case(lua_State *L)
{
    struct neap_pattern s;
    const char *at, *end, *problem;
    ptrdiff_t found[2];

    neap_pattern_open(&s, L, 1, 2, NEAP_ANCHOR);
    at = s.text;
    end = neap_pattern_find(&s, &at);
    if (!stock_find(L, found, &problem)) {
        /* told after a match only */
        assert_true(s.is_broken || strstr(problem, "unfinished capture"));
    } else {
        assert_false(s.is_broken);
        assert_int_equal(end ? at - s.text : -1, found[0]);
        assert_int_equal(end ? end - s.text : -1, found[1]);
    }
    lua_settop(L, 0);
}

static void random_patterns_end_where_the_stock_ones_do(void **state)
{
    lua_State *L = luaL_newstate();
    char text[4 * TEXT], pattern[8 * PATTERN];
    size_t size;

    assert_non_null(L);
    luaL_openlibs(L);
    for (int i = 0; i < CASES; i++) {
        lua_pushlstring(L, text, draw_subject(text));
        size = draw_pattern(pattern);
        lua_pushlstring(L, pattern, size);
        if (is_plain(pattern, size))
            lua_settop(L, 0);
        else
            check_case(L);
    }
    lua_close(L);
}

static void a_pattern_that_is_too_deep_stops_where_the_stock_one_does(void **state)
{
    lua_State *L = luaL_newstate();
    char text[256], pattern[1024];

    assert_non_null(L);
    luaL_openlibs(L);
    memset(text, 'a', sizeof text);
    for (size_t n = 190; n < 210; n++) {
        for (size_t i = 0; i < n; i++)
            memcpy(pattern + 2 * i, "a?", 2);
        lua_pushlstring(L, text, n);
        lua_pushlstring(L, pattern, 2 * n);
        check_case(L);
        memset(pattern, 'a', 2 * n);
        for (size_t i = 0; i < n; i++)
            memcpy(pattern + 2 * i, "b*", 2);
        lua_pushlstring(L, text, n);
        lua_pushlstring(L, pattern, 2 * n);
        check_case(L);
    }
    lua_close(L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_patterns_end_where_the_stock_ones_do),
        cmocka_unit_test(a_pattern_that_is_too_deep_stops_where_the_stock_one_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
