/* tree_linux.c - has a process children now? */
#include "os.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

bool neap_os_has_children(pid_t pid)
{
    char path[64], byte;
    ssize_t n = 0;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) /* it is gone; or the kernel has no such file: then it may have some */
        return kill(pid, 0) == 0;
    n = read(fd, &byte, 1);
    close(fd);
    return n > 0;
}
