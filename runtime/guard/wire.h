/* wire.h - the message format between the runtime and its guard.
 *
 * Frames on a stream socket between two processes of one machine and one build, so
 * numbers go in native order. A frame is a head and `size` bytes of body. Everything
 * that the guard says has the fixed body neap_wire_event; of the requests ADOPT and
 * SIGNAL have the bodies neap_wire_adopt and neap_wire_signal, and SPAWN has
 * neap_wire_spawn, then the strings program, cwd ("" for none), cgroup (likewise),
 * argv..., env..., each ended by its NUL. Descriptors for the child's 0, 1 and 2 come
 * with the first byte of its head (SCM_RIGHTS), in that order. Both sides take a frame
 * that is not as described here for the death of the other.
 */
#ifndef NEAP_GUARD_WIRE_H
#define NEAP_GUARD_WIRE_H

#include "limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEAP_WIRE_FD 3                         /* the guard's end of the socket */
#define NEAP_WIRE_GREETING 0x6e65617000000003u /* HELLO's tag: "neap" and the version */
#define NEAP_WIRE_BODY_MAX ((size_t)4 * 1024 * 1024) /* of a SPAWN */
#define NEAP_WIRE_KEEPER_FD 5 /* the keeper's, until it has started it */
#define NEAP_WIRE_ROLE 6      /* the argument that says: alone, keeper, or kept */
#define NEAP_WIRE_ALONE "alone"
#define NEAP_WIRE_KEEPER "keeper"
#define NEAP_WIRE_KEPT "kept"
#define NEAP_WIRE_CPU_WORDS 16
#define NEAP_WIRE_FDS 3             /* a child's 0, 1 and 2 */
#define NEAP_WIRE_MARK "NEAP_TASK=" /* begins the variable that names a task */

enum neap_wire_kind {
    NEAP_WIRE_HELLO = 1, /* the guard is up: the first frame */
    NEAP_WIRE_FORKED,
    NEAP_WIRE_STARTED,
    NEAP_WIRE_FAILED,
    NEAP_WIRE_EXITED,
    NEAP_WIRE_REAPED,
    NEAP_WIRE_ORPHAN, /* of those that the runtime wants to hear; pid 0: of several */
    NEAP_WIRE_STUCK,  /* no beat came: what is held in the record was continued */
    NEAP_WIRE_SPAWN = 16,
    NEAP_WIRE_GO,
    NEAP_WIRE_REAP,
    NEAP_WIRE_ORPHANS, /* tell of them from now on */
    NEAP_WIRE_WATCH,   /* beats come from now on, or again */
    NEAP_WIRE_PAUSE,   /* none will come until WATCH: watch for our death only */
    NEAP_WIRE_ADOPT,   /* to a keeper whose guard died: this task is now yours */
    NEAP_WIRE_TAKE,    /* all were told: go on as the guard */
    NEAP_WIRE_SIGNAL,  /* one that the runtime may not send itself */
    NEAP_WIRE_CLOSE    /* its tag says what becomes of what is left */
};

enum { NEAP_WIRE_CLOSE_END, NEAP_WIRE_CLOSE_LEAVE };

typedef struct neap_wire_head {
    uint32_t kind;
    uint32_t size; /* of the body */
    uint64_t tag;  /* which task */
} neap_wire_head;

typedef struct neap_wire_event {
    int32_t pid;
    int32_t error; /* FAILED */
    /* EXITED: exit status or signal; REAPED: 1, its group lives on; FAILED: which
     * limit (limits.h), 0: none */
    int32_t code;
    int32_t signalled; /* EXITED: 1 by a signal, else 0 */
    /* ns. EXITED (where the system tells it), REAPED, ORPHAN: what it had reaped
     * included; STUCK: since the last beat */
    int64_t time;
} neap_wire_event;

/* All that the guard says fits this. */
typedef struct neap_wire_frame {
    neap_wire_head head;
    neap_wire_event event;
} neap_wire_frame;

enum {
    NEAP_WIRE_INHERIT_STDIN = 1,
    NEAP_WIRE_HAS_CPUS = 2,
    NEAP_WIRE_NULL_OUTPUT = 4,
    NEAP_WIRE_HAS_FD = 8, /* << n: a descriptor comes for the child's n */
    NEAP_WIRE_HAS_LIMITS = 64,
    NEAP_WIRE_GOES = 128 /* its GO comes with it */
};

typedef struct neap_wire_spawn {
    uint32_t argc, envc;
    uint32_t flags;
    uint32_t zero;
    uint64_t cpus[NEAP_WIRE_CPU_WORDS];
    neap_wire_limits limits;
} neap_wire_spawn;

/* The body of ADOPT. */
enum { NEAP_WIRE_STAGE_FORKED, NEAP_WIRE_STAGE_RUNNING, NEAP_WIRE_STAGE_EXITED };
typedef struct neap_wire_adopt {
    int32_t pid, stage;
} neap_wire_adopt;

/* The body of SIGNAL. A negative target is a group. */
typedef struct neap_wire_signal {
    int32_t target, signo;
} neap_wire_signal;

/* What a SPAWN says, outside its frame. */
typedef struct neap_wire_job {
    const char *program;
    const char *cwd;    /* NULL: none */
    const char *cgroup; /* NULL: the guard's */
    char *const *argv;
    char *const *env;
    const char *mark;     /* packed: replaces the variable NEAP_WIRE_MARK of env */
    const uint64_t *cpus; /* NEAP_WIRE_CPU_WORDS words, or NULL */
    const neap_wire_limits *limits; /* NULL: none */
    bool inherit_stdin, null_output;
    bool goes;              /* it needs no GO: it execs when FORKED is told */
    int fds[NEAP_WIRE_FDS]; /* negative: none */
} neap_wire_job;

bool neap_wire_is_event(const neap_wire_head *head);
bool neap_wire_is_request(const neap_wire_head *head);

/* The bytes that `job` takes as a body; more than NEAP_WIRE_BODY_MAX must not be
 * sent. */
size_t neap_wire_spawn_size(const neap_wire_job *job);
void neap_wire_spawn_pack(const neap_wire_job *job, unsigned char *body);

/* How many pointers does neap_wire_spawn_unpack() need for this body? 0: it is
 * malformed. */
size_t neap_wire_spawn_slots(const unsigned char *body, size_t size);

/* How many descriptors were sent with it? */
int neap_wire_spawn_fds(const unsigned char *body);

/* Points `job` into `body` (which neap_wire_spawn_slots() has accepted, aligned as
 * malloc does) and into `slots`. slots[0] stays free before argv: room for the shell of
 * an ENOEXEC. `fds`: those that came. */
void neap_wire_spawn_unpack(unsigned char *body, char **slots, const int *fds,
                            neap_wire_job *job);

#endif
