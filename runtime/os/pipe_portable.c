/* pipe_portable.c - a pipe that is close-on-exec when it is there: a child that another
 * thread forks in between has it, too. */
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int neap_os_pipe(int fds[2])
{
    if (pipe(fds) != 0)
        return -errno;
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    fcntl(fds[1], F_SETFD, FD_CLOEXEC);
    return 0;
}
