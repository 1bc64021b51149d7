/* lua_host.c - a C program with its own Lua state, in which suites run: lua_host
 * SUITE.lua [ARGS]
 *
 * Beside what plain Lua has there are, for tests/lua/host: `host`, a table of what a C
 * host does. Everything is done in the main state, as a host would.
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <neap/lua.h>
#include <stdio.h>
#include <string.h>

/* What the host's own callbacks have heard since host.open(). */
static struct {
    int exits, with_user;
    char report[300];
    bool may_report;
    neap_report_kind kind;
} heard;

static void on_exit(void *user, neap_runtime *rt, neap_task *t, neap_how how, int code)
{
    heard.exits++;
    heard.with_user += t->user != NULL;
}

static void on_report(void *user, neap_runtime *rt, const neap_report *report)
{
    snprintf(heard.report, sizeof heard.report, "%s", report->message);
    heard.kind = report->kind;
}

static neap_runtime *runtime(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TLIGHTUSERDATA);
    return lua_touserdata(L, 1);
}

static int answer(lua_State *L, int rc)
{
    lua_pushinteger(L, -rc);
    return 1;
}

/* host.new(clock): the address of a runtime that only the host has. */
static int host_new(lua_State *L)
{
    neap_options o = {.size = sizeof o,
                      .policy = "rr",
                      .cpus = 1,
                      .on_exit = on_exit,
                      .on_report = on_report};
    neap_runtime *rt;

    if (strcmp(luaL_checkstring(L, 1), "virtual") == 0)
        o.clock = NEAP_CLOCK_VIRTUAL;
    memset(&heard, 0, sizeof heard);
    if (neap_new(&rt, &o) < 0)
        return luaL_error(L, "%s", neap_last_error());
    lua_pushlightuserdata(L, rt);
    return 1;
}

/* host.open(address): the runtime for scripts, or nil, errno. */
static int host_open(lua_State *L)
{
    int rc = neap_lua_open(L, runtime(L));

    if (rc == 0)
        return 1;
    lua_pushnil(L);
    lua_pushinteger(L, -rc);
    return 2;
}

static int host_free(lua_State *L)
{
    neap_free(runtime(L));
    return 0;
}

static int host_run(lua_State *L)
{
    neap_runtime *rt = runtime(L);

    return answer(L, neap_run_for(rt, luaL_checkinteger(L, 2)));
}

/* host.add(address, name): a virtual task of the host's; its id. */
static int host_add(lua_State *L)
{
    neap_spec spec = {
        .size = sizeof spec, .name = luaL_checkstring(L, 2), .user = &heard};
    neap_id id = 0;

    if (neap_add(runtime(L), &spec, &id) < 0)
        return luaL_error(L, "%s", neap_last_error());
    lua_pushinteger(L, (lua_Integer)id);
    return 1;
}

static int host_finish(lua_State *L)
{
    return answer(L, neap_task_finish(runtime(L), (neap_id)luaL_checkinteger(L, 2),
                                      (int)luaL_optinteger(L, 3, 0)));
}

/* host.heard(): exits, those with a `user`, the latest report and whether it is a
 * script's. */
static int host_heard(lua_State *L)
{
    lua_pushinteger(L, heard.exits);
    lua_pushinteger(L, heard.with_user);
    lua_pushstring(L, heard.report);
    lua_pushboolean(L, heard.kind == NEAP_REPORT_SCRIPT);
    return 4;
}

/* host.elsewhere(address, text): runs a text in a state of its own with the runtime,
 * closes the state, and returns the message of its error, or nil. */
static int host_elsewhere(lua_State *L)
{
    neap_runtime *rt = runtime(L);
    const char *text = luaL_checkstring(L, 2);
    lua_State *other = luaL_newstate();
    int rc;

    if (!other)
        return luaL_error(L, "out of memory");
    luaL_openlibs(other);
    rc = luaL_loadstring(other, text);
    if (rc == LUA_OK && neap_lua_open(other, rt) < 0)
        lua_pushstring(other, neap_last_error());
    else if (rc == LUA_OK && lua_pcall(other, 1, 0, 0) == LUA_OK)
        lua_pushnil(other);
    lua_pushstring(L, lua_tostring(other, -1));
    lua_close(other);
    return 1;
}

static const luaL_Reg functions[] = {{"add", host_add},
                                     {"elsewhere", host_elsewhere},
                                     {"finish", host_finish},
                                     {"free", host_free},
                                     {"heard", host_heard},
                                     {"new", host_new},
                                     {"open", host_open},
                                     {"run", host_run},
                                     {NULL, NULL}};

static int explain(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

static int run(lua_State *L, int argc, char **argv)
{
    lua_pushcfunction(L, explain);
    lua_createtable(L, argc, 0);
    for (int i = 1; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i - 1);
    }
    lua_setglobal(L, "arg");
    luaL_newlib(L, functions);
    lua_setglobal(L, "host");
    if (luaL_loadfile(L, argv[1]) == LUA_OK && lua_pcall(L, 0, 0, 1) == LUA_OK)
        return 0;
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    return 1;
}

/* The suites make runtimes of their own; that they find the module is our doing. */
int main(int argc, char **argv)
{
    neap_options o = {.size = sizeof o, .clock = NEAP_CLOCK_VIRTUAL};
    neap_runtime *rt = NULL;
    lua_State *L = luaL_newstate();
    int code = 1;

    if (argc > 1 && L && neap_new(&rt, &o) == 0) {
        luaL_openlibs(L);
        if (neap_lua_open(L, rt) == 0) {
            lua_setglobal(L, "of_the_host");
            code = run(L, argc, argv);
        }
    }
    neap_free(rt);
    if (L)
        lua_close(L);
    return code;
}
