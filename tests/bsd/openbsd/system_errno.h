/* system_errno.h - declared as OpenBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_ERRNO_H
#define NEAP_STUB_SYSTEM_ERRNO_H

/* There is no ENODATA. */

#endif
