/* cgroup_dir_linux.c - the small files of cgroups, and walking over them. */
#include "cgroup_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 32 };

int neap_cgroup_read(int dir, const char *file, char *out, size_t room)
{
    int fd = openat(dir, file, O_RDONLY | O_CLOEXEC), result;
    ssize_t n;

    if (fd < 0)
        return -errno;
    n = read(fd, out, room - 1);
    result = n < 0 ? -errno : (int)n;
    close(fd);
    out[n < 0 ? 0 : n] = '\0';
    return result;
}

int neap_cgroup_write(int dir, const char *file, const char *value)
{
    int fd = openat(dir, file, O_WRONLY | O_CLOEXEC), result = 0;

    if (fd < 0)
        return -errno;
    if (write(fd, value, strlen(value)) < 0)
        result = -errno;
    close(fd);
    return result;
}

neap_cgroup_name neap_cgroup_file(const neap_os_cgroup *c, const char *name)
{
    neap_cgroup_name n;

    snprintf(n.text, sizeof n.text, "t%d/%s", c->number, name);
    return n;
}

static bool has_below(int dir)
{
    struct stat s;

    return fstat(dir, &s) == 0 && s.st_nlink > 2;
}

static int walk(int dir, neap_cgroup_fn *fn, void *user, int depth)
{
    DIR *list = depth < DEEPEST && has_below(dir) ? fdopendir(dir) : NULL;
    int result = 0;

    if (!list) {
        close(dir);
        return 0;
    }
    for (struct dirent *e; result == 0 && (e = readdir(list));) {
        int below;

        if (e->d_type != DT_DIR || e->d_name[0] == '.')
            continue;
        below = openat(dir, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (below >= 0)
            result = walk(below, fn, user, depth + 1);
        if (result == 0)
            result = fn(user, dir, e->d_name);
    }
    closedir(list);
    return result;
}

/* Through a descriptor of its own: fdopendir() takes it over. */
int neap_cgroup_walk(int dir, neap_cgroup_fn *fn, void *user)
{
    int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return own < 0 ? -errno : walk(own, fn, user, 0);
}

static int remove_one(void *user, int parent, const char *name)
{
    unlinkat(parent, name, AT_REMOVEDIR);
    return 0;
}

void neap_cgroup_remove_empty(int dir)
{
    neap_cgroup_walk(dir, remove_one, NULL);
}
