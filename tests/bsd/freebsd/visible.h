/* visible.h - declared as FreeBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_VISIBLE_H
#define NEAP_STUB_VISIBLE_H

/* Under _POSIX_C_SOURCE alone its headers hide what is not of POSIX. */
#if defined _POSIX_C_SOURCE && !defined __BSD_VISIBLE
#error "a file that uses what is beyond POSIX needs __BSD_VISIBLE"
#endif

#endif
