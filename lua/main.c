/* main.c - the program: a Lua state with neap in it, handed to lua/neap/cli.lua. */
#include "neap_lua.h"
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_SCRIPT = 1, EXIT_BROKEN = 125 };

struct words {
    int count;
    char **word;
};

static void push_arg(lua_State *L, const struct words *words)
{
    lua_createtable(L, words->count, 1);
    for (int i = 0; i < words->count; i++) {
        lua_pushstring(L, words->word[i]);
        lua_rawseti(L, -2, i);
    }
    lua_pushvalue(L, -1);
    lua_setglobal(L, "arg");
}

/* Returns the exit code. */
static int run(lua_State *L)
{
    const struct words *words = lua_touserdata(L, 1);
    int is_code;
    lua_Integer code;

    luaL_openlibs(L);
    neap_module_preload(L);
    neap_module_own_process(L);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "neap.cli");
    lua_call(L, 1, 1);
    push_arg(L, words);
    lua_call(L, 1, 1);
    code = lua_tointegerx(L, -1, &is_code);
    if (!is_code)
        code = lua_isnil(L, -1) || lua_toboolean(L, -1) ? 0 : EXIT_SCRIPT;
    lua_pushinteger(L, code);
    return 1;
}

/* Whatever is opened next would become the input, output or error that we were started
 * without: the guard's socket, say. So they are filled, such that their use still
 * fails. */
static void fill_standard(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    }
}

/* libev would abort: between our look and its own call the descriptors ran out. */
static void give_up(const char *message)
{
    int error = errno;

    fprintf(stderr, "neap: %s: %s\n", message, neap_strerror(error));
    _exit(EXIT_BROKEN);
}

/* libev has no use for NULL: it would abort. This process is ours, so it may end; the
 * guard sees to the tasks. */
static void *give_memory(void *old, long size)
{
    void *memory = size > 0 ? realloc(old, (size_t)size) : NULL;

    if (size > 0 && !memory) {
        fputs("neap: out of memory\n", stderr);
        _exit(EXIT_BROKEN);
    }
    if (size <= 0)
        free(old);
    return memory;
}

int main(int argc, char **argv)
{
    struct words words = {argc, argv};
    lua_State *L;
    int code = EXIT_SCRIPT;

    fill_standard();
    ev_set_allocator(give_memory);
    ev_set_syserr_cb(give_up);
    L = luaL_newstate();
    if (!L) {
        fputs("neap: out of memory\n", stderr);
        return EXIT_BROKEN;
    }
    lua_pushcfunction(L, neap_text_explain);
    lua_pushcfunction(L, run);
    lua_pushlightuserdata(L, &words);
    if (lua_pcall(L, 1, 1, 1) == LUA_OK)
        code = (int)lua_tointeger(L, -1) & 0xff;
    else
        fprintf(stderr, "neap: %s\n",
                lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "?");
    lua_close(L);
    return code;
}
