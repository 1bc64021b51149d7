/* tape.c - a recorded run's events, one by one, from its file. */
#include "tape.h"
#include "core/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = 2 * NEAP_TRACE_RECORD_MAX };

struct tape {
    int fd;
    char *path;
    neap_trace_at at;
    neap_event event; /* peeked */
    bool has, ended, cut;
    int error;
    size_t first, end; /* of what is not read yet in `bytes` */
    uint64_t offset;   /* of `first` in the file */
    uint64_t records;
    char text[NEAP_TRACE_TEXT_MAX + 1];
    uint8_t bytes[ROOM];
};

static int fill(tape *t)
{
    ssize_t n;

    memmove(t->bytes, t->bytes + t->first, t->end - t->first);
    t->end -= t->first;
    t->first = 0;
    do
        n = read(t->fd, t->bytes + t->end, ROOM - t->end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return neap_error(errno, "cannot read the record %s: %s", t->path,
                          strerror(errno));
    t->ended = n == 0;
    t->end += (size_t)n;
    return 0;
}

/* Does it begin as ours, with another number? */
static bool is_of_another_version(const tape *t)
{
    const char *magic = NEAP_TRACE_MAGIC;
    size_t at = strlen(magic) - 2, first = at;

    if (t->end < at || memcmp(t->bytes, magic, at) != 0)
        return false;
    while (at < t->end && t->bytes[at] >= '0' && t->bytes[at] <= '9')
        at++;
    return at > first && at < t->end && t->bytes[at] == '\n';
}

/* A file that is none of ours, or of a later version. */
static int check_magic(tape *t)
{
    const char *magic = NEAP_TRACE_MAGIC;
    size_t size = strlen(magic);

    while (!t->ended && t->end < size) {
        int r = fill(t);

        if (r < 0)
            return r;
    }
    if (t->end >= size && memcmp(t->bytes, magic, size) == 0) {
        t->first = t->offset = size;
        return 0;
    }
    if (is_of_another_version(t))
        return neap_error(NEAP_EINVAL,
                          "%s was recorded by a later version of neap: its format is "
                          "not known here",
                          t->path);
    return neap_error(NEAP_EINVAL, "%s is no recorded run%s", t->path,
                      t->end ? "" : ": it is empty");
}

static int open_file(tape *t, const char *path)
{
    struct stat st;

    t->path = strdup(path);
    if (!t->path)
        return neap_error(NEAP_EMEMORY, NULL);
    t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (t->fd < 0 || fstat(t->fd, &st) < 0)
        return neap_error(errno, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return neap_error(NEAP_EINVAL, "cannot read %s: it is %s", path,
                          S_ISDIR(st.st_mode) ? "a directory" : "no regular file");
    return check_magic(t);
}

int neap_tape_open(tape **out, const char *path)
{
    tape *t = calloc(1, sizeof *t);
    int r;

    if (!t)
        return neap_error(NEAP_EMEMORY, NULL);
    t->fd = -1;
    neap_trace_begin(&t->at);
    r = open_file(t, path);
    if (r < 0) {
        neap_tape_close(t);
        return r;
    }
    *out = t;
    return 0;
}

void neap_tape_close(tape *t)
{
    if (!t)
        return;
    if (t->fd >= 0)
        close(t->fd);
    free(t->path);
    free(t);
}

static void fail(tape *t, const char *what)
{
    t->error = neap_error(NEAP_EINVAL, "%s: record %llu, at byte %llu, %s", t->path,
                          (unsigned long long)t->records + 1,
                          (unsigned long long)t->offset, what);
}

static void read_on(tape *t)
{
    size_t used;

    switch (neap_trace_get(&t->at, t->bytes + t->first, t->end - t->first, &t->event,
                           &used)) {
    case NEAP_TRACE_OK:
        t->has = true;
        t->records++;
        break;
    case NEAP_TRACE_SHORT:
        t->first += used;
        t->offset += used;
        used = 0;
        if (t->ended)
            t->cut = t->end > t->first;
        else
            t->error = fill(t);
        break;
    case NEAP_TRACE_BAD:
        fail(t, "is none: the file is damaged");
        break;
    case NEAP_TRACE_SUM:
        fail(t, "or one before it is not what was written: the file is damaged");
        break;
    }
    t->first += used;
    t->offset += used;
}

const neap_event *neap_tape_peek(tape *t)
{
    while (!t->has && !t->error && !(t->ended && (t->cut || t->first == t->end)))
        read_on(t);
    return t->has ? &t->event : NULL;
}

neap_event neap_tape_take(tape *t)
{
    neap_event e = *neap_tape_peek(t);

    if (e.text) {
        memcpy(t->text, e.text, e.size);
        t->text[e.size] = '\0';
        e.text = t->text;
    }
    t->has = false;
    return e;
}

int neap_tape_error(const tape *t)
{
    return t->error;
}

bool neap_tape_is_cut(const tape *t)
{
    return t->cut || (t->ended && !t->has && !neap_trace_is_checked(&t->at));
}

uint64_t neap_tape_records(const tape *t)
{
    return t->records;
}

uint64_t neap_tape_bytes(const tape *t)
{
    return t->offset;
}
