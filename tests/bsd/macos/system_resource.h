/* system_resource.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_RESOURCE_H
#define NEAP_STUB_SYSTEM_RESOURCE_H

typedef uint64_t rlim_t;
#define RLIMIT_AS 5
#define RLIMIT_NPROC 7
#define RLIMIT_NOFILE 8
#define RUSAGE_INFO_V2 2

typedef void *rusage_info_t;
struct rusage_info_v2 {
    uint8_t ri_uuid[16];
    uint64_t ri_user_time, ri_system_time;
    uint64_t ri_pkg_idle_wkups, ri_interrupt_wkups, ri_pageins;
    uint64_t ri_wired_size, ri_resident_size, ri_phys_footprint;
    uint64_t ri_proc_start_abstime, ri_proc_exit_abstime;
    uint64_t ri_child_user_time, ri_child_system_time;
    uint64_t ri_child_pkg_idle_wkups, ri_child_interrupt_wkups, ri_child_pageins;
    uint64_t ri_child_elapsed_abstime;
    uint64_t ri_diskio_bytesread, ri_diskio_byteswritten;
};

#endif
