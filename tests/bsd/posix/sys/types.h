/* sys/types.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_TYPES_H
#define NEAP_STUB_SYS_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <system_types.h>

typedef int pid_t;
typedef uint32_t uid_t, gid_t;
typedef int64_t off_t;
typedef long ssize_t;
typedef uint32_t socklen_t;
typedef unsigned int nfds_t;
typedef int64_t time_t;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef uint8_t u_int8_t;
typedef uint16_t u_int16_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;

struct timespec {
    time_t tv_sec;
    long tv_nsec;
};
struct timeval {
    time_t tv_sec;
    suseconds_t tv_usec;
};
struct iovec {
    void *iov_base;
    size_t iov_len;
};

#endif
