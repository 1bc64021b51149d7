/* sys/sysctl.h - declared as FreeBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_SYSCTL_H
#define NEAP_STUB_SYS_SYSCTL_H

#include <visible.h>

#include <sys/types.h>

#define CTL_KERN 1
#define KERN_PROC 14
#define KERN_PROC_ALL 0
#define KERN_PROC_PID 1
#define KERN_BOOTTIME 21
#define KERN_PROC_PROC 8
#define KERN_PROC_PATHNAME 12
#define KERN_PROC_ENV 35
#define KERN_PROC_INC_THREAD 0x10

int sysctl(const int *, unsigned int, void *, size_t *, const void *, size_t);
int sysctlbyname(const char *, void *, size_t *, const void *, size_t);

#endif
