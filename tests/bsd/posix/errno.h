/* errno.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_ERRNO_H
#define NEAP_STUB_ERRNO_H

int *stub_errno(void);
#define errno (*stub_errno())

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define E2BIG 7
#define ENOEXEC 8
#define EBADF 9
#define ECHILD 10
#define ENOMEM 12
#define EACCES 13
#define EBUSY 16
#define EEXIST 17
#define EISDIR 21
#define EINVAL 22
#define ENFILE 23
#define EMFILE 24
#define EFBIG 27
#define ENOSPC 28
#define EROFS 30
#define EPIPE 32
#define EDOM 33
#define ERANGE 34
#define EAGAIN 35
#define EWOULDBLOCK EAGAIN
#define ENOTSUP 45
#define ENOBUFS 55
#define ECONNRESET 54
#define ELOOP 62
#define ENAMETOOLONG 63
#define ENOSYS 78
#define EDEADLK 11
#define ENOTDIR 20
#define ENOTTY 25
#define EINPROGRESS 36
#define ENOTCONN 57
#define ETOOMANYREFS 59
#define ENOTEMPTY 66
#define EOVERFLOW 84
#define EPROTO 100
#include <system_errno.h>
#define ETIMEDOUT 60
#define ECANCELED 89
#define EALREADY 37

#endif
