/* os.h - the mechanisms that neap asks of the operating system: one function, one job.
 *
 * Nothing here knows a task or a policy, keeps a global, or decides. Every function
 * returns 0 (or what it says) or a negative errno. What differs between systems is in
 * *_linux.c, *_bsd.c and *_portable.c files with the same functions: one of each is
 * compiled (cmake/platform.cmake).
 */
#ifndef NEAP_OS_H
#define NEAP_OS_H

#include <neap/task.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Clocks (clock.c). */

neap_ns neap_os_now(void);                         /* CLOCK_MONOTONIC */
neap_ns neap_os_time_of_day(void);                 /* since 1970; 0: unknown */
neap_ns neap_os_thread_cpu(void);                  /* CPU time of this thread */
int neap_os_process_cpu(pid_t pid, neap_ns *used); /* of a process with its threads */

/* A counter of the CPU time of a process and all that it will start (cpu_linux.c): a
 * descriptor, or a negative errno where the system has none, or lets us have none, or
 * where more than half of the descriptors that this process may have are taken. What
 * `pid` started before is missed. Cheap while nobody of them runs, else tens of
 * microseconds. */
int neap_os_tree_counter(pid_t pid);
int neap_os_tree_cpu(int counter, neap_ns *used);

/* The tick: an absolute timer as a descriptor (tick_linux.c). */

int neap_os_tick_new(void); /* a descriptor, close-on-exec, non-blocking */
/* At a time of neap_os_now(), and `every` ns from then on; NEAP_FOREVER: never. */
int neap_os_tick_arm(int fd, neap_ns at, neap_ns every);
/* Takes the expiries back: how many there were. Does not wait. */
uint64_t neap_os_tick_read(int fd);
void neap_os_tick_close(int fd);

/* Several descriptors as one, which is readable when one of them is ready
 * (set_linux.c). */
int neap_os_set_new(void); /* a descriptor, close-on-exec */
typedef enum { NEAP_OS_SET_READ, NEAP_OS_SET_READ_WRITE } neap_os_set_events;
int neap_os_set_add(int set, int fd, neap_os_set_events events);
void neap_os_set_drop(int set, int fd); /* before it is closed */
/* All that was ready has been seen to: it stays readable only for what is ready now. */
void neap_os_set_looked(int set);
void neap_os_set_close(int set);

/* Like pipe(), both ends close-on-exec from the beginning (pipe_linux.c). */
int neap_os_pipe(int fds[2]);

/* Signals to process groups (group.c). The only place that calls kill() on a group:
 * refuses groups <= 1 and the caller's own with -EINVAL. -ESRCH: nobody is left in
 * it. */
int neap_os_group_signal(pid_t group, int signo);
/* The same for the group that `leader` (not reaped: its number is still its own) was
 * made the leader of; if it has left that empty for another group, to itself. It is in
 * the guard's session, where the caller cannot be: so it is never the caller's own, and
 * is not compared with that at each turn. */
int neap_os_leader_signal(pid_t leader, int signo);

/* Trees (tree_linux.c). The groups of all living descendants of `root`, `root` itself
 * included, each once, in no order, at most `room` of them into `groups`. Zombies do
 * not count. Returns how many there are (may be more than `room`), or a negative errno.
 * Through /proc/PID/task/TID/children, or by one pass over /proc where the kernel has
 * none. */
int neap_os_tree_groups(pid_t root, pid_t *groups, size_t room);

/* Has `pid` children now? Cheap (one file of its main thread): for asking at every
 * hold. */
bool neap_os_has_children(pid_t pid);

/* Is there a living process (no zombie) in `group`? The answer to "is it gone" where
 * nobody of ours reaps. */
bool neap_os_group_lives(pid_t group);

/* Whose is `pid` (tag_linux.c)? Reads from its limits, else from its environment
 * (guard.h: neap_guard_spawn), the tag under which the guard `guard` started it, or who
 * started it. -ENOENT: none of that guard's, or gone; -EACCES: another user's. */
int neap_os_process_tag(pid_t pid, pid_t guard, uint64_t *tag);

/* Programs (program.c). Where would execvp find `file` on `path` (NULL: the default
 * path), seen from directory `cwd` (NULL: here)? Writes the path to `out`, as it is to
 * be exec'd after chdir(cwd): a relative one stays relative. -ENOENT, -EACCES (there,
 * but not to be executed, or a directory), -ENAMETOOLONG. */
int neap_os_program_find(const char *file, const char *path, const char *cwd, char *out,
                         size_t room);

/* CPUs (place_linux.c). */

#define NEAP_OS_CPUS_MAX 1024
typedef struct neap_os_cpuset {
    uint64_t word[NEAP_OS_CPUS_MAX / 64];
} neap_os_cpuset;

/* How busy each CPU has been since boot; two samples tell what was between. */
typedef struct neap_os_load {
    uint32_t busy_ticks[NEAP_OS_CPUS_MAX];
} neap_os_load;

int neap_os_cpus_allowed(neap_os_cpuset *out); /* those that this process may use */
int neap_os_cpuset_count(const neap_os_cpuset *set);
void neap_os_cpuset_text(const neap_os_cpuset *set, char *out,
                         size_t room);    /* "0-3,8" */
int neap_os_load_read(neap_os_load *out); /* /proc/stat */
/* The `n` CPUs of `allowed` that were least busy between two samples; among equals
 * those that a hash of `seed` names first, so that two runtimes side by side choose
 * differently. */
void neap_os_cpus_choose(const neap_os_cpuset *allowed, const neap_os_load *from,
                         const neap_os_load *to, int n, uint32_t seed,
                         neap_os_cpuset *out);
int neap_os_thread_place(const neap_os_cpuset *set); /* this thread */
/* All threads of all living descendants of `root`, itself included, until two passes
 * agree (bounded). The first error that is not a thread's end: others were placed all
 * the same. */
int neap_os_tree_place(pid_t root, const neap_os_cpuset *set);

/* Finding ourselves (self_linux.c). The directory of the file that holds this code,
 * resolved; of the program if it is linked statically. */
int neap_os_self_dir(char *out, size_t room);

#endif
