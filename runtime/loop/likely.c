/* likely.c - what a record may say. */
#include "likely.h"
#include "core/text.h"

/* A policy may count a hundredfold: 100 * (both) < INT64_MAX. */
#define SPAN_MAX (INT64_C(1) << 54)
#define USED_MAX (INT64_C(1) << 56)

int neap_likely_head(likely *l, const neap_event *e)
{
    *l = (likely){.start = e->now};
    if (e->now >= 0 && e->now < NEAP_FOREVER / 4 && e->n[0] >= NEAP_QUANTUM_MIN &&
        e->n[0] <= NEAP_QUANTUM_MAX && e->n[1] >= 1 && e->n[1] <= NEAP_CPUS_MAX &&
        e->n[2] >= 0 && (e->n[3] == 0 || e->n[3] >= NEAP_MAX_HOLD_MIN))
        return 0;
    return neap_error(NEAP_EINVAL, "the record is damaged: the run that it tells of "
                                   "cannot have been started");
}

int neap_likely_event(likely *l, const neap_event *e)
{
    if (e->now < l->start || e->now - l->start > SPAN_MAX)
        return neap_error(NEAP_EINVAL, "its time is out of range");
    if (e->kind != NEAP_EV_MEASURED)
        return 0;
    if (e->n[0] < 0 || e->n[0] > USED_MAX - l->used)
        return neap_error(NEAP_EINVAL, "nobody uses so much");
    l->used += e->n[0];
    return 0;
}
