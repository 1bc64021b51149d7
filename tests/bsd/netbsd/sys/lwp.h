/* sys/lwp.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_LWP_H
#define NEAP_STUB_SYS_LWP_H

#include <visible.h>

#define LSIDL 1
#define LSRUN 2
#define LSSLEEP 3
#define LSSTOP 4
#define LSZOMB 5
#define LSONPROC 7

#endif
