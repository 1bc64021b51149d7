/* rank_linux.c - how this thread stands with the kernel's scheduler: sched_setattr. */
#include "rank.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RESET_ON_FORK = 1 }; /* SCHED_FLAG_RESET_ON_FORK */

/* The kernel's struct sched_attr as of its first version, which newer ones accept. C
 * libraries that declare it too would be in the way of its header. */
struct attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

_Static_assert(sizeof(struct attr) == 48, "the kernel's layout");

static int get(struct attr *a)
{
    *a = (struct attr){.size = sizeof *a};
    return syscall(SYS_sched_getattr, 0, a, sizeof *a, 0) == 0 ? 0 : -errno;
}

static int set(const struct attr *a)
{
    return syscall(SYS_sched_setattr, 0, a, 0) == 0 ? 0 : -errno;
}

static bool has_slice(uint32_t policy)
{
    return policy == SCHED_OTHER || policy == SCHED_BATCH;
}

/* A slice of the kernel's own reads like one that was asked for: asking for none tells
 * them apart. */
static uint64_t slice_of(const struct attr *now)
{
    struct attr own = *now;

    own.runtime = 0;
    if (!has_slice(now->policy) || set(&own) < 0 || get(&own) < 0)
        return 0;
    if (own.runtime == now->runtime)
        return 0;
    set(now);
    return now->runtime;
}

int neap_os_rank_get(neap_os_rank *out)
{
    struct attr a;
    int r = get(&a);

    if (r < 0)
        return r;
    *out = (neap_os_rank){.policy = a.policy,
                          .priority = a.priority,
                          .nice = a.nice,
                          .flags = a.flags & RESET_ON_FORK,
                          .slice = slice_of(&a)};
    return 0;
}

int neap_os_rank_put(const neap_os_rank *rank)
{
    struct attr a = {.size = sizeof a,
                     .policy = rank->policy,
                     .flags = rank->flags,
                     .nice = rank->nice,
                     .priority = rank->priority,
                     .runtime = rank->slice};
    int r = set(&a);

    if (r != -EPERM || a.flags)
        return r;
    a.flags = RESET_ON_FORK;
    return set(&a);
}

int neap_os_rank_slice(neap_ns slice)
{
    struct attr a;
    int r = get(&a);

    if (r < 0)
        return r;
    if (!has_slice(a.policy))
        return -ENOTSUP;
    a.runtime = (uint64_t)slice;
    r = set(&a);
    if (r < 0 || (r = get(&a)) < 0)
        return r;
    return a.runtime == (uint64_t)slice ? 0 : -ENOTSUP;
}

/* What the limit allows: nice runs from 20 - RLIMIT_NICE up. */
static int least_nice(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NICE, &limit) != 0 || limit.rlim_cur > 40)
        return -20;
    return 20 - (int)limit.rlim_cur;
}

static int set_nice(struct attr *a, int nice)
{
    a->nice = nice;
    return set(a);
}

/* getattr gives a slice of the kernel's own as if it were asked for; asking for it back
 * would fix it. */
int neap_os_rank_nice(int nice)
{
    struct attr a;
    int r = get(&a), now = a.nice;

    if (r < 0)
        return r;
    if (a.policy == SCHED_FIFO || a.policy == SCHED_RR || nice >= now)
        return 0;
    a.runtime = slice_of(&a);
    r = set_nice(&a, nice);
    if (r != -EPERM && r != -EACCES)
        return r;
    return least_nice() < now ? set_nice(&a, least_nice()) : -EPERM;
}

int neap_os_rank_realtime(void)
{
    const struct attr a = {.size = sizeof a,
                           .policy = SCHED_FIFO,
                           .flags = RESET_ON_FORK,
                           .priority = (uint32_t)sched_get_priority_min(SCHED_FIFO)};

    return set(&a);
}
