/* self_linux.c - the program that runs, by its links in /proc. */
#include "neap_lua.h"

#include <stdio.h>
#include <unistd.h>

bool neap_self_path(char *out, size_t room)
{
    ssize_t size = readlink("/proc/self/exe", out, room - 1);

    out[size > 0 ? size : 0] = '\0';
    return size > 0;
}

bool neap_self_link(char *out, size_t room)
{
    snprintf(out, room, "/proc/%d/exe", (int)getpid());
    return access(out, X_OK) == 0;
}
