/* system_types.h - declared as NetBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_TYPES_H
#define NEAP_STUB_SYSTEM_TYPES_H

typedef uint32_t id_t;
typedef uint32_t mode_t;
typedef uint32_t nlink_t;
typedef uint64_t dev_t;
typedef uint64_t ino_t;
typedef int32_t suseconds_t;
typedef int32_t clockid_t;
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 3
#define CLOCK_THREAD_CPUTIME_ID 0x20000000
#define CLOCK_PROCESS_CPUTIME_ID 0x40000000

int clock_getcpuclockid(int, clockid_t *);

#endif
