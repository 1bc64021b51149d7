/* cpu_bsd.c - the CPU time of a process with its threads, by the kernel's table. */
#include "guard/table.h"
#include "os.h"

#include <errno.h>

int neap_os_process_cpu(pid_t pid, neap_ns *used)
{
    int64_t own, waited;

    if (neap_table_used(pid, &own, &waited) < 0)
        return -ESRCH;
    *used = own;
    return 0;
}

/* No kernel here counts for those that are yet to be started. */
int neap_os_tree_counter(pid_t pid)
{
    return -ENOSYS;
}

int neap_os_tree_cpu(int counter, neap_ns *used)
{
    return -ENOSYS;
}
