/* guard_inside.h - what the files of the runtime's side of the guard share. */
#ifndef NEAP_GUARD_INSIDE_H
#define NEAP_GUARD_INSIDE_H

#include "guard.h"
#include "guard/wire.h"
#include "outbox.h"

enum { IN_FRAMES = 64, REAPS = 16 };

struct neap_guard {
    int fd;
    int keeper; /* a socket to the keeper, until that is the guard; -1: none */
    pid_t pid, worker;
    pid_t first;  /* the guard that the keeper has started */
    bool orphans; /* it tells of them */
    bool greeted; /* HELLO has come: the first frame, and no other */
    bool ended;   /* nothing more comes */
    bool dry;     /* the last read took all that there was */
    bool told;    /* LOST was given */
    unsigned char in[IN_FRAMES * sizeof(neap_wire_frame)];
    size_t in_at, in_end;
    neap_outbox out;
    uint64_t reaps[REAPS]; /* asked for while requests are gathered: they come last */
    unsigned n_reaps;
    neap_record *record; /* not ours */
    neap_ns stuck_after;
    bool spare;   /* end nobody when it is closed */
    bool watches; /* it has been told to look for beats */
};

/* Starts the program; it has not greeted yet. 0 or a negative errno. */
int neap_guard_start(neap_guard *g, const char *program,
                     const neap_guard_options *options);

/* Queues a request that has no body. 0 or a negative errno. */
int neap_guard_ask(neap_guard *g, enum neap_wire_kind kind, uint64_t tag);

/* It cannot be asked any more. */
void neap_guard_cut_off(neap_guard *g);

#endif
