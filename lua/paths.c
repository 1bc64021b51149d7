/* paths.c - the module "neap.paths": where what belongs to neap is installed.
 *
 * By the place of the program, since a tree may be moved; else where it was to be.
 */
#include "neap_lua.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "/opt/neap" of "/opt/neap/bin/neap". */
static bool find_prefix(char *out, size_t room)
{
    if (!neap_self_path(out, room))
        return false;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(out, '/');

        if (!slash)
            return false;
        *slash = '\0';
    }
    return true;
}

int neap_paths_lua(lua_State *L)
{
    char prefix[PATH_MAX], types[PATH_MAX + 32], program[PATH_MAX];

    if (find_prefix(prefix, sizeof prefix))
        snprintf(types, sizeof types, "%s/share/neap/types", prefix);
    else
        types[0] = '\0';
    lua_createtable(L, 0, 2);
    if (neap_self_link(program, sizeof program)) {
        lua_pushstring(L, program);
        lua_setfield(L, -2, "program");
    }
    lua_pushstring(L, access(types, R_OK) == 0 ? types : NEAP_DATADIR "/types");
    lua_setfield(L, -2, "types");
    return 1;
}
