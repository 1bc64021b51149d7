/* lineage_linux.c - whose is a process, by its limit of file locks: prlimit(2). */
#include "lineage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The kernel's largest pid is below 2^22. Nobody's own limit is as large as this. */
#define NAMED (UINT64_C(1) << 62)
enum { GUARD_BITS = 22, TAG_BITS = 40 };
#define GUARD_END (UINT64_C(1) << GUARD_BITS)
#define TAG_END (UINT64_C(1) << TAG_BITS)

void neap_lineage_set(pid_t guard, uint64_t tag)
{
    struct rlimit locks;

    if (guard <= 0 || (uint64_t)guard >= GUARD_END || tag >= TAG_END ||
        getrlimit(RLIMIT_LOCKS, &locks) != 0)
        return;
    locks.rlim_cur = (rlim_t)(NAMED | (uint64_t)guard << TAG_BITS | tag);
    setrlimit(RLIMIT_LOCKS, &locks);
}

/* Another user's limits may only be read as text. */
static int read_text(pid_t pid, uint64_t *limit)
{
    static const char line[] = "\nMax file locks";
    char path[64], text[2048], *at, *end;
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -ENOENT;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    at = strstr(text, line);
    if (!at)
        return -ENOENT;
    at += sizeof line - 1;
    *limit = strtoull(at, &end, 10);
    return end > at ? 0 : -ENOENT;
}

int neap_lineage_read(pid_t pid, pid_t *guard, uint64_t *tag)
{
    struct rlimit locks;
    uint64_t name;

    if (prlimit(pid, RLIMIT_LOCKS, NULL, &locks) == 0)
        name = (uint64_t)locks.rlim_cur;
    else if (errno != EPERM || read_text(pid, &name) != 0)
        return -ENOENT;
    if (name >> (GUARD_BITS + TAG_BITS) != NAMED >> (GUARD_BITS + TAG_BITS))
        return -ENOENT;
    *guard = (pid_t)(name >> TAG_BITS & (GUARD_END - 1));
    *tag = name & (TAG_END - 1);
    return 0;
}
