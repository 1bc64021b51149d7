/* sys/proc.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_PROC_H
#define NEAP_STUB_SYS_PROC_H

#include <visible.h>

#include <sys/types.h>

#define SIDL 1
#define SRUN 2
#define SSLEEP 3
#define SSTOP 4
#define SZOMB 5
#define P_TRACED 0x00000800
#define P_EXEC 0x00004000

struct extern_proc {
    union {
        struct timeval start;
    } p_un;
#define p_starttime p_un.start
    int p_flag;
    char p_stat;
    pid_t p_pid;
    char p_comm[17];
};

#endif
