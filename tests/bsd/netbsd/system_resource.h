/* system_resource.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_RESOURCE_H
#define NEAP_STUB_SYSTEM_RESOURCE_H

typedef uint64_t rlim_t;
#define RLIMIT_NPROC 7
#define RLIMIT_NOFILE 8
#define RLIMIT_AS 10

#endif
