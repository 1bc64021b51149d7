/* tree.h - what the files of this layer share about trees. */
#ifndef NEAP_OS_TREE_H
#define NEAP_OS_TREE_H

#include <stddef.h>
#include <sys/types.h>

/* The pids of `root` and its descendants, zombies too, in *out: in `first` if its
 * `room` is enough, else allocated. Returns how many, or -ENOMEM. */
int neap_os_tree_pids(pid_t root, pid_t *first, size_t room, pid_t **out);
void neap_os_tree_pids_free(const pid_t *first, pid_t *pids);

#endif
