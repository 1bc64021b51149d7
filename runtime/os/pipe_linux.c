/* pipe_linux.c - a pipe that no other thread's exec can inherit. */
#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int neap_os_pipe(int fds[2])
{
    return pipe2(fds, O_CLOEXEC) == 0 ? 0 : -errno;
}
