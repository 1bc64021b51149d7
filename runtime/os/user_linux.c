/* user_linux.c - who a user is: numbers for names, and the groups that go with them. */
#include "limits.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME = 256, ENTRY = 64 * 1024 };

static bool number_of(const char *text, uint32_t *out)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);

    if (text[strspn(text, "0123456789")] != '\0' || n >= UINT32_MAX)
        return false;
    *out = (uint32_t)n;
    return true;
}

/* The groups of `name`, its own among them. */
static int take_groups(const char *name, neap_os_limits *l, char *why, size_t room)
{
    gid_t list[NEAP_WIRE_GROUPS_MAX];
    int n = NEAP_WIRE_GROUPS_MAX;

    if (getgrouplist(name, l->gid, list, &n) < 0) {
        snprintf(why, room, "user \"%s\" is in %d groups: at most %d can be passed on",
                 name, n, NEAP_WIRE_GROUPS_MAX);
        return -E2BIG;
    }
    l->n_groups = (uint32_t)n;
    memcpy(l->groups, list, (size_t)n * sizeof *list);
    return 0;
}

static int find_group(const char *name, neap_os_limits *l, char *why, size_t room)
{
    char *buffer = malloc(ENTRY);
    struct group entry, *found = NULL;

    if (!buffer)
        return -ENOMEM;
    if (getgrnam_r(name, &entry, buffer, ENTRY, &found) == 0 && found)
        l->gid = found->gr_gid;
    free(buffer);
    if (found || number_of(name, &l->gid))
        return 0;
    snprintf(why, room, "there is no group \"%s\"", name);
    return -ENOENT;
}

/* `group`: NULL for the user's own. */
static int find_user(const char *name, const char *group, neap_os_limits *l, char *why,
                     size_t room)
{
    char *buffer = malloc(ENTRY);
    struct passwd entry, *found = NULL;
    int r = 0;

    if (!buffer)
        return -ENOMEM;
    if (getpwnam_r(name, &entry, buffer, ENTRY, &found) != 0 || !found) {
        found = NULL;
        if (number_of(name, &l->uid))
            getpwuid_r(l->uid, &entry, buffer, ENTRY, &found);
        else
            r = -ENOENT;
    }
    if (r < 0)
        snprintf(why, room, "there is no user \"%s\"", name);
    if (r == 0 && !found && !group) {
        snprintf(why, room, "user %s has no entry: name a group, too (%s:GROUP)", name,
                 name);
        r = -ENOENT;
    }
    if (r == 0 && found) {
        l->uid = found->pw_uid;
        l->gid = found->pw_gid;
    }
    if (r == 0 && group)
        r = find_group(group, l, why, room);
    if (r == 0 && found)
        r = take_groups(found->pw_name, l, why, room);
    free(buffer);
    return r;
}

/* The user that we are, with another group. */
static int find_group_alone(const char *group, neap_os_limits *l, char *why,
                            size_t room)
{
    int n = getgroups(NEAP_WIRE_GROUPS_MAX, l->groups);

    if (n < 0) {
        snprintf(why, room, "this user is in more than %d groups",
                 NEAP_WIRE_GROUPS_MAX);
        return -E2BIG;
    }
    l->n_groups = (uint32_t)n;
    l->uid = geteuid();
    return find_group(group, l, why, room);
}

int neap_os_user_find(const char *text, neap_os_limits *l, char *why, size_t room)
{
    char name[NAME];
    char *group;
    int r;

    if (!*text || strlen(text) >= sizeof name || strcmp(text, ":") == 0) {
        snprintf(why, room, "\"%.40s\" is no user: expected user, user:group or :group",
                 text);
        return -ENOENT;
    }
    strcpy(name, text);
    group = strchr(name, ':');
    if (group)
        *group++ = '\0';
    if (group && !*group)
        group = NULL;
    r = *name ? find_user(name, group, l, why, room)
              : find_group_alone(group, l, why, room);
    if (r < 0 || (l->uid == geteuid() && l->gid == getegid() && l->uid != 0))
        return r;
    l->given |= 1u << NEAP_WIRE_GROUPS | 1u << NEAP_WIRE_USER;
    return 0;
}
