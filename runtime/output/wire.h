/* wire.h - the messages between the runtime and the collector of its tasks' output.
 *
 * A SOCK_SEQPACKET socket between two processes of one machine and one build: each
 * message is one struct, in native order. With TASK come the read ends of the pipes
 * that it names (SCM_RIGHTS), stdout's first.
 */
#ifndef NEAP_OUTPUT_WIRE_H
#define NEAP_OUTPUT_WIRE_H

#include <stdint.h>

#define NEAP_COLLECTOR_FD 3 /* the collector's end of the socket */
#define NEAP_COLLECTOR_GREETING                                                        \
    0x6f75740000000001u /* HELLO's id: "out" and the version */

enum { NEAP_COLLECTOR_NAME_MAX = 255 };

enum neap_collector_request {
    NEAP_COLLECTOR_TASK = 1, /* `id` begins: what its pipes give is to be passed on */
    NEAP_COLLECTOR_ENDED,    /* nothing of `id` is left that we know of: DONE, please */
    NEAP_COLLECTOR_STOP      /* drop everything and exit */
};

/* How, in TASK. */
enum neap_collector_mode { NEAP_COLLECTOR_BY_LINE = 1, NEAP_COLLECTOR_AT_ITS_END };

/* Which pipes come with TASK. */
enum { NEAP_COLLECTOR_HAS_OUT = 1, NEAP_COLLECTOR_HAS_ERR = 2 };

typedef struct neap_collector_ask {
    uint32_t kind;
    uint16_t mode, pipes;
    uint64_t id;
    char name[NEAP_COLLECTOR_NAME_MAX + 1];
} neap_collector_ask;

enum neap_collector_answer {
    /* The first. number: of the descriptors that it may have. */
    NEAP_COLLECTOR_HELLO = 1,
    /* All that `id` wrote is written. value: the pipes that it had; number: those of
     * them that somebody holds still. */
    NEAP_COLLECTOR_DONE,
    /* Descriptor `number` takes no more. value: errno, here and below. */
    NEAP_COLLECTOR_BROKEN,
    /* `id` cannot be kept until its end: what comes is passed on by line now. */
    NEAP_COLLECTOR_UNSPOOLED,
    NEAP_COLLECTOR_LOST /* some of what `id` wrote is lost */
};

typedef struct neap_collector_word {
    uint32_t kind;
    int32_t value;
    uint64_t id;
    uint64_t number;
} neap_collector_word;

#endif
