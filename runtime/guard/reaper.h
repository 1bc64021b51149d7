/* reaper.h - who gets the orphans, for the BSDs and macOS. */
#ifndef NEAP_GUARD_REAPER_H
#define NEAP_GUARD_REAPER_H

#include <stddef.h>

/* From now on the orphans of our descendants come to this process: of those that are
 * begun after this. 0; -ENOSYS: this system gives them to process 1, and what a task
 * leaves behind outside its group is not found again. */
int neap_reaper_become(void);

/* The file of this program, so that a reaper can start it once more. 0; -ENOSYS. */
int neap_reaper_program(char *out, size_t room);

#endif
