/* cgroup_portable.c - no cgroups: nobody is ever in one, and nothing is in a handle. */
#include "cgroup.h"

#include <errno.h>
#include <stdio.h>

static int none(char *why, size_t room)
{
    snprintf(why, room, "this is a portable build, which uses no cgroups");
    return -ENOTSUP;
}

int neap_os_cgroup_find(char *path, size_t room, char *why, size_t why_room)
{
    return none(why, why_room);
}

int neap_os_cgroup_open(neap_os_cgroups **out, char *why, size_t room)
{
    return none(why, room);
}

void neap_os_cgroup_close(neap_os_cgroups *all)
{
}

void neap_os_cgroup_abandon(neap_os_cgroups *all)
{
}

const char *neap_os_cgroup_base(const neap_os_cgroups *all)
{
    return "";
}

unsigned neap_os_cgroup_controllers(const neap_os_cgroups *all)
{
    return 0;
}

int neap_os_cgroup_take(neap_os_cgroups *all, neap_os_cgroup **out)
{
    return -ENOTSUP;
}

void neap_os_cgroup_give_back(neap_os_cgroup *c)
{
}

int neap_os_cgroup_path(const neap_os_cgroup *c, char *out, size_t room)
{
    return -ENOTSUP;
}

int neap_os_cgroup_limit(neap_os_cgroup *c, const char *file, const char *value)
{
    return -ENOTSUP;
}

int neap_os_cgroup_cpu(neap_os_cgroup *c, neap_ns *used)
{
    return -ENOTSUP;
}

int neap_os_cgroup_freeze(neap_os_cgroup *c)
{
    return -ENOTSUP;
}

int neap_os_cgroup_thaw(neap_os_cgroup *c)
{
    return -ENOTSUP;
}

int neap_os_cgroup_is_frozen(neap_os_cgroup *c)
{
    return -ENOTSUP;
}

int neap_os_cgroup_is_empty(neap_os_cgroup *c)
{
    return -ENOTSUP;
}

int neap_os_cgroup_kill(neap_os_cgroup *c)
{
    return -ENOTSUP;
}

int neap_os_cgroup_signal(neap_os_cgroup *c, int signo, pid_t *refused)
{
    return -ENOTSUP;
}

int neap_os_cgroup_pids(neap_os_cgroup *c, pid_t *out, size_t room)
{
    return -ENOTSUP;
}

int neap_os_cgroup_clear(const char *base, neap_os_cgroup_fate fate)
{
    return -ENOTSUP;
}
