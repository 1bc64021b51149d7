/* lineage_portable.c - POSIX has no limit that could name a task: nobody has a name. */
#include "lineage.h"

#include <errno.h>

void neap_lineage_set(pid_t guard, uint64_t tag)
{
}

int neap_lineage_read(pid_t pid, pid_t *guard, uint64_t *tag)
{
    return -ENOENT;
}
