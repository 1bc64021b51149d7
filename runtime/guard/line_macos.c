/* line_macos.c - sockets that become close-on-exec when they are there, and that send
 * no SIGPIPE. A child that another thread forks in between has them, too. */
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int neap_line_pair(int type, int fds[2])
{
    if (socketpair(AF_UNIX, type, 0, fds) != 0)
        return -errno;
    for (int i = 0; i < 2; i++) {
        fcntl(fds[i], F_SETFD, FD_CLOEXEC);
        setsockopt(fds[i], SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
    }
    return 0;
}

static void close_on_exec(const struct cmsghdr *control)
{
    size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    int fd;

    for (size_t i = 0; i < count; i++) {
        memcpy(&fd, CMSG_DATA(control) + i * sizeof fd, sizeof fd);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
}

ssize_t neap_line_receive(int socket, struct msghdr *message)
{
    ssize_t n = recvmsg(socket, message, MSG_DONTWAIT);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(message) : NULL;

    for (; c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            close_on_exec(c);
    return n;
}
