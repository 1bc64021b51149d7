/* helper.h - a thread of ours behind a descriptor that it makes readable, for what POSIX
 * has no descriptor of (helper_portable.c).
 *
 * A descriptor finds its helper in a list that is only added to, and whose entries are
 * used again: so nothing is locked that a fork could leave locked. In the child of a
 * fork a helper has no thread, and does nothing.
 */
#ifndef NEAP_OS_HELPER_H
#define NEAP_OS_HELPER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The beginning of the user's own struct, which is zero at first. */
typedef struct neap_helper {
    atomic_bool taken;
    atomic_int fd; /* that is read: its name */
    int out;
    pid_t owner;
    struct neap_helper *next;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* by CLOCK_MONOTONIC */
    bool ends;              /* under the lock, as the next: the thread is to return */
    bool told;              /* there is a byte to be read */
} neap_helper;

typedef struct neap_helpers {
    _Atomic(neap_helper *) first;
    size_t size; /* of the user's struct */
    void *(*run)(void *helper);
    void (*init)(neap_helper *h); /* an entry may be used again */
} neap_helpers;

/* A descriptor, close-on-exec and non-blocking, with its thread. No signal of the host's
 * is handled in that. */
int neap_helper_open(neap_helpers *all);
/* NULL: it is none, or that of the process that forked us. */
neap_helper *neap_helper_find(neap_helpers *all, int fd);
/* Ends the thread. `wake` (may be NULL) is called first, with the lock. */
void neap_helper_close(neap_helpers *all, int fd, void (*wake)(neap_helper *h));

/* With the lock. */
void neap_helper_tell(neap_helper *h);
void neap_helper_untell(neap_helper *h);

#endif
