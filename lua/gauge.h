/* gauge.h - the meter of a recorded run. */
#ifndef NEAP_LUA_GAUGE_H
#define NEAP_LUA_GAUGE_H

#include "neap_lua.h"
#include <neap/meter.h>
#include <neap/trace.h>

/* Of the replay `rt`, which stands before its first event. Keeps at most `timeline`
 * segments. 0 or an error. */
int neap_gauge_open(struct neap_gauge **out, neap_runtime *rt, size_t timeline);
void neap_gauge_close(struct neap_gauge *g); /* NULL is fine */

/* What happens in the replay. */
void neap_gauge_add(struct neap_gauge *g, neap_ns now, const neap_task *t);
void neap_gauge_switch(struct neap_gauge *g, neap_ns now, int cpu,
                       const neap_task *from, const neap_task *to);
void neap_gauge_event(struct neap_gauge *g, neap_runtime *rt,
                      const neap_recorded_event *e);

#endif
