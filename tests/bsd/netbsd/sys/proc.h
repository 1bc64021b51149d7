/* sys/proc.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_PROC_H
#define NEAP_STUB_SYS_PROC_H

#include <visible.h>

#define SIDL 1
#define SACTIVE 2
#define SDYING 3
#define SSTOP 4
#define SZOMB 5
#include <sys/lwp.h>

#endif
