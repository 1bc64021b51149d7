/* record_bsd.c - a file without a name, and blocks for it.
 *
 * One boot, and one set of pids, is not told from another: so what is found in a record
 * is never ended (rescue_portable.c). */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int neap_record_hide(void)
{
    char path[] = "/tmp/neap-record-XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0)
        return -errno;
    unlink(path);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

/* There is no posix_fallocate() on all of them: zeros are written behind its end. */
int neap_record_take_blocks(int fd, size_t size)
{
    static const char zeros[4096];
    off_t at = lseek(fd, 0, SEEK_END);

    while (at >= 0 && (uint64_t)at < size) {
        size_t left = size - (size_t)at;
        ssize_t n = pwrite(fd, zeros, left < sizeof zeros ? left : sizeof zeros, at);

        if (n < 0)
            return -errno;
        at += n;
    }
    return at < 0 ? -errno : 0;
}

void neap_record_read_boot(char *out, size_t room)
{
    out[0] = '\0';
}

uint64_t neap_record_world(void)
{
    return 0;
}
