/* lineage.h - whose is a process, whatever it has made of itself?
 *
 * Shared, like wire.h, by the guard and by ../os. Session, group, parent and
 * environment can all be left behind. A resource limit is inherited by every fork and
 * exec, and nobody changes one that is not enforced: that of file locks, which has had
 * no effect since Linux 2.4.25. So the soft limit of a task's locks names its guard and
 * its tag. The hard limit stays as it was, so that a neap inside neap can name its own.
 */
#ifndef NEAP_GUARD_LINEAGE_H
#define NEAP_GUARD_LINEAGE_H

#include <stdint.h>
#include <sys/types.h>

/* Names this process, and all that it will start. Legal between fork and exec. What
 * cannot be named goes without. */
void neap_lineage_set(pid_t guard, uint64_t tag);

/* Zombies can be asked, too. 0; -ENOENT: it has no such name, or is gone. */
int neap_lineage_read(pid_t pid, pid_t *guard, uint64_t *tag);

#endif
