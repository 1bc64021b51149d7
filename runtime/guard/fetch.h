/* fetch.h - what a sysctl gives, in memory of its own, for the BSDs and macOS.
 *
 * Nothing here allocates from the heap: the guard looks at processes when there may be
 * no memory left, and the runtime does so between the calls of its embedder.
 */
#ifndef NEAP_GUARD_FETCH_H
#define NEAP_GUARD_FETCH_H

#include <stdbool.h>
#include <stddef.h>

typedef struct neap_fetched {
    void *memory; /* a mapping of `room` bytes, of which `size` are filled */
    size_t room, size;
} neap_fetched;

/* All that sysctl(3) tells under `mib`, which may grow while it is asked. False: it
 * tells nothing, or there is no memory. */
bool neap_fetch(int *mib, unsigned depth, neap_fetched *out);
void neap_fetched_free(const neap_fetched *fetched);

#endif
