/* groups.h - the process groups that a tree is in, for tree.c. */
#ifndef NEAP_LOOP_GROUPS_H
#define NEAP_LOOP_GROUPS_H

#include "runtime.h"

/* Which groups the tree is in now, and which can be stopped as such. */
void neap_groups_sort(neap_runtime *rt, process *p);
void neap_groups_free(neap_runtime *rt, process *p);

/* Into the record, before it can be held. */
void neap_group_note(neap_runtime *rt, const process *p, tree_group *g,
                     const neap_proc *who);

/* The group that it is signalled with; NULL: it is signalled alone. */
tree_group *neap_group_of(process *p, const member *m);

int neap_group_signal(const process *p, const tree_group *g, int signo);

#endif
