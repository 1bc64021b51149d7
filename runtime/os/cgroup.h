/* cgroup.h - one cgroup v2 directory for each task: complete accounts, freeze, kill.
 *
 * Knows no task. A runtime has one directory of its own, "neap-PID-N", below the cgroup
 * that it runs in itself, and in that a directory "tN" for each task. Whoever forks for
 * a task puts the child there (clone3 with CLONE_INTO_CGROUP, or "0" into cgroup.procs
 * before exec); all that it starts stays in it, whatever group, session or parent it
 * has. No controller is needed for anything here but limits. The v1 freezer is never
 * used: what it froze cannot even be killed.
 *
 * Works unprivileged where our own cgroup was delegated to us. Measured, microseconds,
 * p50 / p99 (Linux 6.18):
 *   mkdir 30 / 84, rmdir 29 / 64 (up to 4000 just after use): so directories are used
 *   again, which takes 8
 *   cpu.stat: open 10, read 2.4, 4.2 / 11 while it runs: so it is kept open
 *   freeze: the write 11, until all are stopped 16 / 51
 *   thaw: the write 13, until they run 14 / 29
 *   kill of 10 processes: the write 39, all of them dead 92
 */
#ifndef NEAP_OS_CGROUP_H
#define NEAP_OS_CGROUP_H

#include "os.h"

typedef struct neap_os_cgroups neap_os_cgroups; /* of one runtime */
typedef struct neap_os_cgroup neap_os_cgroup;   /* of one task */

enum {
    NEAP_OS_CGROUP_CPU = 1,
    NEAP_OS_CGROUP_MEMORY = 2,
    NEAP_OS_CGROUP_PIDS = 4,
    NEAP_OS_CGROUP_IO = 8,
    NEAP_OS_CGROUP_CPUSET = 16
};

/* Where our own cgroup is in the file system. -ENOTSUP where there is none that we can
 * see; then, as in neap_os_cgroup_open(), `why` has the reason in a few words. */
int neap_os_cgroup_find(char *path, size_t room, char *why, size_t why_room);

/* Makes the directory of this runtime, and is sure that processes may be put below it.
 * -ENOTSUP with the reason, or -ENOMEM. What runtimes before us left empty when they
 * were killed is removed. */
int neap_os_cgroup_open(neap_os_cgroups **out, char *why, size_t room);

/* Removes every directory that nobody is in, and frees all handles. What is busy stays,
 * for the guard or `neap rescue`. NULL is fine. */
void neap_os_cgroup_close(neap_os_cgroups *all);
/* Frees the handles and touches nothing: for the child of a fork. */
void neap_os_cgroup_abandon(neap_os_cgroups *all);

const char *neap_os_cgroup_base(const neap_os_cgroups *all); /* its absolute path */

/* The controllers that limits may be set by. They are switched on by the first limit
 * that needs them, since each costs every switch a little. */
unsigned neap_os_cgroup_controllers(const neap_os_cgroups *all);

/* A directory with nobody in it, for a task; its account begins at 0. The handle is
 * valid until it is given back. Or what mkdir says: -EAGAIN at
 * cgroup.max.descendants. */
int neap_os_cgroup_take(neap_os_cgroups *all, neap_os_cgroup **out);

/* The handle is the caller's no more. Whoever is still in there is thawed and stays;
 * the directory is used again when it is empty. */
void neap_os_cgroup_give_back(neap_os_cgroup *c);

int neap_os_cgroup_path(const neap_os_cgroup *c, char *out, size_t room); /* absolute */

/* neap_os_cgroup_limit(c, "memory.max", "1000000"). -ENOTSUP: that controller cannot be
 * switched on here; -EINVAL: the kernel takes no such value. */
int neap_os_cgroup_limit(neap_os_cgroup *c, const char *file, const char *value);

/* CPU time of all that ever ran in it since it was taken, exact but for the last tick
 * of who runs right now. Its descriptor is kept open while less than half of those that
 * this process may have are taken. -EMFILE: there is not one free. */
int neap_os_cgroup_cpu(neap_os_cgroup *c, neap_ns *used);

/* Both take effect a little later. A frozen process can be killed. */
int neap_os_cgroup_freeze(neap_os_cgroup *c);
int neap_os_cgroup_thaw(neap_os_cgroup *c);

/* Is every process in it stopped by freezing (none is in it: also)? Is nobody in it? 1,
 * 0, or a negative errno. They read cgroup.events: the kernel's notification of changes
 * in it is throttled to 10 ms, so it is of no use. */
int neap_os_cgroup_is_frozen(neap_os_cgroup *c);
int neap_os_cgroup_is_empty(neap_os_cgroup *c);

/* KILL to everybody in it, those that fork meanwhile included. By cgroup.kill, before
 * Linux 5.14 like neap_os_cgroup_signal(). */
int neap_os_cgroup_kill(neap_os_cgroup *c);

/* Sends `signo` to everybody in it once; looks again until nobody is new (bounded).
 * Never to one who is not a member: his pid is held by a pidfd and his membership
 * looked up before it is sent. Returns how many got it, or the first error when nobody
 * did: -ESRCH, nobody is in it; -EPERM. `refused`, if not NULL: one who may not be
 * signalled by us, or 0. */
int neap_os_cgroup_signal(neap_os_cgroup *c, int signo, pid_t *refused);

/* Everybody in it and in the cgroups below it, at most `room` of them into `out`.
 * Returns how many there are (may be more than `room`), or a negative errno. */
int neap_os_cgroup_pids(neap_os_cgroup *c, pid_t *out, size_t room);

/* What a runtime that is gone left behind, by the path of its directory: thaws all of
 * it (and kills all of it), removes what is empty. Returns 1 when nothing is left, 0
 * when somebody is still in it, or a negative errno. */
typedef enum { NEAP_OS_CGROUP_FREE, NEAP_OS_CGROUP_END } neap_os_cgroup_fate;
int neap_os_cgroup_clear(const char *base, neap_os_cgroup_fate fate);

#endif
