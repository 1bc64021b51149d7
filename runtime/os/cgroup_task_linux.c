/* cgroup_task_linux.c - what one cgroup does: counts, freezes, thaws. */
#include "cgroup_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* May a descriptor of this number be kept? Half of them are for others. */
static bool fits(int fd)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)fd < limit.rlim_cur / 2;
}

/* Opens a file of `c`, or gives the one that is kept in *kept. */
static int open_file(neap_os_cgroup *c, int *kept, const char *name, int flags)
{
    int fd = *kept;

    if (fd >= 0)
        return fd;
    fd = openat(c->of->dir, neap_cgroup_file(c, name).text, flags | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fits(fd))
        *kept = fd;
    return fd;
}

static void close_unless(int kept, int fd)
{
    if (fd != kept)
        close(fd);
}

/* Reads the beginning of a file of `c` as text. Returns its length, or -errno. */
static int read_text(neap_os_cgroup *c, int *kept, const char *name, char *text,
                     size_t room)
{
    int fd = open_file(c, kept, name, O_RDONLY);
    ssize_t n;

    if (fd < 0)
        return fd;
    n = pread(fd, text, room - 1, 0);
    n = n < 0 ? -errno : n;
    close_unless(*kept, fd);
    text[n < 0 ? 0 : n] = '\0';
    return (int)n;
}

/* The first line is "usage_usec N". */
int neap_os_cgroup_cpu(neap_os_cgroup *c, neap_ns *used)
{
    static const char key[] = "usage_usec ";
    char text[64];
    int n = read_text(c, &c->stat, "cpu.stat", text, sizeof text);

    if (n < 0)
        return n;
    if (strncmp(text, key, sizeof key - 1) != 0)
        return -EIO;
    *used = strtoll(text + sizeof key - 1, NULL, 10) * NEAP_US - c->before;
    return 0;
}

static int set_frozen(neap_os_cgroup *c, const char *frozen)
{
    int fd = open_file(c, &c->freeze, "cgroup.freeze", O_WRONLY), r = 0;

    if (fd < 0)
        return fd;
    if (pwrite(fd, frozen, 1, 0) != 1)
        r = -errno;
    else
        c->frozen = *frozen == '1';
    close_unless(c->freeze, fd);
    return r;
}

int neap_os_cgroup_freeze(neap_os_cgroup *c)
{
    return set_frozen(c, "1");
}

int neap_os_cgroup_thaw(neap_os_cgroup *c)
{
    return set_frozen(c, "0");
}

/* The number after `key` in cgroup.events. */
static int event(neap_os_cgroup *c, const char *key)
{
    char text[64];
    int n = read_text(c, &c->events, "cgroup.events", text, sizeof text);
    const char *at;

    if (n < 0)
        return n;
    at = strstr(text, key);
    return at ? (int)strtol(at + strlen(key), NULL, 10) : -ENOTSUP;
}

int neap_os_cgroup_is_frozen(neap_os_cgroup *c)
{
    return event(c, "frozen ");
}

int neap_os_cgroup_is_empty(neap_os_cgroup *c)
{
    int populated = event(c, "populated ");

    return populated < 0 ? populated : !populated;
}
