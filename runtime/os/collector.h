/* collector.h - the runtime's side of the collector of its tasks' output.
 *
 * The collector is a program of its own (../output), so that nobody but the tasks ever
 * waits for who reads their output. It is a child of ours in a session of its own, and
 * outlives us until all pipes that it has are at their end. Nothing here blocks but
 * neap_collector_open() and neap_collector_close().
 */
#ifndef NEAP_COLLECTOR_H
#define NEAP_COLLECTOR_H

#include "os.h"

typedef struct neap_collector neap_collector;

typedef enum { NEAP_COLLECT_LINES, NEAP_COLLECT_TASKS } neap_collect;

typedef enum {
    NEAP_COLLECTED_DONE,      /* what `id` wrote until it ended is written */
    NEAP_COLLECTED_BROKEN,    /* nothing more can be written to descriptor `number` */
    NEAP_COLLECTED_UNSPOOLED, /* no room to keep `id`'s output until its end */
    NEAP_COLLECTED_LOST,      /* some of `id`'s output is lost */
    NEAP_COLLECTED_DEAD       /* the collector died: told once, the last event */
} neap_collected;

typedef struct neap_collector_event {
    neap_collected kind;
    uint64_t id;
    int error; /* errno */
    int number;
} neap_collector_event;

/* Starts the collector `program`, which inherits our 1 and 2, and waits (at most 5 s)
 * until it says hello: -EPROTO if it does not. */
int neap_collector_open(neap_collector **out, const char *program);

/* Waits for its end and reaps it, which is at once when nobody holds its pipes; else
 * lets it go on alone until that is so. NULL is fine. */
void neap_collector_close(neap_collector *c);

/* Lets go without a word: for the child of a fork. NULL is fine. */
void neap_collector_abandon(neap_collector *c);

/* Makes it drop everything and exit. */
void neap_collector_stop(neap_collector *c);

int neap_collector_fd(const neap_collector *c); /* readable: neap_collector_next() */
bool neap_collector_wants_write(const neap_collector *c);
void neap_collector_flush(neap_collector *c);
pid_t neap_collector_pid(const neap_collector *c);

/* Makes pipes for a task and hands their read ends over. In `fds`: the write ends,
 * close-on-exec, the caller's, for those of 1 and 2 that are asked for (not negative,
 * at [1] and [2]). -EAGAIN: it has not taken what came before, try a little later;
 * -EMFILE: it, or we, have no descriptors for more tasks; -ENOMEM, -EPIPE: it died. */
int neap_collector_task(neap_collector *c, uint64_t id, const char *name,
                        neap_collect how, int fds[3]);

/* `id` has ended: DONE, please. */
void neap_collector_ended(neap_collector *c, uint64_t id);

/* Takes the next event. Returns false when there is none yet. */
bool neap_collector_next(neap_collector *c, neap_collector_event *event);

#endif
