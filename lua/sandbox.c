/* sandbox.c - the Lua states of policy files: what a policy needs, and no more.
 *
 * A policy file is text of at most 256 KiB, run in a state of its own with an
 * allow-list of the standard library. There is no way to files, processes, the clock or
 * chance but through neap.
 */
#include "budget.h"
#include "host.h"
#include "neap_lua.h"
#include "strict.h"
#include <lualib.h>
#include <string.h>

static const char *const base_names[] = {
    "_VERSION", "assert",       "error",    "getmetatable", "ipairs", "next",
    "pairs",    "pcall",        "rawequal", "rawget",       "rawlen", "rawset",
    "select",   "setmetatable", "tonumber", "tostring",     "type",   "xpcall",
    NULL};
static const char *const string_names[] = {
    "byte",    "char",  "find",   "format", "gmatch",   "gsub",
    "len",     "lower", "match",  "pack",   "packsize", "rep",
    "reverse", "sub",   "unpack", "upper",  NULL};
static const char *const table_names[] = {"concat", "insert", "move",   "pack",
                                          "remove", "sort",   "unpack", NULL};
static const char *const math_names[] = {
    "abs",  "acos", "asin", "atan", "ceil",       "cos",  "deg",        "exp",  "floor",
    "fmod", "huge", "log",  "max",  "maxinteger", "min",  "mininteger", "modf", "pi",
    "rad",  "sin",  "sqrt", "tan",  "tointeger",  "type", "ult",        NULL};

/* As self:random(), or a run could not be repeated. */
static int sandbox_random(lua_State *L)
{
    const struct neap_host *h = *(struct neap_host **)lua_getextraspace(L);

    if (!h || !h->call || h->call->hook == NEAP_HOOK_INIT ||
        h->call->hook == NEAP_HOOK_EXIT)
        return luaL_error(L, "math.random() and self:random() are there in hooks only, "
                             "and not in init and exit");
    return neap_context_draw(L, h->call->c, 1);
}

static void set_random(lua_State *L)
{
    lua_pushcfunction(L, sandbox_random);
    lua_setfield(L, -2, "random");
}

static const struct {
    const char *name;
    lua_CFunction open;
    const char *const *names;
    void (*replace)(lua_State *L);
} libraries[] = {{"string", luaopen_string, string_names, neap_strict_string},
                 {"table", luaopen_table, table_names, neap_strict_table},
                 {"math", luaopen_math, math_names, set_random}};

/* Copies the named fields of the table on top into the one at `to`; pops the former. */
static void copy_names(lua_State *L, int to, const char *const *names)
{
    for (; *names; names++) {
        lua_getfield(L, -1, *names);
        lua_setfield(L, to, *names);
    }
    lua_pop(L, 1);
}

/* The one module that there is. */
static int sandbox_require(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);

    if (strcmp(name, "neap") != 0)
        return luaL_error(L, "module \"%s\" not found: a policy file has \"neap\" only",
                          name);
    lua_pushvalue(L, lua_upvalueindex(1));
    return 1;
}

/* What a policy prints is a line of the runtime's log: stdout belongs to the jobs. */
static int sandbox_print(lua_State *L)
{
    struct neap_host *h = *(struct neap_host **)lua_getextraspace(L);
    int n = lua_gettop(L);
    luaL_Buffer line;
    const char *text;
    size_t size;

    luaL_buffinit(L, &line);
    for (int i = 1; i <= n; i++) {
        if (i > 1)
            luaL_addchar(&line, '\t');
        neap_strict_tostring(L, i);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    text = lua_tolstring(L, -1, &size);
    if (h && h->call)
        neap_log_write(h, h->call->c, text, size);
    return 0;
}

/* Pushes the environment. */
static void push_environment(lua_State *L)
{
    int env;

    lua_newtable(L);
    env = lua_gettop(L);
    luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
    copy_names(L, env, base_names);
    neap_strict_base(L);
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        lua_newtable(L);
        luaL_requiref(L, libraries[i].name, libraries[i].open, 0);
        copy_names(L, env + 1, libraries[i].names);
        libraries[i].replace(L);
        lua_setfield(L, env, libraries[i].name);
    }
    lua_pushcfunction(L, sandbox_print);
    lua_setfield(L, env, "print");
    neap_module_push_policy_side(L);
    lua_pushcclosure(L, sandbox_require, 1);
    lua_setfield(L, env, "require");
    lua_pushvalue(L, env);
    lua_setfield(L, env, "_G");
}

/* The methods of strings are those of the environment's string library. */
static void close_strings(lua_State *L, int env)
{
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_getfield(L, env, "string");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

/* The environment takes the place of the globals, so that every chunk and function has
 * it. */
static int boot(lua_State *L)
{
    push_environment(L);
    close_strings(L, lua_gettop(L));
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}

lua_State *neap_sandbox_new(size_t memory)
{
    lua_State *L = neap_budget_state(memory);

    if (!L)
        return NULL;
    *(void **)lua_getextraspace(L) = NULL;
    lua_pushcfunction(L, boot);
    if (lua_pcall(L, 0, 0, 0) == LUA_OK)
        return L;
    neap_budget_close(L);
    return NULL;
}

enum { PIECE = 1024 }; /* bytes that are parsed between two looks */

struct source {
    const char *text;
    size_t size;
    const char *chunk;
};

/* Drops a byte order mark and a #! line, but not its newline, which counts lines. */
static void skip_start(struct source *s)
{
    if (s->size >= 3 && memcmp(s->text, "\xEF\xBB\xBF", 3) == 0) {
        s->text += 3;
        s->size -= 3;
    }
    if (s->size && *s->text == '#') {
        while (s->size && *s->text != '\n') {
            s->text++;
            s->size--;
        }
    }
}

/* Gives the text in pieces and looks at the budget before each: the parser's time may
 * grow with the square of its length. */
static const char *read_piece(lua_State *L, void *data, size_t *size)
{
    struct source *s = data;
    const char *text = s->text;

    *size = s->size < PIECE ? s->size : PIECE;
    neap_budget_spend(L, PIECE);
    s->text += *size;
    s->size -= *size;
    return *size ? text : NULL;
}

static int run_body(lua_State *L)
{
    struct source *s = lua_touserdata(L, 1);

    if (lua_load(L, read_piece, s, s->chunk, "t") != LUA_OK)
        lua_error(L);
    lua_call(L, 0, 1);
    if (lua_type(L, -1) != LUA_TTABLE)
        luaL_error(L, "%s: a policy file returns a table, not a %s", s->chunk + 1,
                   luaL_typename(L, -1));
    return 1;
}

int neap_sandbox_run(lua_State *L, const char *text, size_t size, const char *chunk)
{
    struct source s = {text, size, chunk};
    int status;

    skip_start(&s);
    lua_pushcfunction(L, run_body);
    lua_pushlightuserdata(L, &s);
    neap_budget_begin(neap_budget_of(L), NEAP_BUDGET_LOAD);
    status = lua_pcall(L, 1, 1, 0);
    neap_budget_end(neap_budget_of(L));
    return status == LUA_OK ? 0 : -NEAP_EPOLICY;
}
