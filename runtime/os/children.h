/* children.h - processes that came to us when their parent died: this process as a
 * subreaper.
 */
#ifndef NEAP_CHILDREN_H
#define NEAP_CHILDREN_H

#include "os.h"

int neap_os_adopt_orphans(void); /* from now on those of our descendants come to us */
/* No SIGCHLD for children that are stopped or continued. Whoever handles SIGCHLD does
 * so first. */
void neap_os_hear_only_ends(void);

typedef struct neap_os_end {
    int code; /* exit status, or signal number */
    bool signalled;
    neap_ns cpu; /* of it and of all that it had waited for */
} neap_os_end;

/* Has our child `pid` ended? 1: it has, and stays a zombie until it is taken; 0: no;
 * -ECHILD: it is no child of ours. */
int neap_os_child_ended(pid_t pid, neap_os_end *out);
void neap_os_child_take(pid_t pid);

/* Does `pid` run a program, or has it not exec'd since its fork? 1: it does, or did
 * until it ended; 0: not yet; -ESRCH: it ended without, or is gone. */
int neap_os_has_execed(pid_t pid);

/* Takes away the children that have ended and are neither in our session nor `but` nor,
 * by `keep`, somebody's. */
void neap_os_take_strays(pid_t but, bool (*keep)(void *user, pid_t pid), void *user);

/* Calls `fn` for each living process that NEAP_TASK says is of the guard `guard`. One
 * look at everything: tens of microseconds for each process that there is. */
void neap_os_each_tagged(pid_t guard, void (*fn)(void *user, pid_t pid), void *user);

#endif
