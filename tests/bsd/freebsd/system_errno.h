/* system_errno.h - declared as FreeBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_ERRNO_H
#define NEAP_STUB_SYSTEM_ERRNO_H

/* There is no ENODATA. */

#endif
