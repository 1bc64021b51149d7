/* interrupt.c - Ctrl-C ends what a person has asked for, not the program: for `neap
 * repl`.
 *
 * require "neap.interrupt" is a table of two: open() catches INT for the rest of the
 * process's life; call(rt, fn, ...) is pcall(fn, ...) which INT ends, be it in Lua code
 * of the main state or in the loop of `rt`. A coroutine that never yields is out of
 * reach: there the second INT ends the process. As in lua.c, the handler only sets a
 * hook and a flag.
 */
#include "neap_lua.h"
#include <signal.h>
#include <string.h>

static struct {
    lua_State *L; /* NULL: nothing is being called */
    struct neap_script *script;
    volatile sig_atomic_t came;
} now;

static void raise_here(lua_State *L, lua_Debug *where)
{
    lua_sethook(L, NULL, 0, 0);
    luaL_error(L, "interrupted");
}

static void on_int(int signo)
{
    lua_State *L = now.L;

    if (!L)
        return;
    if (now.came) {
        signal(signo, SIG_DFL);
        raise(signo);
        return;
    }
    now.came = 1;
    if (now.script->rt)
        neap_stop(now.script->rt);
    lua_sethook(L, raise_here,
                LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static int open_int(lua_State *L)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_int;
    action.sa_flags = SA_RESTART; /* a line that is being read goes on */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    return 0;
}

static int call(lua_State *L)
{
    struct neap_script *s = neap_script_check(L, 1);
    int rc;

    luaL_checkany(L, 2);
    now.script = s;
    now.came = 0;
    now.L = s->L;
    rc = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
    now.L = NULL;
    lua_sethook(s->L, NULL, 0, 0);
    lua_pushboolean(L, rc == LUA_OK);
    lua_replace(L, 1);
    return lua_gettop(L);
}

int neap_interrupt_lua(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"open", open_int}, {"call", call}, {NULL, NULL}};

    luaL_newlib(L, functions);
    return 1;
}
