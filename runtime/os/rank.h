/* rank.h - how this thread stands with the kernel's scheduler, and raising it.
 *
 * Under load a wake-up is as late as the kernel finds others more deserving. A short
 * slice hint (EEVDF, Linux 6.12, no privilege), a lower nice and SCHED_FIFO each help;
 * what is granted stays until neap_os_rank_put() gives back what was before. Children
 * inherit a rank (but for FIFO): put it back before one is made.
 */
#ifndef NEAP_OS_RANK_H
#define NEAP_OS_RANK_H

#include "os.h"

typedef struct neap_os_rank {
    uint32_t policy, priority;
    int32_t nice;
    uint64_t flags;
    uint64_t slice; /* ns; 0: the kernel's own */
} neap_os_rank;

int neap_os_rank_get(neap_os_rank *out);

/* A thread without privilege keeps the flag by which its children begin as SCHED_OTHER,
 * once it was FIFO; everything else is as it was. */
int neap_os_rank_put(const neap_os_rank *rank);

/* -ENOTSUP where the kernel knows no such hint, or it has another class. */
int neap_os_rank_slice(neap_ns slice);

/* To `nice`, or as near to it as RLIMIT_NICE lets us. -EPERM: not a bit. */
int neap_os_rank_nice(int nice);

/* SCHED_FIFO at the lowest priority, children reset. -EPERM. */
int neap_os_rank_realtime(void);

#endif
