/* tree_linux.c - the living processes below a process, and the groups that they are
 * in. */
#include "guard/proc.h"
#include "os.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ENOUGH = 256 }; /* processes of a usual tree: no allocation */

int neap_os_tree_pids(pid_t root, pid_t *first, size_t room, pid_t **out)
{
    size_t count = neap_proc_tree(root, first, room);

    *out = first;
    while (count == room) {
        pid_t *more = malloc(2 * room * sizeof *more);

        neap_os_tree_pids_free(first, *out);
        *out = first;
        if (!more)
            return -ENOMEM;
        room *= 2;
        *out = more;
        count = neap_proc_tree(root, more, room);
    }
    return (int)count;
}

void neap_os_tree_pids_free(const pid_t *first, pid_t *pids)
{
    if (pids != first)
        free(pids);
}

static int compare(const void *a, const void *b)
{
    const pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

    return (x > y) - (x < y);
}

int neap_os_tree_groups(pid_t root, pid_t *groups, size_t room)
{
    pid_t first[ENOUGH], *pids, last = 0;
    int count = neap_os_tree_pids(root, first, ENOUGH, &pids), living = 0, found = 0;

    if (count < 0)
        return count;
    for (int i = 0; i < count; i++) { /* each pid gives way to its group */
        neap_proc p;

        if (neap_proc_read(pids[i], &p) == 0 && neap_proc_lives(&p))
            pids[living++] = p.group;
    }
    qsort(pids, (size_t)living, sizeof *pids, compare);
    for (int i = 0; i < living; i++) {
        if (pids[i] == last)
            continue;
        last = pids[i];
        if ((size_t)found < room)
            groups[found] = last;
        found++;
    }
    neap_os_tree_pids_free(first, pids);
    return found;
}

bool neap_os_has_children(pid_t pid)
{
    char path[64], byte;
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) /* it is gone; or the kernel has no such file: then it may have some */
        return kill(pid, 0) == 0;
    n = read(fd, &byte, 1);
    close(fd);
    return n > 0;
}

struct search {
    pid_t group, session;
    bool found;
};

static void look(void *user, pid_t pid)
{
    struct search *s = user;
    neap_proc p;

    if (!s->found && neap_proc_read(pid, &p) == 0 && p.group == s->group &&
        (!s->session || p.session == s->session) && neap_proc_lives(&p))
        s->found = true;
}

bool neap_os_group_is_in(pid_t group, pid_t session)
{
    struct search s = {group, session, false};

    if (group <= 1 || (kill(-group, 0) != 0 && errno == ESRCH))
        return false;
    look(&s, group); /* its leader, most of the time */
    if (!s.found)
        neap_proc_all(look, &s);
    return s.found;
}
