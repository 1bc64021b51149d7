/* sys/proc.h - declared as FreeBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_PROC_H
#define NEAP_STUB_SYS_PROC_H

#include <visible.h>

#define SIDL 1
#define SRUN 2
#define SSLEEP 3
#define SSTOP 4
#define SZOMB 5
#define SWAIT 6
#define SLOCK 7
#define P_TRACED 0x00800
#define P_EXEC 0x04000
#define TDF_SINTR 0x00000008

#endif
