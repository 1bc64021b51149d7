/* system_socket.h - declared as OpenBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_SOCKET_H
#define NEAP_STUB_SYSTEM_SOCKET_H

typedef unsigned int system_iovlen;
#define SOCK_CLOEXEC 0x8000
#define SOCK_NONBLOCK 0x4000
#define MSG_NOSIGNAL 0x400
#define MSG_CMSG_CLOEXEC 0x800

#endif
