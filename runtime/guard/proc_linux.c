/* proc_linux.c - who descends from whom, read from /proc. */
#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 64, FORKNOEXEC = 0x40 /* the kernel's PF_FORKNOEXEC */ };

bool neap_proc_sees_all(void)
{
    return true;
}

bool neap_proc_lives(const neap_proc *p)
{
    return (p->state != 'Z' && p->state != 'X') || p->threads > 1;
}

static ssize_t read_start(const char *path, char *out, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return -1;
    n = read(fd, out, room - 1);
    close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n;
}

/* Fields of /proc/PID/stat that follow the name, in the numbers of proc(5). */
enum {
    STATE = 3,
    PARENT = 4,
    GROUP = 5,
    SESSION = 6,
    FLAGS = 9,
    WAITED_FAULTS = 11,
    WAITED_USER = 16,
    WAITED_SYSTEM = 17,
    THREADS = 20,
    START = 22
};

/* Reads the numbers behind the state into `field`, up to START. */
static bool read_fields(const char *at, uint64_t *field)
{
    for (int n = PARENT; n <= START; n++) {
        char *end;

        field[n] = strtoull(at, &end, 10);
        if (end == at)
            return false;
        at = end;
    }
    return true;
}

int neap_proc_read(pid_t pid, neap_proc *out)
{
    char path[PATH_ROOM], text[512];
    uint64_t field[START + 1];
    const char *rest;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (read_start(path, text, sizeof text) <= 0)
        return -ESRCH;
    rest = strrchr(text, ')'); /* the name before it may hold anything */
    if (!rest || !rest[1] || !rest[2] || !read_fields(rest + 3, field))
        return -ESRCH;
    out->pid = pid;
    out->state = rest[2];
    out->parent = (pid_t)field[PARENT];
    out->group = (pid_t)field[GROUP];
    out->session = (pid_t)field[SESSION];
    out->forked = field[FLAGS] & FORKNOEXEC;
    out->threads = (int)field[THREADS];
    out->waited = field[WAITED_USER] + field[WAITED_SYSTEM];
    out->reaped = field[WAITED_FAULTS];
    out->start = field[START];
    return 0;
}

char neap_proc_thread_state(pid_t pid, pid_t thread)
{
    char path[PATH_ROOM], text[512];
    const char *rest;

    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)thread);
    if (read_start(path, text, sizeof text) <= 0)
        return 0;
    rest = strrchr(text, ')');
    return rest && rest[1] ? rest[2] : (char)0;
}

/* Calls `fn` for each entry of `directory` that is a number. opendir() would
 * allocate. */
static void each_number(const char *directory, neap_proc_fn *fn, void *user)
{
    _Alignas(struct dirent64) char buffer[2048];
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return;
    while ((n = getdents64(fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(buffer + at);

            at += entry->d_reclen;
            if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
                fn(user, (pid_t)strtol(entry->d_name, NULL, 10));
        }
    }
    close(fd);
}

void neap_proc_all(neap_proc_fn *fn, void *user)
{
    each_number("/proc", fn, user);
}

void neap_proc_threads(pid_t pid, neap_proc_fn *fn, void *user)
{
    char path[PATH_ROOM];

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    each_number(path, fn, user);
}

/* Kernels built without CONFIG_PROC_CHILDREN have no child lists. */
static bool has_child_lists(void)
{
    return access("/proc/thread-self/children", F_OK) == 0;
}

struct listing {
    pid_t parent;
    neap_proc_fn *fn;
    void *user;
};

/* The children of one thread: numbers, each followed by a blank. */
static void list_thread(void *user, pid_t thread)
{
    struct listing *l = user;
    char path[PATH_ROOM], buffer[1024];
    pid_t pid = 0;
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)l->parent,
             (int)thread);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            if (buffer[i] >= '0' && buffer[i] <= '9') {
                pid = pid * 10 + (buffer[i] - '0');
                continue;
            }
            if (pid > 0)
                l->fn(l->user, pid);
            pid = 0;
        }
    }
    close(fd);
}

static void list_if_child(void *user, pid_t pid)
{
    struct listing *l = user;
    neap_proc p;

    if (neap_proc_read(pid, &p) == 0 && p.parent == l->parent)
        l->fn(l->user, pid);
}

void neap_proc_children(pid_t pid, neap_proc_fn *fn, void *user)
{
    struct listing l = {pid, fn, user};

    if (has_child_lists())
        neap_proc_threads(pid, list_thread, &l);
    else
        neap_proc_all(list_if_child, &l);
}

void neap_proc_children_of(const neap_proc *p, neap_proc_fn *fn, void *user)
{
    struct listing l = {p->pid, fn, user};

    if (p->threads == 1 && has_child_lists())
        list_thread(&l, p->pid);
    else
        neap_proc_children(p->pid, fn, user);
}

struct tree {
    pid_t *pids;
    size_t count, room;
};

bool neap_proc_is_alone(pid_t pid)
{
    char path[64], byte;
    struct stat threads;
    int file;
    bool is_alone;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    if (stat(path, &threads) != 0 || threads.st_nlink != 3) /* itself, `..`, a thread */
        return false;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    file = open(path, O_RDONLY | O_CLOEXEC);
    is_alone = file >= 0 && read(file, &byte, 1) == 0;
    if (file >= 0)
        close(file);
    return is_alone;
}

static void tree_add(void *user, pid_t pid)
{
    struct tree *t = user;

    if (t->count < t->room)
        t->pids[t->count++] = pid;
}

static bool tree_has(const struct tree *t, pid_t pid)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->pids[i] == pid)
            return true;
    return false;
}

static void tree_add_if_below(void *user, pid_t pid)
{
    struct tree *t = user;
    neap_proc p;

    if (neap_proc_read(pid, &p) == 0 && tree_has(t, p.parent) && !tree_has(t, pid))
        tree_add(t, pid);
}

size_t neap_proc_tree(pid_t root, pid_t *pids, size_t room)
{
    struct tree t = {pids, 0, room};
    size_t before;

    tree_add(&t, root);
    if (has_child_lists()) {
        for (size_t i = 0; i < t.count; i++) {
            struct listing l = {pids[i], tree_add, &t};

            neap_proc_threads(pids[i], list_thread, &l);
        }
        return t.count;
    }
    /* a pass finds the children whose parents it knows: once more until it finds
     * none */
    do {
        before = t.count;
        neap_proc_all(tree_add_if_below, &t);
    } while (t.count > before);
    return t.count;
}

struct closing {
    int from;
    int closed;
};

static void close_if_above(void *user, pid_t number)
{
    struct closing *c = user;

    if (number >= c->from && close((int)number) == 0)
        c->closed++;
}

void neap_proc_close_from(int from)
{
    struct closing c = {from, 0};

    if (close_range((unsigned)from, UINT32_MAX, 0) == 0)
        return;
    do { /* a listing closes its own descriptor, too, and then ends early: look again */
        c.closed = 0;
        each_number("/proc/self/fd", close_if_above, &c);
    } while (c.closed > 1);
}
