/* fcntl.h - Windows' own, and how POSIX opens a file.
 *
 * What neap opens, it opens with O_CLOEXEC. That is never a text: bytes stay as they
 * are.
 */
#pragma GCC system_header
#include_next <fcntl.h>

#define O_CLOEXEC (O_NOINHERIT | O_BINARY)
#define O_NONBLOCK 0
#define O_NOCTTY 0
