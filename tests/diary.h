/* diary.h - a policy for tests: first come, first served, with a diary of its hooks and
 * with orders what to do wrong.
 */
#ifndef NEAP_TESTS_DIARY_H
#define NEAP_TESTS_DIARY_H

#include "sim.h"

typedef struct diary_plan {
    char page[8192];   /* "init_task 1, enqueue 1 new, " */
    const char *fails; /* the hook that is to fail, or NULL */
    neap_runtime *rt;
    neap_ctx *c; /* a policy must not keep it, a test may */
    neap_id bad_pick;
    neap_ns slice;
    int refuse_task; /* the n-th init_task from now */
    bool picks_nothing, asks_api, resched;
    int api_answer;
    int joined, left; /* init_task and exit_task */
    neap_reason reason;
} diary_plan;

extern diary_plan plan; /* a test is one thread and runs one of them at a time */
extern const neap_policy diary;

/* A runtime with one cpu under `table` (the diary or a copy of it) and a fresh plan. */
sim with_diary(const neap_policy *table);
/* The same, but the runtime is there already. */
void diary_fresh(neap_runtime *rt);

/* What was written since the last call. Valid until the next. */
const char *since_last(void);

#endif
