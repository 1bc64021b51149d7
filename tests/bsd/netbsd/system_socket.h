/* system_socket.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_SOCKET_H
#define NEAP_STUB_SYSTEM_SOCKET_H

typedef int system_iovlen;
#define SOCK_CLOEXEC 0x10000000
#define SOCK_NONBLOCK 0x20000000
#define MSG_NOSIGNAL 0x400
#define MSG_CMSG_CLOEXEC 0x800

#endif
