/* limits.h - what a task can be held to on this machine, by this user.
 *
 * The limits themselves are made in the task's child (../guard/limits_linux.c). Here is
 * asked beforehand what the kernel would refuse there, so that nobody learns it from a
 * task that failed.
 */
#ifndef NEAP_OS_LIMITS_H
#define NEAP_OS_LIMITS_H

#include "guard/limits.h"

#include <stddef.h>
#include <stdint.h>

typedef neap_wire_limits neap_os_limits;

/* May a child of this process have all that is given in `l`? 0; or a negative errno,
 * and in `why` what cannot be, why, and what to try. */
int neap_os_limits_check(const neap_os_limits *l, char *why, size_t room);

/* "nice -5", "RLIMIT_NOFILE 100000", "SCHED_FIFO 10": limit `which` of `l`. */
void neap_os_limits_describe(const neap_os_limits *l, int which, char *out,
                             size_t room);

/* The hard limit of this process for one of the first limits. */
uint64_t neap_os_limits_hard(enum neap_wire_limit which);

/* Looks up "user", "user:group" or ":group", names or numbers, into `l`. 0; or -ENOENT,
 * -E2BIG (more than NEAP_WIRE_GROUPS_MAX groups) or another error with its sentence in
 * `why`. */
int neap_os_user_find(const char *text, neap_os_limits *l, char *why, size_t room);

/* The soft limit of descriptors is raised to the hard one; `before` is what it was.
 * neap_os_files_restore() sets it back. */
int neap_os_files_raise(uint64_t *before);
void neap_os_files_restore(uint64_t before);

#endif
