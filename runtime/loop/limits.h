/* limits.h - the limits of a task between neap_spawn() and its start.
 */
#ifndef NEAP_LOOP_LIMITS_H
#define NEAP_LOOP_LIMITS_H

#include "runtime.h"
#include <neap/limits.h>

enum { LONGEST_WHY = 512 };

/* What a task's child is given, and what its cgroup. */
struct task_limits {
    neap_os_limits child;
    unsigned in_cgroup; /* NEAP_LIMIT_* */
    uint64_t memory, processes;
    unsigned cpu_max, cpu_weight, io_weight;
};

/* limits_check.c. Ranges of all that is given. */
int neap_limits_ranges(const neap_limits *l);
/* What the child is given for all that is given: ranges, CPUs and the user checked. */
int neap_limits_translate(const neap_limits *l, neap_os_limits *out);
/* Would the kernel let a child of this process have it? */
int neap_limits_here(const neap_os_limits *l);

/* limits.c. The run's defaults, of neap_options. */
int neap_limits_open(neap_runtime *rt);
void neap_limits_close(neap_runtime *rt);

/* The job's limits and the run's, checked, for its process. */
int neap_limits_take(neap_runtime *rt, const neap_limits *l, process *p);

/* What the guard is told of them; NULL: nothing. */
const neap_os_limits *neap_limits_of(const neap_runtime *rt, const process *p);

/* The task has its cgroup, and no process yet: sets what the controllers hold. */
int neap_limits_into_cgroup(const process *p);
bool neap_limits_in_cgroup(const process *p); /* is there anything to set? */

/* Tells why the child gave up, where that was for a limit. */
void neap_limits_tell_failed(neap_runtime *rt, const process *p,
                             const neap_guard_event *e);

#endif
