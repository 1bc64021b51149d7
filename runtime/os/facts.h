/* facts.h - what the kernel lets this process do, as words for people.
 *
 * Each probe tries the thing itself and leaves nothing behind. What sticks to a thread
 * (rank, class) is tried in a thread that ends.
 */
#ifndef NEAP_OS_FACTS_H
#define NEAP_OS_FACTS_H

#include <neap/facts.h>
#include <sys/types.h>

struct neap_facts {
    neap_fact *list;
    size_t count, room;
    int error; /* -ENOMEM: something is not in the list */
};

/* Copies everything. `remedy` may be NULL. */
__attribute__((format(printf, 5, 6))) void
neap_facts_add(neap_facts *f, const char *name, neap_fact_state state,
               const char *remedy, const char *format, ...);
/* The one added last is needed. */
void neap_facts_need(neap_facts *f);
void neap_facts_fini(neap_facts *f);

/* The state of the fact `name`; missing if it is not in the list. */
neap_fact_state neap_facts_state(const neap_facts *f, const char *name);

void neap_os_facts_kernel(neap_facts *f); /* facts_kernel_linux.c: calls it has */
void neap_os_facts_proc(neap_facts *f);   /* facts_kernel_linux.c: /proc */
void neap_os_facts_trees(neap_facts *f);  /* facts_tree_linux.c: hold, account */
void neap_os_facts_rank(neap_facts *f);   /* facts_rank_linux.c: classes, lateness */
void neap_os_facts_limits(neap_facts *f); /* facts_limits_linux.c: how much of what */

#endif
