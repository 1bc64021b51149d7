/* tag_linux.c - under which tag did a guard start this process?
 *
 * By the name that descends from it (guard/lineage.h); or, for one that has changed its
 * limits and for a neap above the neap that started it, by /proc/PID/environ. That is
 * read byte by byte, since an environment may be of any size. */
#include "guard/lineage.h"
#include "guard/wire.h"
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Where we are in a variable: in its name as far as it is the one that we look for; in
 * its value, the numbers before and after the colon; or in another variable. */
enum where { NAME, GUARD, TAG, ELSEWHERE };

struct scan {
    enum where where;
    size_t matched;
    uint64_t guard, tag;
    uint64_t wanted;
    bool found;
};

static void begin_element(struct scan *s)
{
    s->where = GUARD;
    s->guard = s->tag = 0;
}

static void end_element(struct scan *s)
{
    s->found |= s->where == TAG && s->guard == s->wanted;
}

static void take_value(struct scan *s, char c)
{
    uint64_t *number = s->where == GUARD ? &s->guard : &s->tag;

    if (c >= '0' && c <= '9') {
        *number = *number * 10 + (uint64_t)(c - '0');
    } else if (c == ':' && s->where == GUARD) {
        s->where = TAG;
    } else if (c == '/') {
        end_element(s);
        if (!s->found)
            begin_element(s);
    } else {
        s->where = ELSEWHERE;
    }
}

static void take(struct scan *s, char c)
{
    static const char mark[] = NEAP_WIRE_MARK;

    if (c == '\0') {
        end_element(s);
        s->where = NAME;
        s->matched = 0;
    } else if (s->where == NAME && c != mark[s->matched]) {
        s->where = ELSEWHERE;
    } else if (s->where == NAME && mark[++s->matched] == '\0') {
        begin_element(s);
    } else if (s->where == GUARD || s->where == TAG) {
        take_value(s, c);
    }
}

static int tag_in_environment(pid_t pid, pid_t guard, uint64_t *tag)
{
    struct scan s = {.where = NAME, .wanted = (uint64_t)guard};
    char path[64], buffer[4096];
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES || errno == EPERM ? -EACCES : -ENOENT;
    while (!s.found && (n = read(fd, buffer, sizeof buffer)) > 0)
        for (ssize_t i = 0; i < n && !s.found; i++)
            take(&s, buffer[i]);
    if (n < 0 && (errno == EACCES || errno == EPERM)) {
        close(fd);
        return -EACCES;
    }
    close(fd);
    take(&s, '\0');
    if (!s.found)
        return -ENOENT;
    *tag = s.tag;
    return 0;
}

int neap_os_process_tag(pid_t pid, pid_t guard, uint64_t *tag)
{
    pid_t by;

    if (neap_lineage_read(pid, &by, tag) == 0 && by == guard)
        return 0;
    return tag_in_environment(pid, guard, tag);
}
