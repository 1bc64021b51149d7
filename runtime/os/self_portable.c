/* self_portable.c - finding the file that holds this code: by the name that it was
 * loaded by, which a chdir since then makes wrong. */
#include "os.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* POSIX has it since 2024, and systems had it before: their headers hide it. */
struct origin {
    const char *file;
    void *base;
    const char *symbol;
    void *address;
};
extern int dladdr(const void *, struct origin *);

static const char here;

int neap_os_self_dir(char *out, size_t room)
{
    struct origin origin;
    char found[PATH_MAX], path[PATH_MAX], *slash;

    if (dladdr(&here, &origin) == 0 || !origin.file)
        return -ENOENT;
    if (neap_os_program_find(origin.file, getenv("PATH"), NULL, found, sizeof found) <
        0)
        strncpy(found, origin.file, sizeof found - 1)[sizeof found - 1] = '\0';
    if (!realpath(found, path))
        return -errno;
    slash = strrchr(path, '/');
    slash[slash == path] = '\0'; /* "/" stays */
    if (strlen(path) >= room)
        return -ENAMETOOLONG;
    strcpy(out, path);
    return 0;
}
