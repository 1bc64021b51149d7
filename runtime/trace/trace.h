/* trace.h - a run as a file: the events of its core (core/event.h), in few bytes.
 *
 * A file is a line, "neap trace 1\n", and records. A record is a byte, the kind of its
 * event + 1, and the fields that event.h lists for it: numbers of variable length,
 * seven bits a byte, least first (LEB128), the signed ones in zigzag; times and numbers
 * of calls as differences to those of the record before; texts as their size and their
 * bytes. The byte 255 stands before a checksum (FNV-1a, 32 bits, least byte first) of
 * all bytes since the last. Kinds that are added behind SLOW say their size first, so
 * that a reader which does not know them goes on. docs/TRACE.md tells the same to
 * strangers.
 *
 * Nothing in here does any input or output, or takes any memory.
 */
#ifndef NEAP_TRACE_H
#define NEAP_TRACE_H

#include "core/event.h"

#define NEAP_TRACE_MAGIC "neap trace 1\n"

enum {
    NEAP_TRACE_CHECK = 255,
    NEAP_TRACE_TEXT_MAX = 256 * 1024,                  /* a text's bytes */
    NEAP_TRACE_RECORD_MAX = NEAP_TRACE_TEXT_MAX + 128, /* a record's */
    NEAP_TRACE_CHECK_SIZE = 5
};

/* What the next record's differences count from. */
typedef struct neap_trace_at {
    neap_ns now;
    uint64_t call;
    uint32_t sum; /* of the bytes since the last check */
} neap_trace_at;

void neap_trace_begin(neap_trace_at *at);

/* Adds these bytes to the checksum: all of a file's records, in order. */
void neap_trace_sum(neap_trace_at *at, const uint8_t *bytes, size_t size);

/* How many bytes the record of `e` may take at most. */
size_t neap_trace_bound(const neap_event *e);

/* Writes the record to `to`, which has room for it. Returns its size. */
size_t neap_trace_put(neap_trace_at *at, const neap_event *e, uint8_t *to);
/* A checksum. */
size_t neap_trace_put_check(neap_trace_at *at, uint8_t *to);

typedef enum {
    NEAP_TRACE_OK,
    NEAP_TRACE_SHORT, /* the record goes on beyond these bytes */
    NEAP_TRACE_BAD,   /* it is no record */
    NEAP_TRACE_SUM    /* what is before it is not what was written */
} neap_trace_found;

/* Reads one record of the `size` bytes at `from`, with the checks before it, and past
 * those of kinds that are not known, into `e`, whose text points into them and is not
 * terminated, and says how many bytes they took; whether it is OK or not, `used` is
 * what was good. */
neap_trace_found neap_trace_get(neap_trace_at *at, const uint8_t *from, size_t size,
                                neap_event *e, size_t *used);

/* Has a check come behind all that was read or written? */
bool neap_trace_is_checked(const neap_trace_at *at);

/* The word for a kind, and its fields (event.h). */
const char *neap_event_word(neap_event_kind kind);
const char *neap_event_fields(neap_event_kind kind);

/* Writes what the event says into `room` bytes: "pick task 3". */
void neap_event_describe(const neap_event *e, char *out, size_t room);

#endif
