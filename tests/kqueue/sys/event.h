/* event.h - kqueue(2) as far as neap uses it, with the types of FreeBSD. */
#ifndef NEAP_TESTS_EVENT_H
#define NEAP_TESTS_EVENT_H

#include <stdint.h>
#include <time.h>

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_PROC (-5)
#define EVFILT_SIGNAL (-6)
#define EVFILT_TIMER (-7)
#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_ONESHOT 0x0010
#define EV_CLEAR 0x0020
#define NOTE_EXIT 0x80000000
#define NOTE_NSECONDS 0x00000008

struct kevent {
    uintptr_t ident;
    short filter;
    unsigned short flags;
    unsigned int fflags;
    int64_t data;
    void *udata;
};

int kqueue(void);
int kevent(int queue, const struct kevent *changes, int n_changes,
           struct kevent *events, int n_events, const struct timespec *timeout);

#endif
