/* rank_portable.c - POSIX has no rank of a thread that children do not inherit: this
 * thread stays where it is. */
#include "rank.h"

#include <errno.h>

int neap_os_rank_get(neap_os_rank *out)
{
    *out = (neap_os_rank){.nice = 0};
    return 0;
}

int neap_os_rank_put(const neap_os_rank *rank)
{
    return 0;
}

int neap_os_rank_slice(neap_ns slice)
{
    return -ENOTSUP;
}

int neap_os_rank_nice(int nice)
{
    return -ENOTSUP;
}

int neap_os_rank_realtime(void)
{
    return -ENOTSUP;
}
