/* tag_portable.c - nobody's limits or environment can be read: who started a process is
 * not known. */
#include "os.h"

#include <errno.h>

int neap_os_process_tag(pid_t pid, pid_t guard, uint64_t *tag)
{
    return -ENOENT;
}
