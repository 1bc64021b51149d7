/* sys/proc.h - declared as OpenBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_PROC_H
#define NEAP_STUB_SYS_PROC_H

#include <visible.h>

#define SIDL 1
#define SRUN 2
#define SSLEEP 3
#define SSTOP 4
#define SZOMB 5
#define SDEAD 6
#define SONPROC 7
#define PS_EXEC 0x00000002
#define PS_TRACED 0x00000200

#endif
