/* rescue.h - what a runtime left behind that died together with its guard.
 *
 * Their record (record.h) names every group that may be held. A process is taken for
 * theirs when it is one that the record names, by start time; when it is in a group and
 * a session of the record; or when its NEAP_TASK names their guard; and in any case
 * only if it is younger than they were. What they had attached, and not started, is
 * left if it is stopped, and continued, never ended.
 */
#ifndef NEAP_RESCUE_H
#define NEAP_RESCUE_H

#include "os.h"

typedef enum {
    NEAP_OS_RESCUE_LIST,
    NEAP_OS_RESCUE_CONTINUE,
    NEAP_OS_RESCUE_END,
    NEAP_OS_RESCUE_BY_RECORD /* whichever was to become of them */
} neap_os_rescue_mode;

typedef struct neap_os_left {
    uint64_t task; /* 0: unknown */
    pid_t pid, runtime;
    uint64_t start; /* of it, in clock ticks since boot */
    bool stopped;
    char command[128];
} neap_os_left;

typedef void neap_os_rescue_fn(void *user, const neap_os_left *left);

/* Goes over the records of this user whose runtime and guard are dead. Calls `fn` (may
 * be NULL) for each process that was left, as it was before anything was done to it;
 * then, but for LIST, does it: END is TERM and CONT, `grace`, KILL, and waits for it;
 * and takes the record away with what it names of cgroups. How many there were, or a
 * negative errno. */
int neap_os_rescue(neap_os_rescue_mode mode, neap_ns grace, neap_os_rescue_fn *fn,
                   void *user);

#endif
