/* sys/socket.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_SOCKET_H
#define NEAP_STUB_SYS_SOCKET_H

#include <sys/types.h>
#include <system_socket.h>

#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_SEQPACKET 5
#define SOL_SOCKET 0xffff
#define SO_SNDBUF 0x1001
#define SO_RCVBUF 0x1002
#define SO_TYPE 0x1008
#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2
#define MSG_PEEK 0x2
#define MSG_TRUNC 0x10
#define MSG_CTRUNC 0x20
#define MSG_DONTWAIT 0x80
#define SCM_RIGHTS 0x01

struct sockaddr {
    unsigned char sa_len, sa_family;
    char sa_data[14];
};
struct msghdr {
    void *msg_name;
    socklen_t msg_namelen;
    struct iovec *msg_iov;
    system_iovlen msg_iovlen;
    void *msg_control;
    socklen_t msg_controllen;
    int msg_flags;
};
struct cmsghdr {
    socklen_t cmsg_len;
    int cmsg_level, cmsg_type;
};
#define CMSG_ALIGN(n) (((uint32_t)(n) + 7) & ~(uint32_t)7)
#define CMSG_DATA(c) ((unsigned char *)(c) + CMSG_ALIGN(sizeof(struct cmsghdr)))
#define CMSG_LEN(n) (CMSG_ALIGN(sizeof(struct cmsghdr)) + (uint32_t)(n))
#define CMSG_SPACE(n) (CMSG_ALIGN(sizeof(struct cmsghdr)) + CMSG_ALIGN(n))
#define CMSG_FIRSTHDR(m)                                                               \
    ((m)->msg_controllen >= sizeof(struct cmsghdr)                                     \
         ? (struct cmsghdr *)(m)->msg_control                                          \
         : (struct cmsghdr *)0)
struct cmsghdr *stub_next(const struct msghdr *, const struct cmsghdr *);
#define CMSG_NXTHDR(m, c) stub_next(m, c)

int socketpair(int, int, int, int[2]);
ssize_t recv(int, void *, size_t, int);
ssize_t send(int, const void *, size_t, int);
ssize_t recvmsg(int, struct msghdr *, int);
ssize_t sendmsg(int, const struct msghdr *, int);
int getsockopt(int, int, int, void *, socklen_t *);
int setsockopt(int, int, int, const void *, socklen_t);
int shutdown(int, int);

#endif
