/* record_linux.c - a file without a name, and what tells boots and pids apart. */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int neap_record_hide(void)
{
    int fd = memfd_create("neap-record", MFD_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

int neap_record_take_blocks(int fd, size_t size)
{
    return -posix_fallocate(fd, 0, (off_t)size);
}

void neap_record_read_boot(char *out, size_t room)
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, out, room - 1);

    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

uint64_t neap_record_world(void)
{
    struct stat s;

    return stat("/proc/self/ns/pid", &s) == 0 ? (uint64_t)s.st_ino : 0;
}
