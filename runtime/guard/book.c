/* book.c - what the record says: who is held, and what is to be ended that is not below
 * us.
 *
 * Numbers in it may be another's by now. A group is signalled when it is one of our own
 * tasks', or when the process that it was noted with is still there, which its start
 * time tells; else its processes one by one, those in the session that was noted.
 */
#include "guard.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATH_ROOM = 1200 };

void book_open(struct guard *g)
{
    void *map = mmap(NULL, NEAP_BOOK_SIZE, PROT_READ, MAP_SHARED, NEAP_BOOK_FD, 0);

    close(NEAP_BOOK_FD);
    if (map != MAP_FAILED)
        g->book = map;
}

/* The next entry that is in use, from `*at` on. */
static const neap_book_entry *next(const struct guard *g, uint32_t *at, uint32_t flags)
{
    uint32_t room = g->book ? atomic_load(&g->book->head.room) : 0;

    while (*at < room) {
        const neap_book_entry *e = &g->book->entries[(*at)++];

        if ((atomic_load(&e->flags) & flags) == flags)
            return e;
    }
    return NULL;
}

static bool is_still_there(const neap_book_entry *e)
{
    neap_proc p;

    return e->pid > 0 && (e->start > 0 || !neap_proc_sees_all()) &&
           neap_proc_read(e->pid, &p) == 0 && p.start == e->start &&
           p.group == e->group && (p.session == 0 || p.session == e->session);
}

static bool write_cgroup(const struct guard *g, const neap_book_entry *e,
                         const char *file, const char *text)
{
    char path[PATH_ROOM];
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "%s/%s/%s", g->book->head.cgroups, e->cgroup, file);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = write(fd, text, strlen(text));
    close(fd);
    return n > 0;
}

void book_cgroups(struct guard *g, enum on_cgroup what)
{
    char path[PATH_ROOM];
    const neap_book_entry *e;

    for (uint32_t at = 0; (e = next(g, &at, NEAP_BOOK_USED));) {
        if (!*e->cgroup || !*g->book->head.cgroups)
            continue;
        snprintf(path, sizeof path, "%s/%s", g->book->head.cgroups, e->cgroup);
        if (what == CGROUP_THAW)
            write_cgroup(g, e, "cgroup.freeze", "0");
        else if (what == CGROUP_KILL)
            write_cgroup(g, e, "cgroup.kill", "1");
        else
            rmdir(path);
    }
}

/* The flags of the entry that it is held by; 0: by none. */
static uint32_t holds(const struct guard *g, const neap_proc *p)
{
    const neap_book_entry *e;

    for (uint32_t at = 0; (e = next(g, &at, NEAP_BOOK_USED | NEAP_BOOK_HELD));)
        if (e->group == p->group && e->session == p->session)
            return atomic_load(&e->flags);
    return 0;
}

static bool has_attached(const struct guard *g)
{
    uint32_t at = 0;

    return next(g, &at, NEAP_BOOK_USED | NEAP_BOOK_HELD | NEAP_BOOK_ATTACHED);
}

/* One that the runtime did not start, alone. */
static void continue_one(const neap_book_entry *e)
{
    neap_proc p;

    if (neap_proc_read(e->pid, &p) == 0 && p.start == e->start)
        kill(p.pid, SIGCONT);
}

/* Of those whom `g->pids` names from `first` on, children before their parents: those
 * that are stopped, and that an entry with `flags` holds. */
static void continue_listed(struct guard *g, size_t first, size_t count, uint32_t flags)
{
    for (size_t i = count; i-- > first;) {
        neap_proc p;

        if (neap_proc_read(g->pids[i], &p) == 0 && p.state == 'T' &&
            (holds(g, &p) & flags) == flags)
            kill(p.pid, SIGCONT);
    }
}

struct listing {
    struct guard *g;
    size_t count;
};

static void list_if_stopped(void *user, pid_t pid)
{
    struct listing *l = user;
    neap_proc p;

    if (l->count < PIDS_MAX && neap_proc_read(pid, &p) == 0 && p.state == 'T')
        l->g->pids[l->count++] = pid;
}

/* Before the groups are continued as such, so that nobody is stopped in one whose last
 * parent goes on and ends (end.c). Of those that were attached, wherever they are,
 * the later numbers are taken for the children. */
static void continue_leaves(struct guard *g, uint32_t flags)
{
    struct listing l = {g, 0};

    continue_listed(g, 1, neap_proc_tree(getpid(), g->pids, PIDS_MAX), flags);
    if (!has_attached(g))
        return;
    neap_proc_all(list_if_stopped, &l);
    continue_listed(g, 0, l.count, flags | NEAP_BOOK_ATTACHED);
}

/* `flags`: of the entries that are meant. */
static void continue_groups(struct guard *g, uint32_t flags)
{
    const neap_book_entry *e;
    uint32_t at = 0;

    if (!next(g, &at, flags))
        return;
    continue_leaves(g, flags);
    for (at = 0; (e = next(g, &at, flags));) {
        if (e->group > 1 && (record_of_pid(g, e->group) || is_still_there(e)))
            kill(-e->group, SIGCONT);
        else if (e->group <= 1 && (atomic_load(&e->flags) & NEAP_BOOK_ATTACHED))
            continue_one(e);
    }
}

void book_continue_held(struct guard *g)
{
    book_cgroups(g, CGROUP_THAW);
    continue_groups(g, NEAP_BOOK_USED | NEAP_BOOK_HELD);
}

void book_continue_attached(struct guard *g)
{
    const uint32_t flags = NEAP_BOOK_USED | NEAP_BOOK_HELD | NEAP_BOOK_ATTACHED;
    uint32_t at = 0;

    continue_groups(g, flags);
    if (next(g, &at, flags)) /* what was just being forked has missed it */
        continue_leaves(g, flags);
}

struct pass {
    struct guard *g;
    int signo, found;
};

static bool is_noted(const struct guard *g, const neap_proc *p)
{
    const neap_book_entry *e;

    for (uint32_t at = 0; (e = next(g, &at, NEAP_BOOK_USED));)
        if (e->group == p->group && e->session == p->session &&
            !(atomic_load(&e->flags) & NEAP_BOOK_ATTACHED))
            return true;
    return false;
}

/* Our own session is below us, and our own descendants are seen to; the session of
 * another may be that of a guard before us. */
static void signal_if_noted(void *user, pid_t pid)
{
    struct pass *pass = user;
    neap_proc p;

    if (neap_proc_read(pid, &p) != 0 || p.session == getpid() || !neap_proc_lives(&p) ||
        !is_noted(pass->g, &p))
        return;
    kill(pid, pass->signo);
    pass->found++;
}

int book_signal_others(struct guard *g, int signo)
{
    struct pass pass = {g, signo, 0};
    uint32_t at = 0;
    const neap_book_entry *e;

    while ((e = next(g, &at, NEAP_BOOK_USED))) {
        if (e->session == getpid() || (atomic_load(&e->flags) & NEAP_BOOK_ATTACHED))
            continue;
        if (neap_proc_sees_all()) {
            neap_proc_all(signal_if_noted, &pass);
            break;
        }
        if (e->group > 1 && is_still_there(e) && kill(-e->group, signo) == 0)
            pass.found++;
    }
    return pass.found;
}
