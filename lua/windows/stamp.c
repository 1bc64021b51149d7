/* stamp.c - has a file changed? On Windows, by its size and second. */
#include "neap_lua.h"
#include <sys/stat.h>

/* neap.stamp(path): a text that differs when the file does; nil: there is none. */
int neap_load_stamp(lua_State *L)
{
    struct stat st;

    if (stat(luaL_checkstring(L, 1), &st) < 0)
        return 0;
    lua_pushfstring(L, "%I:%I", (LUAI_UACINT)st.st_size, (LUAI_UACINT)st.st_mtime);
    return 1;
}
