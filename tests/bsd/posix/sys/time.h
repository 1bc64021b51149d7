/* sys/time.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SYS_TIME_H
#define NEAP_STUB_SYS_TIME_H

#include <sys/types.h>

int gettimeofday(struct timeval *, void *);

#endif
