/* tree_portable.c - has a process children now? It may have some, as long as it is
 * there. */
#include "os.h"

#include <signal.h>

bool neap_os_has_children(pid_t pid)
{
    return kill(pid, 0) == 0;
}
