/* lua_in_c.c - a C program with a runtime and a Lua state of its own: the script in it
 * starts a task, and hears of the program's.
 *
 *   cc lua_in_c.c $(pkg-config --cflags --libs neap-lua lua5.4)
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <neap/lua.h>
#include <stdio.h>

static const char script[] =
    "local rt = ...\n"
    "rt:on('exit', function(task, how, code)\n"
    "  print(('script: %s: %s %d'):format(task.name, how, code))\n"
    "end)\n"
    "rt:go(function()\n"
    "  local job = assert(rt:spawn { 'sh', '-c', 'exit 3', name = 'of the script' })\n"
    "  print('script: ' .. table.concat({ job:wait() }, ' '))\n"
    "  error 'told to the host'\n"
    "end)\n";

static void on_report(void *user, neap_runtime *rt, const neap_report *report)
{
    printf("host: %s\n", report->message);
}

/* Returns 0, or -1 with a message on the stack. */
static int run_script(lua_State *L, neap_runtime *rt)
{
    if (luaL_loadbuffer(L, script, sizeof script - 1, "=script") != LUA_OK)
        return -1;
    if (neap_lua_open(L, rt) < 0) {
        lua_pushstring(L, neap_last_error());
        return -1;
    }
    return lua_pcall(L, 1, 0, 0) == LUA_OK ? 0 : -1;
}

int main(void)
{
    const char *argv[] = {"true", NULL};
    neap_job job = {.size = sizeof job, .argv = argv, .spec = {.name = "of the host"}};
    neap_options options = {.size = sizeof options, .on_report = on_report};
    neap_runtime *rt = NULL;
    neap_id id;
    lua_State *L = luaL_newstate();
    int r = L ? neap_new(&rt, &options) : -NEAP_EMEMORY;

    if (r == 0) {
        luaL_openlibs(L);
        r = run_script(L, rt);
        if (r < 0)
            printf("script: %s\n", lua_tostring(L, -1));
    }
    if (r == 0)
        r = neap_spawn(rt, &job, &id);
    if (r == 0)
        r = neap_run(rt); /* coroutines of the script keep it going, too */
    if (r < 0)
        fprintf(stderr, "lua_in_c: %s\n", neap_last_error());
    neap_free(rt);
    if (L)
        lua_close(L);
    return r < 0;
}
