/* cgroup_members_linux.c - who is in a cgroup, and signals to all of them. */
#include "cgroup_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { PASSES = 64 };

/* A growing list of pids. */
struct pids {
    pid_t *list;
    size_t count, room;
};

static int add(struct pids *p, pid_t pid)
{
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 64;
        pid_t *list = realloc(p->list, room * sizeof *list);

        if (!list)
            return -ENOMEM;
        p->list = list;
        p->room = room;
    }
    p->list[p->count++] = pid;
    return 0;
}

/* One that is of another pid namespace is listed as 0: it is not ours to reach. The
 * members of a threaded cgroup are listed by its domain, which is above it. */
static int add_members(struct pids *p, int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC), r = 0;
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    char line[32];

    if (!file) {
        r = errno == ENOENT || errno == ENODEV ? 0 : -errno;
        if (fd >= 0)
            close(fd);
        return r;
    }
    while (r == 0 && fgets(line, sizeof line, file)) {
        pid_t pid = (pid_t)strtol(line, NULL, 10);

        r = pid > 0 ? add(p, pid) : 0;
    }
    fclose(file);
    return r;
}

static int add_below(void *user, int parent, const char *name)
{
    char file[NAME_MAX + 16];

    snprintf(file, sizeof file, "%s/cgroup.procs", name);
    return add_members(user, parent, file);
}

static int compare(const void *a, const void *b)
{
    const pid_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

static int list_all(neap_os_cgroup *c, struct pids *p)
{
    int dir = openat(c->of->dir, neap_cgroup_file(c, "").text,
                     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r;

    if (dir < 0)
        return -errno;
    r = add_members(p, dir, "cgroup.procs");
    if (r == 0)
        r = neap_cgroup_walk(dir, add_below, p);
    close(dir);
    if (p->count)
        qsort(p->list, p->count, sizeof *p->list, compare);
    return r;
}

int neap_os_cgroup_pids(neap_os_cgroup *c, pid_t *out, size_t room)
{
    struct pids p = {0};
    int r = list_all(c, &p);
    size_t n = p.count < room ? p.count : room;

    if (r == 0 && n)
        memcpy(out, p.list, n * sizeof *out);
    free(p.list);
    return r < 0 ? r : (int)p.count;
}

/* ".../neap-12-1/t3" or below it. */
static bool is_member(const neap_os_cgroup *c, pid_t pid)
{
    char path[64], text[PATH_MAX], name[64];
    const char *at;
    int n;

    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    if (neap_cgroup_read(AT_FDCWD, path, text, sizeof text) < 0)
        return false;
    at = strstr(text, "0::/");
    n = snprintf(name, sizeof name, "/%s/t%d", c->of->name, c->number);
    at = at ? strstr(at, name) : NULL;
    return at && (at[n] == '\n' || at[n] == '/');
}

/* While we hold a pidfd that is still good, the number is his alone. Without pidfds
 * (refused, or no descriptor free) a number could be used again between the look and
 * the signal: a risk of microseconds, better than not to end what must end. */
static int signal_one(const neap_os_cgroup *c, pid_t pid, int signo)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0), r = 0;

    if (fd < 0 && errno == ESRCH)
        return -ESRCH;
    if (!is_member(c, pid))
        r = -ESRCH;
    else if (fd < 0)
        r = kill(pid, signo) == 0 ? 0 : -errno;
    else if (syscall(SYS_pidfd_send_signal, fd, signo, NULL, 0) != 0)
        r = -errno;
    if (fd >= 0)
        close(fd);
    return r;
}

static bool is_in(const struct pids *sorted, pid_t pid)
{
    return sorted->count &&
           bsearch(&pid, sorted->list, sorted->count, sizeof *sorted->list, compare);
}

struct round {
    neap_os_cgroup *c;
    int signo, reached, error;
    pid_t refused;
};

/* Signals those of `now` who are not in `seen`. Returns how many those were. */
static size_t signal_new(struct round *r, const struct pids *now,
                         const struct pids *seen)
{
    size_t fresh = 0;

    for (size_t i = 0; i < now->count; i++) {
        int error;

        if (is_in(seen, now->list[i]))
            continue;
        fresh++;
        error = signal_one(r->c, now->list[i], r->signo);
        if (error == 0)
            r->reached++;
        else if (error != -ESRCH && !r->error)
            r->error = error;
        if (error == -EPERM && !r->refused)
            r->refused = now->list[i];
    }
    return fresh;
}

/* Only who is there now can be met again: older numbers are forgotten. */
int neap_os_cgroup_signal(neap_os_cgroup *c, int signo, pid_t *refused)
{
    struct round round = {.c = c, .signo = signo};
    struct pids seen = {0}, now;
    size_t fresh = 1;

    for (int i = 0; i < PASSES && fresh; i++) {
        int error;

        now = (struct pids){0};
        error = list_all(c, &now);
        if (error < 0 && !round.error)
            round.error = error;
        fresh = signal_new(&round, &now, &seen);
        free(seen.list);
        seen = now;
    }
    free(seen.list);
    if (refused)
        *refused = round.refused;
    if (round.reached)
        return round.reached;
    return round.error ? round.error : -ESRCH;
}

int neap_os_cgroup_kill(neap_os_cgroup *c)
{
    int r = neap_cgroup_write(c->of->dir, neap_cgroup_file(c, "cgroup.kill").text, "1");

    if (r == 0)
        return 0;
    r = neap_os_cgroup_signal(c, SIGKILL, NULL);
    return r > 0 || r == -ESRCH ? 0 : r;
}

/* What is gone. */

static int thaw_one(void *user, int parent, const char *name)
{
    char file[NAME_MAX + 16];

    snprintf(file, sizeof file, "%s/cgroup.freeze", name);
    neap_cgroup_write(parent, file, "0");
    return 0;
}

static int kill_members(int dir)
{
    struct pids p = {0};
    int r = add_members(&p, dir, "cgroup.procs");

    if (r == 0)
        r = neap_cgroup_walk(dir, add_below, &p);
    for (size_t i = 0; i < p.count; i++)
        kill(p.list[i], SIGKILL);
    free(p.list);
    return p.count ? 1 : r;
}

/* Before 5.14 there is no cgroup.kill: by their numbers, until nobody is listed. */
static void kill_all(int dir)
{
    if (neap_cgroup_write(dir, "cgroup.kill", "1") == 0)
        return;
    for (int i = 0; i < PASSES && kill_members(dir) > 0; i++)
        ;
}

/* A record could have been written by anybody: only a directory that is ours by its
 * name and kind is touched. */
static bool is_base(const char *path, int dir)
{
    const char *name = strrchr(path, '/');
    struct statfs fs;

    return name && neap_cgroup_is_base(name + 1) && fstatfs(dir, &fs) == 0 &&
           fs.f_type == CGROUP2_SUPER_MAGIC;
}

int neap_os_cgroup_clear(const char *base, neap_os_cgroup_fate fate)
{
    int dir = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return errno == ENOENT ? 1 : -errno;
    if (!is_base(base, dir)) {
        close(dir);
        return -EINVAL;
    }
    neap_cgroup_walk(dir, thaw_one, NULL);
    if (fate == NEAP_OS_CGROUP_END)
        kill_all(dir);
    neap_cgroup_remove_empty(dir);
    close(dir);
    if (rmdir(base) == 0)
        return 1;
    return errno == EBUSY ? 0 : -errno;
}
