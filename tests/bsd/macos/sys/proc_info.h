/* sys/proc_info.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_PROC_INFO_H
#define NEAP_STUB_SYS_PROC_INFO_H

#include <visible.h>

#include <sys/types.h>

#define PROC_PIDLISTFDS 1
#define PROC_PIDTBSDINFO 3
#define PROC_PIDTASKINFO 4

struct proc_taskinfo {
    uint64_t pti_virtual_size, pti_resident_size;
    uint64_t pti_total_user, pti_total_system;
    uint64_t pti_threads_user, pti_threads_system;
    int32_t pti_policy, pti_faults, pti_pageins, pti_cow_faults;
    int32_t pti_messages_sent, pti_messages_received;
    int32_t pti_syscalls_mach, pti_syscalls_unix;
    int32_t pti_csw, pti_threadnum, pti_numrunning, pti_priority;
};
struct proc_fdinfo {
    int32_t proc_fd;
    uint32_t proc_fdtype;
};

#endif
