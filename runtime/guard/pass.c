/* pass.c - descriptors that come with a request, for its child. */
#include "guard.h"
#include "line.h"

#include <string.h>
#include <unistd.h>

static void take_fds(struct input *in, const struct cmsghdr *control)
{
    size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    int fd;

    for (size_t i = 0; i < count; i++) {
        memcpy(&fd, CMSG_DATA(control) + i * sizeof fd, sizeof fd);
        if (in->n_fds < NEAP_WIRE_FDS)
            in->fds[in->n_fds++] = fd;
        else
            close(fd);
    }
}

ssize_t pass_receive(int socket, struct input *in, void *out, size_t room)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(NEAP_WIRE_FDS * sizeof(int))];
    } control;
    struct iovec part = {out, room};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t n = neap_line_receive(socket, &message);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    for (; c; c = CMSG_NXTHDR(&message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            take_fds(in, c);
    return n;
}

void pass_drop(struct input *in)
{
    while (in->n_fds > 0)
        close(in->fds[--in->n_fds]);
}
