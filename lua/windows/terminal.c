/* terminal.c - what scripts ask about a descriptor that they write text to, on Windows:
 * there a console has no width that is known here, and a write is never asked about. */
#include "neap_lua.h"
#include <unistd.h>

int neap_terminal_lua(lua_State *L)
{
    int fd = (int)neap_option_integer(L, 1, "descriptor", 0, INT32_MAX);

    if (!isatty(fd)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, 0);
    lua_pushboolean(L, 1);
    return 2;
}

int neap_writable_lua(lua_State *L)
{
    lua_pushboolean(L, 1);
    return 1;
}
