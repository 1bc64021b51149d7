/* rescue_linux.c - what a runtime left behind that died together with its guard. */
#include "rescue.h"

#include "guard/book.h"
#include "guard/proc.h"
#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAP (5 * NEAP_MS)
#define DYING (300 * NEAP_MS)
#define KILL_TIME (5 * NEAP_S)

struct rescue {
    neap_os_rescue_mode mode;
    neap_ns grace;
    neap_os_rescue_fn *fn;
    void *user;
    char boot[40];
    uint64_t world;
    int count;
    /* of the record at hand */
    const neap_book *book;
    uint32_t room;
};

struct found {
    struct rescue *r;
    neap_os_left *list;
    size_t count, space;
};

struct pass {
    const struct rescue *r;
    int signo;
    size_t count;
};

static bool lives(const neap_book_who *who)
{
    neap_proc p;

    return who->pid > 0 && neap_proc_read(who->pid, &p) == 0 && neap_proc_lives(&p) &&
           p.start == who->start;
}

/* The number of one who is dead may be another's by now; not that of a zombie. */
static bool is_reused(const neap_book_who *who)
{
    neap_proc p;

    return neap_proc_read(who->pid, &p) == 0 && p.start != who->start;
}

/* Is the group still the one that was recorded? As long as somebody is in it, its
 * number is given to nobody else: so its leader is gone, or is the one that we know, or
 * (where another of its members was noted) is older than that one: who has taken the
 * number anew is younger. */
static bool is_still(const neap_book_entry *e)
{
    neap_proc leader;

    if (neap_proc_read(e->group, &leader) != 0)
        return true;
    return e->pid == e->group ? e->start == leader.start
                              : e->start > 0 && leader.start <= e->start;
}

/* Of those that the runtime did not start nothing was left but what it held. */
static bool may_be_of(const neap_book_entry *e, const neap_proc *p)
{
    const uint32_t flags = atomic_load(&e->flags);

    return (flags & NEAP_BOOK_USED) && (!(flags & NEAP_BOOK_ATTACHED) ||
                                        ((flags & NEAP_BOOK_HELD) && p->state == 'T'));
}

static const neap_book_entry *entry_of(const struct rescue *r, const neap_proc *p)
{
    for (uint32_t i = 0; i < r->room; i++) {
        const neap_book_entry *e = &r->book->entries[i];

        if (may_be_of(e, p) &&
            ((e->pid == p->pid && e->start == p->start && e->start > 0) ||
             (e->group > 1 && e->group == p->group && e->session == p->session &&
              is_still(e))))
            return e;
    }
    return NULL;
}

enum whose { NOBODYS, THEIRS, ATTACHED /* to be continued, whatever the mode */ };

/* Is it theirs? Then of which task, as far as it is known. */
static enum whose whose(const struct rescue *r, const neap_proc *p, uint64_t *task)
{
    const neap_book_entry *e;

    if (p->pid == getpid() || !neap_proc_lives(p))
        return NOBODYS;
    e = entry_of(r, p);
    *task = e ? e->tag : 0;
    if (e && (atomic_load(&e->flags) & NEAP_BOOK_ATTACHED))
        return ATTACHED;
    if (p->start < r->book->head.runtime.start)
        return NOBODYS;
    return e || (!is_reused(&r->book->head.guard) &&
                 neap_os_process_tag(p->pid, r->book->head.guard.pid, task) == 0)
               ? THEIRS
               : NOBODYS;
}

static void read_command(pid_t pid, char *out, size_t room)
{
    char path[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? 0 : read(fd, out, room - 1);
    if (fd >= 0)
        close(fd);
    n = n > 0 ? n : 0;
    for (ssize_t i = 0; i < n; i++)
        if (out[i] >= 0 && out[i] < ' ')
            out[i] = ' ';
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

static void add_if_left(void *user, pid_t pid)
{
    struct found *f = user;
    neap_os_left *larger;
    neap_proc p;
    uint64_t task;

    if (neap_proc_read(pid, &p) != 0 || whose(f->r, &p, &task) == NOBODYS)
        return;
    if (f->count == f->space) {
        larger = realloc(f->list, (2 * f->space + 16) * sizeof *larger);
        if (!larger)
            return;
        f->list = larger;
        f->space = 2 * f->space + 16;
    }
    f->list[f->count] = (neap_os_left){.task = task,
                                       .pid = pid,
                                       .runtime = f->r->book->head.runtime.pid,
                                       .start = p.start,
                                       .stopped = p.state == 'T'};
    read_command(pid, f->list[f->count].command, sizeof f->list->command);
    f->count++;
}

static void signal_if_left(void *user, pid_t pid)
{
    struct pass *pass = user;
    enum whose found;
    neap_proc p;
    uint64_t task;

    if (neap_proc_read(pid, &p) != 0)
        return;
    found = whose(pass->r, &p, &task);
    if (found == NOBODYS || (found == ATTACHED && pass->signo != SIGCONT))
        return;
    kill(pid, pass->signo);
    pass->count++;
}

/* To all that are left now; how many they are. */
static size_t signal_all(const struct rescue *r, int signo)
{
    struct pass pass = {r, signo, 0};

    neap_proc_all(signal_if_left, &pass);
    return pass.count;
}

static int by_age(const void *a, const void *b)
{
    const neap_os_left *one = a, *other = b;

    if (one->start != other->start)
        return one->start > other->start ? -1 : 1;
    return one->pid > other->pid ? -1 : one->pid < other->pid;
}

/* Children go on before their parents: a group that is stopped when the last parent
 * outside it ends gets a HUP from the kernel. No child is older than its parent. Then
 * whoever came meanwhile. */
static void continue_all(const struct rescue *r, struct found *f)
{
    uint64_t task;
    neap_proc p;

    qsort(f->list, f->count, sizeof *f->list, by_age);
    for (size_t i = 0; i < f->count; i++)
        if (neap_proc_read(f->list[i].pid, &p) == 0 && p.start == f->list[i].start &&
            whose(r, &p, &task) != NOBODYS)
            kill(p.pid, SIGCONT);
    signal_all(r, SIGCONT);
}

static void await_end(struct rescue *r, neap_ns until, int signo)
{
    const struct timespec nap = {.tv_nsec = NAP};

    while (signal_all(r, signo) > 0 && neap_os_now() < until)
        nanosleep(&nap, NULL);
}

/* "cgroup.freeze" of each of its cgroups gets "0", and so on; NULL: they go. */
static void write_cgroups(const struct rescue *r, const char *file, const char *text)
{
    char path[1200];
    int fd;

    for (uint32_t i = 0; i < r->room && *r->book->head.cgroups; i++) {
        const neap_book_entry *e = &r->book->entries[i];

        if (!(atomic_load(&e->flags) & NEAP_BOOK_USED) || !*e->cgroup ||
            strchr(e->cgroup, '/'))
            continue;
        snprintf(path, sizeof path, "%s/%.31s%s%s", r->book->head.cgroups, e->cgroup,
                 file ? "/" : "", file ? file : "");
        if (!file) {
            rmdir(path);
            continue;
        }
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        if (write(fd, text, strlen(text)) < 0) /* an old kernel: signals have to do */
            errno = 0;
        close(fd);
    }
}

static void end_all(struct rescue *r, struct found *f)
{
    neap_ns now = neap_os_now();

    signal_all(r, SIGTERM);
    continue_all(r, f);
    await_end(r, now + r->grace, 0);
    write_cgroups(r, "cgroup.kill", "1");
    await_end(r, neap_os_now() + KILL_TIME, SIGKILL);
}

static void heal(struct rescue *r)
{
    struct found f = {.r = r};
    bool end = r->mode == NEAP_OS_RESCUE_END ||
               (r->mode == NEAP_OS_RESCUE_BY_RECORD && r->book->head.on_death);

    neap_proc_all(add_if_left, &f);
    for (size_t i = 0; i < f.count && r->fn; i++)
        r->fn(r->user, &f.list[i]);
    r->count += (int)f.count;
    if (r->mode != NEAP_OS_RESCUE_LIST) {
        write_cgroups(r, "cgroup.freeze", "0");
        if (end && f.count > 0)
            end_all(r, &f);
        else if (f.count > 0)
            continue_all(r, &f);
        write_cgroups(r, NULL, NULL);
    }
    free(f.list);
}

/* A guard that outlives its runtime is about to end, too: on its way, or killed. */
static bool is_dead(const neap_book_head *head)
{
    const struct timespec nap = {.tv_nsec = NAP};
    neap_ns until = neap_os_now() + DYING;

    if (lives(&head->runtime))
        return false;
    while (lives(&head->guard) && neap_os_now() < until)
        nanosleep(&nap, NULL);
    return !lives(&head->guard);
}

static bool is_abandoned(const struct rescue *r)
{
    const neap_book_head *head = &r->book->head;

    return memcmp(head->magic, NEAP_BOOK_MAGIC, sizeof head->magic) == 0 &&
           head->version == NEAP_BOOK_VERSION &&
           head->entry_size == sizeof(neap_book_entry) && is_dead(head);
}

/* Its numbers mean other processes than ours. */
static bool is_of_another_world(const struct rescue *r)
{
    return strncmp(r->book->head.boot, r->boot, sizeof r->boot) == 0 &&
           r->book->head.world != r->world;
}

static void read_record(struct rescue *r, int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat s;
    void *map = MAP_FAILED;

    if (fd < 0)
        return;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == geteuid() &&
        s.st_size >= (off_t)sizeof(neap_book))
        map = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return;
    r->book = map;
    r->room =
        (uint32_t)(((size_t)s.st_size - NEAP_BOOK_HEAD) / sizeof(neap_book_entry));
    if (!is_of_another_world(r) && is_abandoned(r)) {
        if (strncmp(r->book->head.boot, r->boot, sizeof r->boot) == 0)
            heal(r);
        if (r->mode != NEAP_OS_RESCUE_LIST)
            unlinkat(dir, name, 0);
    }
    munmap(map, (size_t)s.st_size);
}

static void read_directory(struct rescue *r, const char *path)
{
    int fd = neap_record_open_directory(path);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (!dir)
        return;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
            read_record(r, fd, entry->d_name);
    closedir(dir);
}

int neap_os_rescue(neap_os_rescue_mode mode, neap_ns grace, neap_os_rescue_fn *fn,
                   void *user)
{
    struct rescue r = {.mode = mode, .grace = grace, .fn = fn, .user = user};
    char path[480];

    neap_record_read_boot(r.boot, sizeof r.boot);
    r.world = neap_record_world();
    for (int i = 0; neap_record_directory(i, path, sizeof path); i++)
        if (*path)
            read_directory(&r, path);
    return r.count;
}
