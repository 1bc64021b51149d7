/* live.h - what the files of the live loop share: what it watches, in whose loop. */
#ifndef NEAP_LOOP_LIVE_H
#define NEAP_LOOP_LIVE_H

#include "runtime.h"
#include <ev.h>

/* A descriptor that is watched; those that are started stand in a list. */
typedef struct watch {
    ev_io io; /* first */
    struct watch *next, **back;
} watch;

struct watchers {
    watch tick, guard, collector, signals;
    watch *started;
    bool heard; /* one of them has fired since the last turn */

    int set;     /* what neap_fd() gave: all that are started; -1: nobody asked */
    bool roused; /* the tick is armed for now: something was asked of us */
    bool deaf;   /* that set has no room for one of them: it is looked at often */

    ev_prepare before; /* in a loop of the host's: before it waits, and after */
    ev_check after;
    ev_fork forked;
    bool keeps; /* it keeps that loop going */
};

/* live.c */
typedef void watch_fn(struct ev_loop *loop, ev_io *w, int events);
void neap_watch_init(neap_runtime *rt, watch *w, watch_fn *fn, int fd);
void neap_watch_start(neap_runtime *rt, watch *w);
void neap_watch_stop(neap_runtime *rt, watch *w); /* also one that is not started */

/* signals.c */
void neap_signals_close(neap_runtime *rt);

/* embed.c */
void neap_embed_enter(neap_runtime *rt); /* the host's loop */
void neap_embed_leave(neap_runtime *rt);
void neap_embed_add(neap_runtime *rt, const watch *w); /* to what neap_fd() gave */

/* forked.c: in the child of a fork. */
void neap_forked_unwatch(neap_runtime *rt); /* nothing is watched any more */

#endif
