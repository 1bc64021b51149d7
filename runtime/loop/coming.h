/* coming.h - what was recorded of the policy that comes next: its text, its parameters.
 */
#ifndef NEAP_LOOP_COMING_H
#define NEAP_LOOP_COMING_H

#include "core/event.h"

/* Zeroed: nothing. */
typedef struct coming {
    char *source;
    size_t source_size;
    neap_param *list; /* names; the values stand behind them */
    size_t count;
} coming;

/* Takes what a SOURCE, or a PARAM, says. 0 or an error. */
int neap_coming_source(coming *c, const neap_event *e);
int neap_coming_param(coming *c, const neap_event *e);
void neap_coming_forget(coming *c);

#endif
