/* paths.c - the module "neap.paths": where what belongs to neap is installed, on
 * Windows. */
#include "neap_lua.h"

int neap_paths_lua(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, NEAP_DATADIR "/types");
    lua_setfield(L, -2, "types");
    return 1;
}
