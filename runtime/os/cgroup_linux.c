/* cgroup_linux.c - the directories: made, handed out, taken back, removed. */
#include "cgroup_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { POOL_MAX = 64 };

static const struct {
    const char *name;
    unsigned bit;
} controllers[] = {{"cpu", NEAP_OS_CGROUP_CPU},
                   {"memory", NEAP_OS_CGROUP_MEMORY},
                   {"pids", NEAP_OS_CGROUP_PIDS},
                   {"io", NEAP_OS_CGROUP_IO},
                   {"cpuset", NEAP_OS_CGROUP_CPUSET}};
enum { CONTROLLERS = sizeof controllers / sizeof *controllers };

__attribute__((format(printf, 3, 4))) static int say(char *why, size_t room,
                                                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, room, format, args);
    va_end(args);
    return -ENOTSUP;
}

static unsigned controllers_of(int dir)
{
    char text[512], *save = NULL;
    unsigned set = 0;

    if (neap_cgroup_read(dir, "cgroup.controllers", text, sizeof text) < 0)
        return 0;
    for (char *word = strtok_r(text, " \n", &save); word;
         word = strtok_r(NULL, " \n", &save))
        for (int i = 0; i < CONTROLLERS; i++)
            set |= strcmp(word, controllers[i].name) == 0 ? controllers[i].bit : 0;
    return set;
}

static int check_base(neap_os_cgroups *all, char *why, size_t room)
{
    char type[64];

    if (neap_cgroup_read(all->dir, "cgroup.type", type, sizeof type) < 0 ||
        strcmp(type, "domain\n") != 0)
        return say(why, room, "%s cannot hold processes: its cgroup is threaded",
                   all->path);
    if (faccessat(all->dir, "cgroup.freeze", W_OK, AT_EACCESS) != 0)
        return say(why, room, "this kernel cannot freeze a cgroup v2");
    all->available = controllers_of(all->dir);
    return 0;
}

int neap_os_cgroup_open(neap_os_cgroups **out, char *why, size_t room)
{
    char own[PATH_MAX], path[PATH_MAX];
    neap_os_cgroups *all;
    int dir = -1, r = neap_os_cgroup_find(own, sizeof own, why, room);

    if (r < 0)
        return r;
    r = neap_cgroup_may_move(own);
    if (r < 0)
        return say(why, room, "not writable: %s/cgroup.procs: %s", own, strerror(-r));
    neap_cgroup_sweep(own);
    dir = neap_cgroup_make_base(own, path, sizeof path);
    if (dir < 0)
        return say(why, room, "not writable: %s: %s", own, strerror(-dir));
    all = calloc(1, sizeof *all);
    if (!all || !(all->path = strdup(path))) {
        free(all);
        rmdir(path);
        close(dir);
        return -ENOMEM;
    }
    all->dir = dir;
    all->name = strrchr(all->path, '/') + 1;
    all->last_aside = &all->aside;
    r = check_base(all, why, room);
    if (r < 0) {
        neap_os_cgroup_close(all);
        return r;
    }
    *out = all;
    return 0;
}

const char *neap_os_cgroup_base(const neap_os_cgroups *all)
{
    return all->path;
}

unsigned neap_os_cgroup_controllers(const neap_os_cgroups *all)
{
    return all->available;
}

static void close_files(neap_os_cgroup *c)
{
    if (c->stat >= 0)
        close(c->stat);
    if (c->freeze >= 0)
        close(c->freeze);
    if (c->events >= 0)
        close(c->events);
    c->stat = c->freeze = c->events = -1;
}

void neap_os_cgroup_abandon(neap_os_cgroups *all)
{
    if (!all)
        return;
    while (all->newest) {
        neap_os_cgroup *c = all->newest;

        close_files(c);
        all->newest = c->older;
        free(c);
    }
    close(all->dir);
    free(all->path);
    free(all);
}

void neap_os_cgroup_close(neap_os_cgroups *all)
{
    if (!all)
        return;
    for (neap_os_cgroup *c = all->newest; c; c = c->older)
        if (c->frozen)
            neap_os_cgroup_thaw(c);
    neap_cgroup_remove_empty(all->dir);
    rmdir(all->path);
    neap_os_cgroup_abandon(all);
}

/* What a task made below its own directory and left empty. */
static void remove_below(neap_os_cgroup *c)
{
    const neap_cgroup_name name = neap_cgroup_file(c, "");
    struct stat s;
    int dir;

    if (fstatat(c->of->dir, name.text, &s, 0) != 0 || s.st_nlink <= 2)
        return;
    dir = openat(c->of->dir, name.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return;
    neap_cgroup_remove_empty(dir);
    close(dir);
}

static void to_bare(neap_os_cgroup *c)
{
    close_files(c);
    c->next = c->of->bare;
    c->of->bare = c;
}

/* `c` is nobody's: if it is empty, it is used again or removed. */
static bool retire(neap_os_cgroup *c)
{
    neap_os_cgroups *all = c->of;
    int empty = neap_os_cgroup_is_empty(c);

    if (empty == 0)
        return false;
    if (empty < 0 || c->limited || all->pooled >= POOL_MAX) {
        remove_below(c);
        if (unlinkat(all->dir, neap_cgroup_file(c, "").text, AT_REMOVEDIR) < 0 &&
            errno == EBUSY)
            return false;
        to_bare(c);
        return true;
    }
    remove_below(c);
    c->next = all->pool;
    all->pool = c;
    all->pooled++;
    return true;
}

static void put_aside(neap_os_cgroup *c)
{
    c->next = NULL;
    *c->of->last_aside = c;
    c->of->last_aside = &c->next;
}

/* The oldest of those put aside gets another look: one at each take bounds the cost,
 * and their number. */
static void look_aside(neap_os_cgroups *all)
{
    neap_os_cgroup *c = all->aside;

    if (!c)
        return;
    all->aside = c->next;
    if (!all->aside)
        all->last_aside = &all->aside;
    if (!retire(c))
        put_aside(c);
}

void neap_os_cgroup_give_back(neap_os_cgroup *c)
{
    if (c->frozen)
        neap_os_cgroup_thaw(c);
    if (!retire(c))
        put_aside(c);
}

static neap_os_cgroup *new_handle(neap_os_cgroups *all)
{
    neap_os_cgroup *c = all->bare;

    if (c) {
        all->bare = c->next;
    } else {
        c = calloc(1, sizeof *c);
        if (!c)
            return NULL;
        c->of = all;
        c->older = all->newest;
        all->newest = c;
    }
    c->number = ++all->last;
    c->stat = c->freeze = c->events = -1;
    c->limited = c->frozen = false;
    c->before = 0;
    return c;
}

static int take_new(neap_os_cgroups *all, neap_os_cgroup **out)
{
    neap_os_cgroup *c = new_handle(all);
    int r;

    if (!c)
        return -ENOMEM;
    if (mkdirat(all->dir, neap_cgroup_file(c, "").text, 0755) < 0) {
        r = -errno;
        to_bare(c);
        return r;
    }
    *out = c;
    return 0;
}

/* One that somebody else has removed meanwhile is no loss. */
int neap_os_cgroup_take(neap_os_cgroups *all, neap_os_cgroup **out)
{
    look_aside(all);
    while (all->pool) {
        neap_os_cgroup *c = all->pool;
        neap_ns used;

        all->pool = c->next;
        all->pooled--;
        c->before = 0;
        if (neap_os_cgroup_cpu(c, &used) == 0) {
            c->before = used;
            *out = c;
            return 0;
        }
        to_bare(c);
    }
    return take_new(all, out);
}

int neap_os_cgroup_path(const neap_os_cgroup *c, char *out, size_t room)
{
    int n = snprintf(out, room, "%s/t%d", c->of->path, c->number);

    return n >= 0 && (size_t)n < room ? 0 : -ENAMETOOLONG;
}

/* The controller of "memory.max" is switched on for all tasks of this runtime. */
static int switch_on(neap_os_cgroups *all, const char *file)
{
    for (int i = 0; i < CONTROLLERS; i++) {
        size_t length = strlen(controllers[i].name);
        char text[32];
        int r;

        if (strncmp(file, controllers[i].name, length) != 0 || file[length] != '.')
            continue;
        if (all->on & controllers[i].bit)
            return 0;
        if (!(all->available & controllers[i].bit))
            return -ENOTSUP;
        snprintf(text, sizeof text, "+%s", controllers[i].name);
        r = neap_cgroup_write(all->dir, "cgroup.subtree_control", text);
        if (r < 0)
            return -ENOTSUP;
        all->on |= controllers[i].bit;
        return 0;
    }
    return -ENOTSUP;
}

int neap_os_cgroup_limit(neap_os_cgroup *c, const char *file, const char *value)
{
    int r = switch_on(c->of, file);

    if (r < 0)
        return r;
    c->limited = true;
    r = neap_cgroup_write(c->of->dir, neap_cgroup_file(c, file).text, value);
    return r == -ENOENT ? -ENOTSUP : r;
}
