/* sys/uio.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_UIO_H
#define NEAP_STUB_SYS_UIO_H

#include <sys/types.h>

ssize_t readv(int, const struct iovec *, int);
ssize_t writev(int, const struct iovec *, int);

#endif
