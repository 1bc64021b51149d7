/* stamp.c - has a file changed? */
#include "neap_lua.h"
#include <sys/stat.h>

/* neap.stamp(path): a text that differs when the file does; nil: there is none. */
int neap_load_stamp(lua_State *L)
{
    struct stat st;

    if (stat(luaL_checkstring(L, 1), &st) < 0)
        return 0;
    lua_pushfstring(L, "%I:%I:%I:%I.%I", (LUAI_UACINT)st.st_dev, (LUAI_UACINT)st.st_ino,
                    (LUAI_UACINT)st.st_size, (LUAI_UACINT)st.st_mtim.tv_sec,
                    (LUAI_UACINT)st.st_mtim.tv_nsec);
    return 1;
}
