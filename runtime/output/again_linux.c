/* again_linux.c - a file that is open, opened once more: by its name in /proc. */
#include "output.h"

#include <fcntl.h>
#include <stdio.h>

int again_open(int number)
{
    char path[32];

    snprintf(path, sizeof path, "/proc/self/fd/%d", number);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}
