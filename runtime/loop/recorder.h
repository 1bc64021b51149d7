/* recorder.h - a run is written to a file while it happens: what goes into the core and
 * what the policy answers.
 */
#ifndef NEAP_LOOP_RECORDER_H
#define NEAP_LOOP_RECORDER_H

#include <neap/neap.h>

typedef struct recorder recorder;

/* Begins to record `rt`, which was just made, into the file `path`. */
int neap_recorder_open(neap_runtime *rt, const char *path);

/* Writes what is not written yet, and closes the file. NULL is fine. */
void neap_recorder_close(neap_runtime *rt);
void neap_recorder_abandon(neap_runtime *rt); /* what is not written yet never is */

/* What the core does not see, if `rt` is recorded: signals were sent; somebody asked
 * for the stats. */
void neap_recorder_held(neap_runtime *rt, const neap_task *t);
void neap_recorder_released(neap_runtime *rt, const neap_task *t);
void neap_recorder_stats(const neap_runtime *rt, const neap_stats *stats);

/* A turn is over: what has waited for a second is written. */
void neap_recorder_turn(neap_runtime *rt, neap_ns now);
neap_ns neap_recorder_due(const neap_runtime *rt); /* when that is, or NEAP_FOREVER */

#endif
