/* sys/user.h - declared as FreeBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_USER_H
#define NEAP_STUB_SYS_USER_H

#include <visible.h>

#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/types.h>

struct kinfo_proc {
    int ki_structsize;
    pid_t ki_pid, ki_ppid, ki_pgid, ki_tpgid, ki_sid, ki_tsid;
    u_int64_t ki_runtime;
    struct timeval ki_start, ki_childtime;
    long ki_flag, ki_kiflag;
    int ki_traceflag;
    char ki_stat;
    signed char ki_nice;
    char ki_comm[20];
    int ki_tracer, ki_jid, ki_numthreads;
    int32_t ki_tid;
    struct rusage ki_rusage, ki_rusage_ch;
    long ki_sflag, ki_tdflags;
};

#endif
