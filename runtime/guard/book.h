/* book.h - the record that outlives both the runtime and its guard: who they are, and
 * what is held.
 *
 * One file per runtime, mapped by both: the runtime writes (../os/record.c), the guard
 * reads while it watches the runtime, and `neap rescue` when both are dead. A head, and
 * entries from NEAP_BOOK_HEAD on. The file grows and never shrinks; the mapping has its
 * full size from the beginning, and what lies behind `room` entries is not to be
 * touched. An entry counts while its flags say USED, which is set last; what HELD it
 * covers has been, or may have been, stopped.
 */
#ifndef NEAP_GUARD_BOOK_H
#define NEAP_GUARD_BOOK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define NEAP_BOOK_MAGIC "neapbook"
#define NEAP_BOOK_VERSION 4u
#define NEAP_BOOK_HEAD 4096
#define NEAP_BOOK_ENTRIES (1u << 20) /* at most */
#define NEAP_BOOK_FD 4               /* the guard's descriptor of it */

/* A process that no other can be taken for: within one boot. */
typedef struct neap_book_who {
    int32_t pid, zero;
    uint64_t start; /* clock ticks since boot: field 22 of /proc/PID/stat; 0: unknown */
} neap_book_who;

typedef struct neap_book_head {
    char magic[8];
    uint32_t version, entry_size;
    char boot[40];  /* /proc/sys/kernel/random/boot_id */
    uint64_t world; /* the pid namespace that the numbers are of */
    neap_book_who runtime, guard;
    uint32_t on_death; /* 0: continue, 1: end */
    uint32_t zero;
    int64_t grace;
    char cgroups[1024];    /* the directory of the tasks' cgroups; "": none */
    _Atomic uint32_t room; /* entries that the file has room for */
    _Atomic uint32_t held; /* entries that are held */
    _Atomic int64_t beat;  /* CLOCK_MONOTONIC ns of the last heartbeat */
} neap_book_head;

/* ATTACHED: the runtime did not start it, so it is below no guard, and is to be
 * continued whatever becomes of the others. */
enum { NEAP_BOOK_USED = 1, NEAP_BOOK_HELD = 2, NEAP_BOOK_ATTACHED = 4 };

typedef struct neap_book_entry {
    _Atomic uint32_t flags;
    int32_t pid; /* who is in it, or made it; 0: unknown */
    uint64_t start;
    uint64_t tag;
    int32_t group, session; /* group 0: `cgroup`, or else `pid` alone */
    char cgroup[32];        /* below `cgroups`; "": none */
} neap_book_entry;

#define NEAP_BOOK_SIZE                                                                 \
    (NEAP_BOOK_HEAD + (size_t)NEAP_BOOK_ENTRIES * sizeof(neap_book_entry))

typedef struct neap_book {
    neap_book_head head;
    char filler[NEAP_BOOK_HEAD - sizeof(neap_book_head)];
    neap_book_entry entries[];
} neap_book;

_Static_assert(sizeof(neap_book_entry) == 64, "one cache line");
_Static_assert(offsetof(neap_book, entries) == NEAP_BOOK_HEAD, "one format");

#endif
