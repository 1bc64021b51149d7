/* likely.h - what a record may say: a damaged one could ask for anything. */
#ifndef NEAP_LOOP_LIKELY_H
#define NEAP_LOOP_LIKELY_H

#include "core/event.h"

/* What has gone by of a run. */
typedef struct likely {
    neap_ns start;
    neap_ns used; /* CPU time, of all tasks */
} likely;

/* The first event, of kind HEAD; begins `l`. 0, or an error. */
int neap_likely_head(likely *l, const neap_event *e);

/* Any other. A policy's sums of weighted times hold as long as a run lasts no more than
 * 208 days, and its processes use no more than 834 days of CPU time. 0, or an error. */
int neap_likely_event(likely *l, const neap_event *e);

#endif
