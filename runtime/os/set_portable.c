/* set_portable.c - POSIX has no descriptor that stands for others. */
#include "os.h"

#include <errno.h>

int neap_os_set_new(void)
{
    return -ENOTSUP;
}

int neap_os_set_add(int set, int fd, neap_os_set_events events)
{
    return -ENOTSUP;
}

void neap_os_set_drop(int set, int fd)
{
}
