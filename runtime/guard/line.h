/* line.h - sockets between our own processes, which no exec of another thread inherits.
 *
 * Shared, like wire.h, by the guard, the collector and ../os. */
#ifndef NEAP_GUARD_LINE_H
#define NEAP_GUARD_LINE_H

#include <sys/socket.h>
#include <sys/types.h>

/* macOS has none: there each line says so itself (line_macos.c). */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* Like socketpair() of AF_UNIX; both ends are close-on-exec. `type`: SOCK_STREAM,
 * SOCK_SEQPACKET. 0 or a negative errno. */
int neap_line_pair(int type, int fds[2]);

/* Like recvmsg(), and does not wait. Descriptors that come are close-on-exec. */
ssize_t neap_line_receive(int socket, struct msghdr *message);

#endif
