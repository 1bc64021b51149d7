/* tree_bsd.c - has a process children now? One look over the table of processes. */
#include "guard/proc.h"
#include "os.h"

static void note(void *user, pid_t pid)
{
    bool *any = user;

    *any = true;
}

bool neap_os_has_children(pid_t pid)
{
    bool any = false;

    neap_proc_children(pid, note, &any);
    return any;
}
