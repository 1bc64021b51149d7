/* cgroup_base_linux.c - the directory of a runtime: made, and swept when its runtime is
 * gone.
 *
 * Whoever made one holds a lock on it, which ends with its process, however that ends,
 * and which counts across pid namespaces, where a pid in a name says nothing.
 */
#include "cgroup_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ATTEMPTS = 1000, SWEEP_MAX = 64 };

bool neap_cgroup_is_base(const char *name)
{
    int pid, n, end = 0;

    return sscanf(name, "neap-%d-%d%n", &pid, &n, &end) == 2 && end && !name[end];
}

/* The kernel asks for the right when the list is opened. */
int neap_cgroup_may_move(const char *own)
{
    char path[PATH_MAX];
    int fd;

    if ((size_t)snprintf(path, sizeof path, "%s/cgroup.procs", own) >= sizeof path)
        return -ENAMETOOLONG;
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

/* Opens a directory and locks it: -EWOULDBLOCK, somebody has it; -ENOENT, it was swept
 * before we had the lock. */
static int open_locked(int parent, const char *path)
{
    int dir = openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
    struct stat now, ours;

    if (dir < 0)
        return -errno;
    if (flock(dir, LOCK_EX | LOCK_NB) != 0 || fstat(dir, &ours) != 0 ||
        fstatat(parent, path, &now, 0) != 0)
        r = -errno;
    else if (now.st_ino != ours.st_ino)
        r = -ENOENT;
    if (r < 0)
        close(dir);
    return r < 0 ? r : dir;
}

/* A name that is taken is that of another runtime of our process, or of one that had
 * our number; one that is swept in the moment between is gone. */
int neap_cgroup_make_base(const char *own, char *path, size_t room)
{
    for (int n = 1; n <= ATTEMPTS; n++) {
        int dir;

        if ((size_t)snprintf(path, room, "%s/neap-%d-%d", own, (int)getpid(), n) >=
            room)
            return -ENAMETOOLONG;
        if (mkdir(path, 0755) != 0) {
            if (errno != EEXIST)
                return -errno;
            continue;
        }
        dir = open_locked(AT_FDCWD, path);
        if (dir < 0)
            rmdir(path);
        if (dir != -EWOULDBLOCK && dir != -ENOENT)
            return dir;
    }
    return -EEXIST;
}

static void sweep_one(int parent, const char *name)
{
    int dir = open_locked(parent, name);

    if (dir < 0)
        return;
    neap_cgroup_remove_empty(dir);
    unlinkat(parent, name, AT_REMOVEDIR);
    close(dir);
}

/* Only some at a time: the start of a runtime is to be short. */
void neap_cgroup_sweep(const char *own)
{
    DIR *list = opendir(own);
    int swept = 0;

    for (struct dirent *e; list && swept < SWEEP_MAX && (e = readdir(list));) {
        if (e->d_type != DT_DIR || !neap_cgroup_is_base(e->d_name))
            continue;
        sweep_one(dirfd(list), e->d_name);
        swept++;
    }
    if (list)
        closedir(list);
}
