/* proc.h - who descends from whom, without allocating.
 *
 * Shared, like wire.h, by the guard and by ../os. What it tells is a glance: processes
 * come and go while it looks, and a child list may miss a sibling of one that is ending
 * just then. Who must be sure looks until two glances agree.
 */
#ifndef NEAP_GUARD_PROC_H
#define NEAP_GUARD_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct neap_proc {
    pid_t pid, parent, group, session;
    int threads;
    bool forked;     /* it has not exec'd since its fork */
    char state;      /* R S D T t Z X ... of the main thread */
    uint64_t waited; /* CPU time of children that it has reaped, in clock ticks */
    uint64_t reaped; /* page faults of those: more than 0, however short they were */
    uint64_t start;  /* in clock ticks since boot: with the pid, who it is */
} neap_proc;

/* Can this build see which processes there are, and who descends from whom? If not,
 * nothing below finds anybody; of one whose number is known neap_proc_read() tells the
 * group and the session, no state, no start (0), no parent (0). */
bool neap_proc_sees_all(void);

/* 0, or -ESRCH. */
int neap_proc_read(pid_t pid, neap_proc *out);

/* Does it still run, in whatever state? A zombie whose other threads run on does. */
bool neap_proc_lives(const neap_proc *p);

typedef void neap_proc_fn(void *user, pid_t pid);

/* Calls `fn` for each child of `pid`, zombies too. */
void neap_proc_children(pid_t pid, neap_proc_fn *fn, void *user);

/* The same for a process that was just read: cheaper, as most have one thread. */
void neap_proc_children_of(const neap_proc *p, neap_proc_fn *fn, void *user);

/* The state of one thread, or 0 when it is gone. */
char neap_proc_thread_state(pid_t pid, pid_t thread);

/* Calls `fn` for each thread of `pid`. */
void neap_proc_threads(pid_t pid, neap_proc_fn *fn, void *user);

/* Calls `fn` for each process that there is. */
void neap_proc_all(neap_proc_fn *fn, void *user);

/* Has it one thread, and no child, for all that can be known cheaply? False where that
 * is not known. */
bool neap_proc_is_alone(pid_t pid);

/* Writes `root` and its descendants, zombies too, the nearest first, at most `room` of
 * them (at least 1). Returns how many it wrote; `room`: there may be more. */
size_t neap_proc_tree(pid_t root, pid_t *pids, size_t room);

/* Closes the descriptors `from` and above. Legal between fork and exec. */
void neap_proc_close_from(int from);

#endif
