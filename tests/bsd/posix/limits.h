/* limits.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_LIMITS_H
#define NEAP_STUB_LIMITS_H

#include_next <limits.h>

#define PATH_MAX 1024
#define NAME_MAX 255
#define IOV_MAX 1024
#define SSIZE_MAX LONG_MAX
#define PIPE_BUF 512

#endif
