/* process.h - what the loop knows of a task's processes: the leader, and its tree.
 *
 * One `process` for each task of kind PROCESS or ATTACHED; its members are all that
 * were ever found in the tree (members.c, tree.c).
 */
#ifndef NEAP_LOOP_PROCESS_H
#define NEAP_LOOP_PROCESS_H

#include "core/core.h"
#include "os/cgroup.h"
#include "os/member.h"
#include "os/os.h"
#include <neap/limits.h>

/* Where a task's process is on its way. */
typedef enum {
    P_QUEUED, /* not picked yet: only a description */
    P_ASKED,  /* picked: the guard has been, or will be, asked to fork */
    P_FORKED, /* waits before exec */
    P_LIVE,
    P_ENDED, /* its leader has exited; the rest of the tree is being ended */
    P_GONE
} phase;

typedef struct process process;
typedef struct member member;

/* A process that belongs to a task, as it was when it was last looked at. The leader is
 * the first in its task's list. */
struct member {
    neap_proc who;
    process *of;  /* NULL: nobody's */
    member *next; /* of the same task */
    member *next_in_bucket;
    bool judged;      /* was it looked at for `exempt`? */
    bool moved;       /* to another group since it was last known to be let go */
    bool stopped;     /* not by us: it is left so */
    bool exempt;      /* it is not ours to stop: traced, or another user's */
    bool foreign;     /* it is in a group that is not its task's */
    bool held;        /* we have stopped it alone, apart from its group */
    int entry;        /* of it alone in the record; negative: none */
    neap_ns used;     /* its clocks at their last reading */
    uint64_t parents; /* what its parent had reaped when it was last seen */
};

typedef struct members {
    member **bucket;
    size_t room, count;
} members;

/* A group that a tree is in. */
typedef struct tree_group {
    pid_t id;
    int descriptor; /* stands for it; negative: none */
    int entry;      /* in the record; negative: none */
    bool mixed;     /* somebody in it must be left alone: it is held one by one */
    bool shared;    /* ... others than the task's are in it: it is never signalled */
    bool held;      /* we have stopped it as a whole */
    bool seen;      /* by the present scan */
} tree_group;
/* Where what a process writes is to go (output.c). */
typedef struct process_output {
    neap_output mode;
    unsigned collector; /* the number of the one that has its pipes; 0: none */
    char *path;         /* of FILES: without the .out */
    int *fds;           /* three that the job brought, ours; NULL: none */
    neap_ns asked_at;   /* when the collector was asked first */
} process_output;

/* The process of a task. */
struct process {
    neap_task *task;
    phase phase;
    char *program;
    char **argv, **env; /* each one block; NULL once it runs. env NULL: ours */
    char *cwd;
    neap_stdin input;
    struct task_limits *limits; /* NULL: none (limits.h); NULL once it runs */
    neap_os_cpuset *bound;      /* the CPUs that it was bound to; NULL: any */
    bool pinned;                /* bound to the CPU of its turn */
    int on;                     /* that CPU; NEAP_NO_CPU: none yet */
    process_output output;

    member *members; /* of its tree that are known, the leader first */
    int n_members;
    tree_group own;     /* the leader's group: its zombie keeps the number ours */
    tree_group *groups; /* those beside it */
    int n_groups;
    int n_foreign;           /* members in groups that are not ours */
    bool has_forked;         /* it has, or had, children */
    bool found;              /* an orphan of it was, just now */
    neap_ns loose_at;        /* when one was found last; 0: never */
    bool suspect;            /* it used time while it was held */
    bool warned;             /* that a part of it cannot be held */
    neap_ns ran, looked_ran; /* wall time that it was released; at its last scan */

    neap_os_cgroup *cgroup;      /* that all of it is in; NULL: none */
    int counter;                 /* of NEAP_SOURCE_PERF; negative: none */
    neap_ns leader_cpu;          /* what the leader's clock said last */
    neap_ns told_at;             /* when the core was last told of its time */
    neap_ns exact, exact_leader; /* the tree's time, and the leader's then */
    neap_ns exact_ran;           /* its `ran` when the whole tree was read */
    neap_ns exited_cpu;  /* of the leader and those it waited for, when it has ended */
    neap_ns orphans_cpu; /* of what the guard has reaped, where clocks count */
    neap_ns missed, clocks_ran; /* what its counter does not count; its `ran` then */
    neap_ns held_cpu;           /* what it had used when it was held */
    neap_ns held_quick;         /* ... as a quick look tells that may leave some out */
    neap_ns released_cpu;       /* ... and when it was let go */

    /* Is it asleep? (sleep.c) */
    neap_ns look_at;    /* when to look at it while it has a cpu */
    neap_ns sure_until; /* ... whatever looks have cost, if not later than that */
    neap_ns patience;   /* how long from its release to that look */
    neap_ns seen_at, seen_cpu; /* when it was last looked at, and its time then */
    unsigned asked;            /* how often, as a sleeper */
    unsigned vain, spare;      /* looks that found it awake; those to be left out now */
    process *next_asleep, *prev_asleep; /* NULL: it is not among the sleepers */

    bool held, was_held; /* we have stopped it; ever */
    bool suspended;      /* ... by neap_suspend(), though it may run */
    bool correct;        /* in rt->held: its CPU time is to be read once more */
    int looks;           /* ... that there were since it was held */
    neap_ns correct_at;  /* not before */
    bool ending;         /* TERM was sent: it may run until it is gone */
    bool ended_by_run;   /* by neap_end(): how = ended, never a failure */
    bool sent;           /* P_ASKED: the guard was asked, and not only will be */
    bool reaped;     /* its leader has been: what is left of it is its group alone */
    bool group_left; /* ... and somebody is in that */
    bool adopted;    /* our child, since its guard died */
    struct attached *attached; /* NULL: we have started it (attach.h) */
    struct {
        bool told;
        pid_t pid;
        int signo, error;
        neap_ns by; /* until then it may be seen to have come all the same; 0: it has */
    } refused;      /* the last signal that we were not allowed to send */
    neap_ns exec_by;        /* P_FORKED, adopted: when we give up */
    uint64_t signals_later; /* bit n - 1: signal n came before it could get one */
    neap_ns released_at, stopped_at;
    neap_ns kill_at;     /* when to send KILL; NEAP_FOREVER: not, or done */
    neap_ns hold_at;     /* when to hold it again that was let go to act on a signal */
    neap_ns timeout;     /* of what it ran and slept; 0: none */
    bool may_be_late;    /* its deadline does not end it */
    bool timed_out;      /* one of the two has */
    neap_timer overtime; /* looks at them; 0: none */
    neap_ns ended_at;    /* when its leader's end was heard of */
    process *next_held;  /* list of those to be read once more */
    process *next_ended; /* of those whose leader's end was just heard of */
};

#endif
