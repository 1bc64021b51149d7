/* unistd.h - Windows' own, whose read() and write() count in unsigned: so do ours. */
#pragma GCC system_header
#include_next <unistd.h>

#define read(fd, bytes, size) (read)(fd, bytes, (unsigned)(size))
#define write(fd, bytes, size) (write)(fd, bytes, (unsigned)(size))
