/* replay.h - what the rest of the loop knows of replays. */
#ifndef NEAP_LOOP_REPLAY_H
#define NEAP_LOOP_REPLAY_H

#include <neap/trace.h>

typedef struct replay replay;

/* Does all that was recorded until then. */
int neap_replay_run(neap_runtime *rt, neap_ns until);

/* What neap_get_stats() cannot know: the answer of the last who asked in the run. */
void neap_replay_stats(const neap_runtime *rt, neap_stats *out);

void neap_replay_free(neap_runtime *rt);

#endif
