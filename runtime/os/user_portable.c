/* user_portable.c - POSIX has no call that sets the groups of a process: a task is its
 * user's who runs neap. */
#include "limits.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int neap_os_user_find(const char *text, neap_os_limits *l, char *why, size_t room)
{
    snprintf(why, room,
             "cannot run as \"%.40s\": a portable build changes no users (run neap as "
             "that user)",
             text);
    return -ENOTSUP;
}
