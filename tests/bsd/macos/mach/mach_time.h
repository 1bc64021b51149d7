/* mach/mach_time.h - declared as macOS has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_MACH_MACH_TIME_H
#define NEAP_STUB_MACH_MACH_TIME_H

#include <stdint.h>

struct mach_timebase_info {
    uint32_t numer, denom;
};
typedef struct mach_timebase_info mach_timebase_info_data_t;

int mach_timebase_info(struct mach_timebase_info *);
uint64_t mach_absolute_time(void);

#endif
