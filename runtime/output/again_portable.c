/* again_portable.c - a file that is open, opened once more: a terminal has a name, and
 * a pipe has none. */
#include "output.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

int again_open(int number)
{
    char path[PATH_MAX];

    if (ttyname_r(number, path, sizeof path) != 0)
        return -1;
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}
