/* sys/sysctl.h - declared as OpenBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_SYSCTL_H
#define NEAP_STUB_SYS_SYSCTL_H

#include <visible.h>

#include <sys/types.h>

#define CTL_KERN 1
#define KERN_PROC 66
#define KERN_PROC_ALL 0
#define KERN_PROC_PID 1
#define KERN_BOOTTIME 21
#define KERN_PROC_ARGS 55
#define KERN_PROC_ENV 3

struct kinfo_proc {
    int32_t p_pid, p_ppid, p_sid, p__pgid;
    int32_t p_flag;
    u_int32_t p_rtime_sec, p_rtime_usec;
    int8_t p_stat;
    char p_comm[24];
    u_int32_t p_uctime_sec, p_uctime_usec;
    u_int64_t p_ustart_sec;
    u_int32_t p_ustart_usec;
    u_int32_t p_psflags;
    int32_t p_tid;
};

int sysctl(const int *, unsigned int, void *, size_t *, void *, size_t);

#endif
