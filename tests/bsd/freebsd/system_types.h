/* system_types.h - declared as FreeBSD has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_TYPES_H
#define NEAP_STUB_SYSTEM_TYPES_H

typedef int64_t id_t;
typedef uint16_t mode_t;
typedef uint64_t nlink_t;
typedef uint64_t dev_t;
typedef uint64_t ino_t;
typedef long suseconds_t;
typedef int32_t clockid_t;
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 4
#define CLOCK_UPTIME 5
#define CLOCK_THREAD_CPUTIME_ID 14
#define CLOCK_PROCESS_CPUTIME_ID 15

int clock_getcpuclockid(int, clockid_t *);

#endif
