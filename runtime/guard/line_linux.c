/* line_linux.c - sockets that are close-on-exec from the beginning. */
#include "line.h"

#include <errno.h>

int neap_line_pair(int type, int fds[2])
{
    return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0 ? 0 : -errno;
}

ssize_t neap_line_receive(int socket, struct msghdr *message)
{
    return recvmsg(socket, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
}
