/* system_errno.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_ERRNO_H
#define NEAP_STUB_SYSTEM_ERRNO_H

#define ENODATA 96

#endif
