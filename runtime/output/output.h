/* output.h - what the files of the collector share.
 *
 * The collector takes what tasks write to their pipes to our stdout and stderr, in one
 * thread around one poll(). It is never asleep in a write where that can be helped: a
 * reader that is slow makes its sink full, and then the pipes that lead there are not
 * read. The tasks wait in write(2): that is how the slowness reaches them.
 *
 * Memory: a sink holds 128 KiB, a stream at most 64 KiB: of a line that has no end yet,
 * or of what is kept until its task has ended, which is in a file beyond that. One
 * stream for each sink may hold twice as much while the sink is full.
 */
#ifndef NEAP_OUTPUT_OUTPUT_H
#define NEAP_OUTPUT_OUTPUT_H

#include "wire.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LINE = 64 * 1024,     /* longer lines are passed on in pieces */
    SCRATCH = 2 * LINE,   /* what is left of a stream, and what is read behind it */
    SINK_ROOM = 2 * LINE, /* more than a tag, a line and its end */
    TAG = NEAP_COLLECTOR_NAME_MAX + 2,
    STREAMS = 2
};

/* Bytes in memory, and before them those in a file (spool.c). */
typedef struct spool {
    char *memory;
    size_t have, room;
    int fd;               /* -1: none */
    int64_t filed, taken; /* bytes in the file, and how many were given back */
} spool;

/* Where bytes go: stdout or stderr; one sink where both are the same. */
typedef struct sink {
    int fd, number; /* as it is written to; 1 or 2 */
    enum { SINK_PLAIN, SINK_SOCKET, SINK_CAREFUL } how;
    int broken;       /* an errno: it takes no more */
    bool swept, told; /* its streams are closed; the runtime knows */
    char buffer[SINK_ROOM];
    size_t from, to;
    uint64_t in, out; /* bytes since the beginning */
    int streams;      /* the set of streams that are passed on by line */
    struct stream *first_waiting, **last_waiting; /* have lines that found no room */
    const struct task *printing;                  /* whose output must not be torn */
} sink;

typedef struct stream {
    int fd; /* -1: it is at its end */
    sink *to;
    struct task *task;
    bool waiting;
    uint64_t last; /* of an ended task: so many bytes are to come before it is done */
    spool kept;
    struct stream *next_waiting;
} stream;

typedef struct task {
    uint64_t id;
    bool by_line, tagged;
    bool ended;    /* the runtime says so */
    bool queued;   /* to be printed */
    bool settled;  /* all that it wrote until its end is in the sinks */
    bool told;     /* DONE is sent */
    int pipes;     /* that it had */
    int unspooled; /* an errno that is to be told; likewise: */
    int lost;
    uint64_t mark[STREAMS]; /* where the sinks' `in` was when it settled */
    size_t tag_size;
    stream stream[STREAMS];
    struct task *next, *next_queued;
    char tag[];
} task;

typedef struct collector {
    int socket; /* -1: the runtime is gone */
    bool stop;
    sink sinks[STREAMS];
    sink *sink_of[STREAMS];
    int kept; /* the set of streams that are kept until their tasks end */
    task *tasks;
    task *first_queued, **last_queued;
    int printing; /* which stream of the first */
    int unsaid;   /* tasks that are settled, and DONE is not sent */
    bool news;    /* something may be there to be told */
    char scratch[SCRATCH];
} collector;

/* set_linux.c: sets of descriptors that can be read, for poll(). */
int set_new(void);
bool set_add(int set, int fd, void *item);
void set_remove(int set, int fd);
enum { SET_MANY = 64 };
int set_ready(int set, void *items[SET_MANY]); /* fair when there are more */
/* poll() with sets among what is polled for POLLIN. */
int set_poll(struct pollfd *polls, size_t n, int timeout);

/* again_linux.c: the open file `number` opened once more, for us alone: to write to,
 * without sleeping, close-on-exec. -1: it cannot be. */
int again_open(int number);

/* sink.c */
void sink_open(collector *c);
/* Is there room for `n` bytes, after trying to write if need be? */
bool sink_has_room(sink *s, size_t n);
void sink_put(sink *s, const char *bytes, size_t n); /* there must be room */
void sink_flush(sink *s);
/* May streams that lead there be read? */
bool sink_takes(const sink *s);
const char *sink_name(const sink *s);

/* spool.c. Keeps `n` bytes; 0, or a negative errno: then `*kept` of them are kept. */
int spool_add(spool *s, const char *bytes, size_t n, size_t *kept);
/* Keeps them in memory, whatever their number. False: there is no memory. */
bool spool_add_here(spool *s, const char *bytes, size_t n);
/* Takes at most `room` bytes out; 0: it is empty; or a negative errno. */
int64_t spool_take(spool *s, char *out, size_t room);
bool spool_is_empty(const spool *s);
void spool_drop(spool *s);

/* stream.c */
void stream_open(collector *c, task *t, int which, int fd);
void stream_close(collector *c, stream *s);
void stream_read(collector *c, stream *s);
void stream_go_on(collector *c, sink *to); /* those that found no room */
void stream_break(collector *c, sink *to); /* all that lead to a broken sink */
/* Everything written before now belongs to the task: settles it after that. */
void stream_end(collector *c, task *t);
void stream_settle(collector *c, task *t);

/* print.c: tasks that are printed at their end, one after the other. */
void print_queue(collector *c, task *t);
bool print_can_go_on(const collector *c);
void print_go_on(collector *c);

/* talk.c: with the runtime. */
void talk_hello(collector *c);
void talk_read(collector *c);
void talk_write(collector *c); /* what there is to tell, as far as it goes */

#endif
