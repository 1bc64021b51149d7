/* table.h - the kernel's table of processes, for the BSDs and macOS.
 *
 * What they tell is much the same, and each tells it in a structure of its own: so
 * there is one table_SYSTEM.c for each, and what is made of it is in proc_bsd.c and in
 * ../os. Times are microseconds: `start` and `waited` of neap_proc, too. A process that
 * ended is in the table until it is reaped.
 */
#ifndef NEAP_GUARD_TABLE_H
#define NEAP_GUARD_TABLE_H

#include "fetch.h"
#include "proc.h"

/* A glance at all of it. */
typedef struct neap_table {
    neap_fetched fetched;
    size_t count;
} neap_table;

bool neap_table_open(neap_table *t); /* false: there is no memory for it */
void neap_table_close(const neap_table *t);
pid_t neap_table_pid(const neap_table *t, size_t i);
pid_t neap_table_parent(const neap_table *t, size_t i);

/* One process. `state` is the one that most matters among its threads: R if any of them
 * runs. 0, or -ESRCH. */
int neap_table_read(pid_t pid, neap_proc *out);

/* Nanoseconds that it has used, and that the children which it has reaped had. 0; or
 * -ESRCH: it is gone, or another user's where that is kept secret. */
int neap_table_used(pid_t pid, int64_t *own, int64_t *waited);

pid_t neap_table_tracer(pid_t pid); /* 0: none, or unknown */

/* The first 15 bytes of its program's name; "?": unknown. */
void neap_table_name(pid_t pid, char *out, size_t room);

/* Now, on the clock of neap_proc's `start`. */
uint64_t neap_table_now(void);

/* Closes the descriptors `from` and above. Allocates nothing. */
void neap_table_close_from(int from);

#endif
