/* events.h - timers, signals and children: a runtime is a small event runtime, too.
 *
 * Part of neap.h, whose rules and conventions hold here, too.
 */
#ifndef NEAP_EVENTS_H
#define NEAP_EVENTS_H

#include <neap/options.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t neap_timer; /* never 0, never used twice */
typedef void neap_timer_fn(void *user, neap_runtime *rt, neap_timer id);

/* Calls `fn` once, `delay` from now; every `period` from now on, without drift (turns
 * that were missed are left out). `drop` (may be NULL) is called once with `user` when
 * the timer is done with: after its last call, at its cancellation, or in
 * neap_free(). -NEAP_ERANGE: a negative delay, a period below 1 us; then, and at any
 * other error, `drop` is not called. */
NEAP_API int neap_after(neap_runtime *rt, neap_ns delay, neap_timer_fn *fn, void *user,
                        void (*drop)(void *user), neap_timer *out);
NEAP_API int neap_every(neap_runtime *rt, neap_ns period, neap_timer_fn *fn, void *user,
                        void (*drop)(void *user), neap_timer *out);

/* Its next call is `delay` from now instead; one of neap_every() goes on from there. In
 * its own call, one of neap_after() is called once more. Neither this nor neap_cancel()
 * costs more where there are many. -NEAP_ENOTFOUND: it is done with already. */
NEAP_API int neap_rearm(neap_runtime *rt, neap_timer id, neap_ns delay);

/* -NEAP_ENOTFOUND: it is done with already. */
NEAP_API int neap_cancel(neap_runtime *rt, neap_timer id);

/* Calls `fn` in the loop when this process gets `signo`; NULL gives the signal back.
 * Live runtimes only; one runtime at a time per signal (-NEAP_ESTATE). */
typedef void neap_signal_fn(void *user, neap_runtime *rt, int signo);
NEAP_API int neap_on_signal(neap_runtime *rt, int signo, neap_signal_fn *fn,
                            void *user);

/* Calls `fn` in the loop, once, when `pid`, a child of this process that you started,
 * has ended, and waits for it: no other child is, and SIGCHLD stays yours. NULL: it is
 * no longer watched. Until then it keeps neap_run() going, but not neap_free(). NEAP_HOW_EXIT and _SIGNAL;
 * _LOST: another wait took its status. Live runtimes only. -NEAP_EINVAL: it is no child
 * of ours; -ENOSYS: this kernel cannot tell (Linux before 5.3). */
typedef void neap_child_fn(void *user, neap_runtime *rt, int pid, neap_how how,
                           int code);
NEAP_API int neap_on_child(neap_runtime *rt, int pid, neap_child_fn *fn, void *user);

#ifdef __cplusplus
}
#endif

#endif
