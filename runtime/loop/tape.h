/* tape.h - a recorded run's events, one by one, from its file. */
#ifndef NEAP_LOOP_TAPE_H
#define NEAP_LOOP_TAPE_H

#include "trace/trace.h"
#include <stdbool.h>

typedef struct tape tape;

/* Opens `path`. 0, or an error that says what is wrong with it. */
int neap_tape_open(tape **out, const char *path);
void neap_tape_close(tape *t); /* NULL is fine */

/* The next event, or NULL: there is none, or neap_tape_error(). It is valid until the
 * next is asked for after a neap_tape_take(), and its text has no end. */
const neap_event *neap_tape_peek(tape *t);

/* The same, and goes on behind it. Its text is terminated, and valid until the next
 * neap_tape_take(). There must be one. */
neap_event neap_tape_take(tape *t);

/* 0, or what stands in neap_last_error(): what comes next is no record, or was
 * damaged. */
int neap_tape_error(const tape *t);

/* It has ended inside a record, or without a checksum. */
bool neap_tape_is_cut(const tape *t);
uint64_t neap_tape_records(const tape *t);
uint64_t neap_tape_bytes(const tape *t);

#endif
