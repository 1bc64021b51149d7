/* attach.h - tasks whose process we did not start.
 *
 * It is nobody of ours: its parent takes its end away, the guard does not know it. So
 * what holds it stands in the record first, it is let go whatever becomes of us, and
 * nothing of it is ended unless that is asked for by name.
 */
#ifndef NEAP_LOOP_ATTACH_H
#define NEAP_LOOP_ATTACH_H

#include "os/attach.h"
#include "runtime.h"

typedef struct attached {
    neap_proc who;
    int descriptor; /* readable at its end; negative: none, it is looked for */
    struct end_watch *watch;
    bool over;       /* it has ended, or seems to */
    int asked;       /* how often nobody could say how */
    neap_ns before;  /* what its tree's clocks said more than its task has used */
    neap_ns checked; /* its `ran` when strangers were looked for in its groups */
    process *next;
} attached;

void neap_attach_listen(neap_runtime *rt); /* who has ended? */
/* It goes on without us, and its task ends. */
void neap_attach_let_go(neap_runtime *rt, process *p);
void neap_attach_forget(neap_runtime *rt, process *p);

/* tree.c: its tree, as it is now. No member: no memory. */
void neap_tree_attach(neap_runtime *rt, process *p, const neap_os_attached *as);

#endif
