/* trace.h - recorded runs, done again.
 *
 * neap_options.record writes a run to a file: all that went into the scheduler, when,
 * and what the policy answered. A replay is a runtime that is driven by such a file
 * instead of a clock and processes. Its tasks, accounts and counts are those of the run
 * at each instant, to the nanosecond, and the callbacks are called as they were then:
 * neap_run(), neap_run_for(), neap_find() and all that looks work as ever. Nothing can
 * be changed: functions that would answer -NEAP_EUNSUPPORTED.
 *
 * The policy is asked again, and its answers are compared with those recorded; or the
 * recorded answers are taken, and no policy is needed.
 */
#ifndef NEAP_TRACE_RUN_H
#define NEAP_TRACE_RUN_H

#include <neap/neap.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    NEAP_REPLAY_ASK, /* the policies, where they can be had */
    NEAP_REPLAY_TAKE /* the recorded answers */
} neap_replay_mode;

/* A policy, as it was recorded. */
typedef struct neap_recorded_policy {
    const char *name;
    const char *source; /* its text, or NULL */
    size_t source_size;
    neap_params params;
} neap_recorded_policy;

/* An event of the run, as it was recorded: docs/TRACE.md lists the kinds, and the
 * numbers of each. */
typedef struct neap_recorded_event {
    const char *kind; /* "measured" */
    neap_ns now;      /* its own time, or that of the event before */
    neap_id task;     /* 0: it is about none */
    const int64_t *number;
    size_t numbers;
    const char *text; /* NULL: it has none */
    size_t text_size;
} neap_recorded_event;

/* Zero means the default, everywhere. */
typedef struct neap_replay {
    size_t size; /* sizeof(neap_replay) */
    neap_replay_mode mode;
    /* The n-th policy of the run (from 0, at most 63) is not asked: bit n. */
    uint64_t not_asked;
    /* Makes a policy that is none of the built-in ones, valid until its exit(). Returns
     * 0, or a negative errno: its recorded answers are taken. NULL: likewise. */
    int (*find)(void *user, neap_runtime *rt, const neap_recorded_policy *policy,
                const neap_policy **out);
    /* A task was made: its `user` may be set. NULL: it has none. */
    void (*on_add)(void *user, neap_runtime *rt, neap_task *task);
    /* An event is about to be done again, or was answered. It may be called while a
     * policy's hook runs. */
    void (*on_event)(void *user, neap_runtime *rt, const neap_recorded_event *event);
} neap_replay;

/* Opens the recorded run in `path` and stands before its first event. Of `callbacks`,
 * `user` and those on_... are used. Errors: the system's; -NEAP_EINVAL: it is no such
 * file, or from a later version. */
NEAP_API int neap_replay_new(neap_runtime **out, const char *path,
                             const neap_options *callbacks, const neap_replay *replay);

/* Where a replay is. Strings are valid until the next call. */
typedef struct neap_replay_state {
    uint64_t records, bytes; /* read so far */
    uint64_t answers;        /* of policies, compared or taken */
    uint64_t taken;          /* those of them that were not compared */
    neap_ns start;           /* the runtime's clock when the run began */
    neap_ns time_of_day;     /* ns since 1970 then; 0: unknown */
    bool over;               /* there is no more */
    bool cut;                /* the file ends inside a record, or without a
                                checksum: the run was killed */
    unsigned policies;       /* that have been in charge, but for ejections */
    uint64_t not_asked;      /* those whose answers were taken, bit by bit */
    uint64_t unknown;        /* those of them that nobody has: no text was recorded */
    /* The first answer that is not the recorded one, where and which; NULL: all are the
     * same. */
    const char *difference;
    /* It differs because the machine stopped the policy then (it had used up its time,
     * or its memory), and not now. */
    bool stopped_then;
} neap_replay_state;

/* -NEAP_EUNSUPPORTED: `rt` is no replay. */
NEAP_API int neap_replay_get(neap_runtime *rt, neap_replay_state *out);

#ifdef __cplusplus
}
#endif

#endif
