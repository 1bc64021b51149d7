/* self_linux.c - finding the file that holds this code.
 *
 * By the map of our own memory: it names the file, absolute and resolved, whether it is
 * a shared library, a module of Lua or the program. dladdr() gives the name it was
 * loaded by, which a chdir makes wrong.
 */
#include "os.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

int neap_os_self_dir(char *out, size_t room)
{
    const uintptr_t here = (uintptr_t)&neap_os_self_dir;
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[PATH_MAX + 128];
    int result = -ENOENT;

    if (!maps)
        return -errno;
    while (result == -ENOENT && fgets(line, sizeof line, maps)) {
        uintptr_t from, to;
        const char *path = strchr(line, '/');
        size_t length;

        if (!path || sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) != 2 ||
            here < from || here >= to)
            continue;
        length = (size_t)(strrchr(path, '/') - path);
        if (length == 0)
            length = 1; /* the root */
        result = length < room ? 0 : -ENAMETOOLONG;
        if (result == 0)
            snprintf(out, room, "%.*s", (int)length, path);
    }
    fclose(maps);
    return result;
}
