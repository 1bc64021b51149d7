/* cgroup_find_linux.c - where our own cgroup is in the file system.
 *
 * /proc/self/cgroup names it from the root of our cgroup namespace on, and a mount may
 * show any part of the whole (a container's: its own part): what is above the mount's
 * root is taken off. A name with ".." is outside of what our namespace shows.
 */
#include "cgroup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int say(char *why, size_t room, const char *text)
{
    snprintf(why, room, "%s", text);
    return -ENOTSUP;
}

/* "0::/user.slice/session-1.scope" */
static bool read_own(char *own, size_t room)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX];
    bool found = false;

    while (file && !found && fgets(line, sizeof line, file)) {
        found = strncmp(line, "0::/", 4) == 0 && strchr(line, '\n');
        line[strcspn(line, "\n")] = '\0';
        if (found)
            snprintf(own, room, "%s", line + 3);
    }
    if (file)
        fclose(file);
    return found;
}

/* Blanks and the like are written as \040. */
static void unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from; to++) {
        if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
            *to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* "31 23 0:28 ROOT POINT rw,relatime - cgroup2 cgroup2 rw": cuts out root and point. */
static bool is_mount(char *line, char **root, char **point)
{
    char *kind = strstr(line, " - cgroup2 "), *save = NULL;

    if (!kind)
        return false;
    *kind = '\0';
    for (int i = 0; i < 3; i++)
        if (!strtok_r(i == 0 ? line : NULL, " ", &save))
            return false;
    *root = strtok_r(NULL, " ", &save);
    *point = strtok_r(NULL, " ", &save);
    if (!*root || !*point)
        return false;
    unescape(*root);
    unescape(*point);
    return true;
}

/* `own` as it is seen below a mount of `root`; NULL: it is not there. */
static const char *below(const char *own, const char *root)
{
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);

    if (strncmp(own, root, length) != 0 || (own[length] != '/' && own[length] != '\0'))
        return NULL;
    return strcmp(own + length, "/") == 0 ? "" : own + length;
}

static bool is_outside(const char *path)
{
    return strncmp(path, "/..", 3) == 0;
}

int neap_os_cgroup_find(char *path, size_t room, char *why, size_t why_room)
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    char own[PATH_MAX], *line = NULL, *root, *point;
    size_t size = 0;
    bool mounted = false, found = false;

    if (!mounts)
        return say(why, why_room, "/proc is not readable");
    if (!read_own(own, sizeof own)) {
        fclose(mounts);
        return say(why, why_room, "this kernel has no cgroup v2");
    }
    while (!found && getline(&line, &size, mounts) > 0) {
        const char *rest;

        if (!is_mount(line, &root, &point))
            continue;
        mounted = true;
        rest = is_outside(own) || is_outside(root) ? NULL : below(own, root);
        found = rest && (size_t)snprintf(path, room, "%s%s", point, rest) < room &&
                access(path, F_OK) == 0;
    }
    free(line);
    fclose(mounts);
    if (found)
        return 0;
    return say(why, why_room,
               mounted ? "our own cgroup lies outside of what is mounted"
                       : "no cgroup v2 mount");
}
