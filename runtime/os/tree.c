/* tree.c - the living processes below a process, and the groups that they are in: as
 * far as this system tells (guard/proc.h). */
#include "tree.h"
#include "guard/proc.h"
#include "os.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

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

        if (neap_proc_read(pids[i], &p) == 0 && neap_proc_lives(&p) && p.group > 0)
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

struct search {
    pid_t group;
    bool found;
};

static void look(void *user, pid_t pid)
{
    struct search *s = user;
    neap_proc p;

    if (!s->found && neap_proc_read(pid, &p) == 0 && p.group == s->group &&
        neap_proc_lives(&p))
        s->found = true;
}

/* Where only the leader is seen, a group without it is taken for what it was. */
bool neap_os_group_lives(pid_t group)
{
    struct search s = {group, false};
    neap_proc leader;

    if (group <= 1 || (kill(-group, 0) != 0 && errno == ESRCH))
        return false;
    look(&s, group); /* its leader, most of the time */
    if (!s.found && !neap_proc_sees_all())
        return neap_proc_read(group, &leader) != 0;
    if (!s.found)
        neap_proc_all(look, &s);
    return s.found;
}
