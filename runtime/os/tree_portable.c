/* tree_portable.c - the tree of a process is its group, as far as anybody can tell. */
#include "guard/proc.h"
#include "os.h"
#include "tree.h"

#include <errno.h>
#include <signal.h>

int neap_os_tree_pids(pid_t root, pid_t *first, size_t room, pid_t **out)
{
    *out = first;
    if (room > 0)
        first[0] = root;
    return 1;
}

void neap_os_tree_pids_free(const pid_t *first, pid_t *pids)
{
}

int neap_os_tree_groups(pid_t root, pid_t *groups, size_t room)
{
    neap_proc p;

    if (neap_proc_read(root, &p) != 0 || p.group <= 0)
        return 0;
    if (room > 0)
        groups[0] = p.group;
    return 1;
}

bool neap_os_has_children(pid_t pid)
{
    return kill(pid, 0) == 0;
}

/* A zombie that nobody has taken away counts, too. */
bool neap_os_group_is_in(pid_t group, pid_t session)
{
    neap_proc leader;

    if (group <= 1 || (kill(-group, 0) != 0 && errno == ESRCH))
        return false;
    return !session || neap_proc_read(group, &leader) != 0 ||
           leader.session == session || leader.session == 0;
}
