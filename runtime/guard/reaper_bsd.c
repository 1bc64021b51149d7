/* reaper_bsd.c - who gets the orphans: process 1, whatever we say. */
#include "reaper.h"

#include <errno.h>

int neap_reaper_become(void)
{
    return -ENOSYS;
}

int neap_reaper_program(char *out, size_t room)
{
    return -ENOSYS;
}
