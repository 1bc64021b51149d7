/* outbox.h - what is not sent yet: bytes, and descriptors that go with some of them.
 *
 * Over a stream socket, without blocking. Descriptors go with the first byte of what
 * they were put with, so who reads that byte alone gets them and no others.
 */
#ifndef NEAP_OUTBOX_H
#define NEAP_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NEAP_OUTBOX_FDS = 3 };

typedef struct neap_outbox {
    int socket;           /* not ours */
    bool broken;          /* nothing more can be sent */
    bool gathers;         /* what is put waits for a flush */
    unsigned char *bytes; /* [at, end) */
    size_t at, end, room;
    uint64_t sent; /* bytes, in all */
    struct neap_outbox_parcel *first, **last;
} neap_outbox;

int neap_outbox_init(neap_outbox *box); /* 0 or -ENOMEM */
void neap_outbox_fini(neap_outbox *box);
/* Forgets what waits, and goes on with another socket. */
void neap_outbox_turn(neap_outbox *box, int socket);

/* Room for `size` bytes to be put next, or NULL: no memory. */
unsigned char *neap_outbox_room(neap_outbox *box, size_t size);

/* The descriptors (those that are not negative; copies are taken) for what is put next.
 * 0, -ENOMEM, -EMFILE, -EBADF: nothing was put. */
int neap_outbox_attach(neap_outbox *box, const int *fds, size_t count);

/* `size` bytes are in the room: they are to be sent, now as far as the socket takes
 * them. 0, or -EPIPE. */
int neap_outbox_put(neap_outbox *box, size_t size);

bool neap_outbox_is_full(const neap_outbox *box); /* does anything wait? */
int neap_outbox_flush(neap_outbox *box);          /* 0, or -EPIPE */
/* What is put from now on is sent by the next flush, with one call. */
void neap_outbox_gather(neap_outbox *box);

#endif
