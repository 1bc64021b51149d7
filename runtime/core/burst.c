/* burst.c - how much more CPU time a virtual task needs until something happens to it.
 *
 * Kept as the account (cpu_ns) at which the burst is over, so that losing and getting a
 * cpu changes nothing about it. Only those on cpus can come to its end, so only they
 * are looked at.
 */
#include "internal.h"

void neap_core_set_burst(neap_core *c, neap_ns now, neap_task *t, neap_ns cpu)
{
    at(c, now);
    if (t->cpu != NEAP_NO_CPU)
        neap_turn_charge(c, t);
    *burst_of(c, t) = cpu == NEAP_FOREVER ? 0 : later(t->cpu_ns, cpu);
}

/* When the burst on `p` is over if its task keeps the cpu. */
static neap_ns over_on(const neap_core *c, const struct cpu *p)
{
    const neap_task *t = p->task;
    neap_ns over = t ? *burst_of(c, t) : 0;

    if (over == 0 || t->state != NEAP_STATE_RUNNING)
        return NEAP_FOREVER;
    return later(p->charged_at, over - t->cpu_ns);
}

neap_ns neap_core_burst_due(const neap_core *c)
{
    neap_ns due = NEAP_FOREVER;

    for (int i = 0; i < c->cpus && !c->paused; i++) {
        neap_ns here = over_on(c, &c->cpu[i]);

        if (here < due)
            due = here;
    }
    return due;
}

neap_task *neap_core_burst_over(neap_core *c, neap_ns now, int *from)
{
    at(c, now);
    for (; *from < c->cpus && !c->paused; ++*from) {
        neap_task *t = c->cpu[*from].task;

        if (over_on(c, &c->cpu[*from]) > now)
            continue;
        neap_turn_charge(c, t);
        *burst_of(c, t) = 0;
        return t;
    }
    return NULL;
}
