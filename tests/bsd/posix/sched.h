/* sched.h - declared as each of the systems has it, for tests/bsd_test.lua. */
#ifndef NEAP_STUB_SCHED_H
#define NEAP_STUB_SCHED_H

#include <sys/types.h>

#define SCHED_FIFO 1
#define SCHED_OTHER 2
#define SCHED_RR 3

struct sched_param {
    int sched_priority;
};

int sched_yield(void);
int sched_get_priority_min(int);
int sched_get_priority_max(int);

#endif
