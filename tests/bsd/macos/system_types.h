/* system_types.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYSTEM_TYPES_H
#define NEAP_STUB_SYSTEM_TYPES_H

typedef uint32_t id_t;
typedef uint16_t mode_t;
typedef uint16_t nlink_t;
typedef int32_t dev_t;
typedef uint64_t ino_t;
typedef int32_t suseconds_t;
typedef uint32_t clockid_t;
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 6
#define CLOCK_PROCESS_CPUTIME_ID 12
#define CLOCK_THREAD_CPUTIME_ID 16

#endif
