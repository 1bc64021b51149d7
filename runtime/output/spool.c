/* spool.c - bytes that wait: up to 64 KiB in memory, the rest in a file without a name
 * in TMPDIR. */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_file(void)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int n, fd;

    n = snprintf(path, sizeof path, "%s/neap-output-XXXXXX",
                 folder && *folder ? folder : "/tmp");
    if (n < 0 || (size_t)n >= sizeof path)
        return -ENAMETOOLONG;
    fd = mkstemp(path);
    if (fd < 0)
        return -errno;
    unlink(path);
    return fd;
}

/* Appends to the file as much as it takes: `*done` bytes. */
static int file(spool *s, const char *bytes, size_t n, size_t *done)
{
    for (*done = 0; *done < n;) {
        ssize_t k = pwrite(s->fd, bytes + *done, n - *done, (off_t)s->filed);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k < 0 ? -errno : -ENOSPC;
        s->filed += k;
        *done += (size_t)k;
    }
    return 0;
}

static void drop_memory(spool *s)
{
    free(s->memory);
    s->memory = NULL;
    s->have = s->room = 0;
}

/* What is in memory goes to the file, from now on as everything does. */
static int begin_file(spool *s)
{
    size_t done;
    int error;

    if (s->fd < 0) {
        s->fd = open_file();
        s->filed = s->taken = 0;
    }
    if (s->fd < 0) {
        error = s->fd;
        s->fd = -1;
        return error;
    }
    error = file(s, s->memory, s->have, &done);
    memmove(s->memory, s->memory + done, s->have - done);
    s->have -= done;
    if (error == 0)
        drop_memory(s);
    return error;
}

bool spool_add_here(spool *s, const char *bytes, size_t n)
{
    size_t room = s->room ? s->room : 256;
    char *larger;

    if (n == 0)
        return true;
    while (room < s->have + n)
        room *= 2;
    if (room > s->room) {
        larger = realloc(s->memory, room);
        if (!larger)
            return false;
        s->memory = larger;
        s->room = room;
    }
    memcpy(s->memory + s->have, bytes, n);
    s->have += n;
    return true;
}

int spool_add(spool *s, const char *bytes, size_t n, size_t *kept)
{
    int error = 0;

    *kept = n;
    if (s->fd < 0 && s->have + n <= LINE && spool_add_here(s, bytes, n))
        return 0;
    *kept = 0;
    if (s->fd < 0 || s->have > 0)
        error = begin_file(s);
    return error ? error : file(s, bytes, n, kept);
}

static int64_t take_filed(spool *s, char *out, size_t room)
{
    int64_t left = s->filed - s->taken;
    ssize_t n;

    if (left < (int64_t)room)
        room = (size_t)left;
    do
        n = pread(s->fd, out, room, (off_t)s->taken);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return n < 0 ? -errno : -EIO;
    s->taken += n;
    if (s->taken == s->filed) {
        close(s->fd);
        s->fd = -1;
    }
    return n;
}

int64_t spool_take(spool *s, char *out, size_t room)
{
    if (s->fd >= 0 && s->filed > s->taken)
        return take_filed(s, out, room);
    if (room > s->have)
        room = s->have;
    if (room == 0) {
        spool_drop(s);
        return 0;
    }
    memcpy(out, s->memory, room);
    s->have -= room;
    if (s->have == 0)
        drop_memory(s);
    else
        memmove(s->memory, s->memory + room, s->have);
    return (int64_t)room;
}

bool spool_is_empty(const spool *s)
{
    return s->have == 0 && (s->fd < 0 || s->filed == s->taken);
}

void spool_drop(spool *s)
{
    drop_memory(s);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}
