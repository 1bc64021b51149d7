/* bursts.c - virtual tasks that need so much CPU time, and then something else.
 *
 * The end of a burst is told before the decision of its instant: a task whose burst
 * ends with its slice is not queued again first.
 */
#include "runtime.h"

int neap_set_burst(neap_runtime *rt, neap_id id, neap_ns cpu)
{
    neap_task *t;
    int r = neap_loop_task(rt, id, &t);

    if (r < 0)
        return r;
    if (t->about->process || rt->live)
        return neap_error(NEAP_EUNSUPPORTED, "bursts are there in virtual time only");
    if (cpu < 1)
        return neap_error(NEAP_ERANGE, "a burst of %lld ns is less than 1 ns",
                          (long long)cpu);
    if (!rt->opt.on_burst)
        return neap_error(NEAP_ESTATE, "a burst without on_burst would do nothing");
    neap_core_set_burst(rt->core, neap_loop_now(rt), t, cpu);
    return 0;
}

neap_ns neap_bursts_due(const neap_runtime *rt)
{
    return rt->opt.on_burst ? neap_core_burst_due(rt->core) : NEAP_FOREVER;
}

void neap_bursts_end(neap_runtime *rt, neap_ns now)
{
    int from = 0;
    neap_task *t;

    neap_core_settle(rt->core, now);
    while ((t = neap_core_burst_over(rt->core, now, &from)))
        rt->opt.on_burst(rt->opt.user, rt, t);
}
