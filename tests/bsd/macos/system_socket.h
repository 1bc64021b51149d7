/* system_socket.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_SOCKET_H
#define NEAP_STUB_SYSTEM_SOCKET_H

typedef int system_iovlen;
#define SO_NOSIGPIPE 0x1022

#endif
