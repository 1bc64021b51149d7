/* program.c - where execvp would find a program. */
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* May `path`, seen from `cwd`, be executed? */
static int check(const char *path, const char *cwd)
{
    char seen[PATH_MAX];
    struct stat s;
    int n;

    if (path[0] == '/' || !cwd)
        n = snprintf(seen, sizeof seen, "%s", path);
    else
        n = snprintf(seen, sizeof seen, "%s/%s", cwd, path);
    if (n < 0 || (size_t)n >= sizeof seen)
        return -ENAMETOOLONG;
    if (stat(seen, &s) != 0)
        return errno == EACCES || errno == ENAMETOOLONG ? -errno : -ENOENT;
    if (!S_ISREG(s.st_mode) || faccessat(AT_FDCWD, seen, X_OK, AT_EACCESS) != 0)
        return -EACCES;
    return 0;
}

/* One directory of the path; an empty one is the current one. */
static int try(const char *directory, int length, const char *file, const char *cwd,
               char *out, size_t room)
{
    int n =
        snprintf(out, room, "%.*s%s%s", length, directory, length > 0 ? "/" : "", file);

    if (n < 0 || (size_t)n >= room)
        return -ENAMETOOLONG;
    return check(out, cwd);
}

int neap_os_program_find(const char *file, const char *path, const char *cwd, char *out,
                         size_t room)
{
    char standard[256];
    int error, result = -ENOENT;

    if (file[0] == '\0')
        return -ENOENT;
    if (strchr(file, '/'))
        return try("", 0, file, cwd, out, room);
    if (!path) {
        confstr(_CS_PATH, standard, sizeof standard);
        path = standard;
    }
    for (;;) {
        size_t length = strcspn(path, ":");

        error = try(path, (int)length, file, cwd, out, room);
        if (error == 0)
            return 0;
        if (error != -ENOENT && result == -ENOENT) /* as execvp: another one may do */
            result = error;
        if (path[length] == '\0')
            return result;
        path += length + 1;
    }
}
