/* visible.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_VISIBLE_H
#define NEAP_STUB_VISIBLE_H

/* Under _POSIX_C_SOURCE alone its headers hide what is not of POSIX. */
#if defined _POSIX_C_SOURCE && !defined _DARWIN_C_SOURCE
#error "a file that uses what is beyond POSIX needs _DARWIN_C_SOURCE"
#endif

#endif
