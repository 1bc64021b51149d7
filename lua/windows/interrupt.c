/* interrupt.c - the module "neap.interrupt", which Windows has not: a Ctrl-C comes in a
 * thread of its own there. */
#include "neap_lua.h"

int neap_interrupt_lua(lua_State *L)
{
    return luaL_error(L, "there is no neap.interrupt on Windows");
}
