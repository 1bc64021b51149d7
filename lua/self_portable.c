/* self_portable.c - the program that runs, by the name that this code was loaded by. */
#include "neap_lua.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* POSIX has it since 2024, and systems had it before: their headers hide it. */
struct origin {
    const char *file;
    void *base;
    const char *symbol;
    void *address;
};
extern int dladdr(const void *, struct origin *);

static const char here;

/* As a shell finds what has no slash in its name. */
static bool find_on_path(const char *name, char *out, size_t room)
{
    const char *at = getenv("PATH");

    while (at && *at) {
        int length = (int)strcspn(at, ":");

        snprintf(out, room, "%.*s/%s", length, at, name);
        if (access(out, X_OK) == 0)
            return true;
        at += at[length] ? length + 1 : length;
    }
    return false;
}

bool neap_self_path(char *out, size_t room)
{
    char found[PATH_MAX], path[PATH_MAX];
    struct origin origin;

    out[0] = '\0';
    if (dladdr(&here, &origin) == 0 || !origin.file)
        return false;
    if (strchr(origin.file, '/'))
        snprintf(found, sizeof found, "%s", origin.file);
    else if (!find_on_path(origin.file, found, sizeof found))
        return false;
    if (!realpath(found, path) || strlen(path) >= room)
        return false;
    strcpy(out, path);
    return true;
}

bool neap_self_link(char *out, size_t room)
{
    return neap_self_path(out, room);
}
