/* sys/sysctl.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_SYSCTL_H
#define NEAP_STUB_SYS_SYSCTL_H

#include <visible.h>

#include <sys/proc.h>
#include <sys/types.h>

#define CTL_KERN 1
#define KERN_PROC 14
#define KERN_PROC_ALL 0
#define KERN_PROC_PID 1
#define KERN_BOOTTIME 21
#define KERN_ARGMAX 8
#define KERN_PROCARGS2 49

struct eproc {
    struct proc *e_paddr;
    struct session *e_sess;
    pid_t e_ppid, e_pgid;
    short e_jobc;
    dev_t e_tdev;
    pid_t e_tpgid;
    int32_t e_flag;
};
struct kinfo_proc {
    struct extern_proc kp_proc;
    struct eproc kp_eproc;
};

int sysctl(int *, unsigned int, void *, size_t *, void *, size_t);
int sysctlbyname(const char *, void *, size_t *, void *, size_t);

#endif
