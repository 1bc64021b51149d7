/* names.c - names of files that are given once each.
 *
 * A table by hash with open addressing: ten thousand tasks of one name are usual. Each
 * entry knows the next number to try, so none of them looks at all the others.
 */
#include "runtime.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct loop_name {
    char *name; /* NULL: free */
    uint64_t device, inode;
    unsigned long next; /* number to try when it is asked for again */
} loop_name;

static uint64_t hash_of(uint64_t device, uint64_t inode, const char *name)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ device * 31 ^ inode; /* FNV-1a */

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return h ^ h >> 32;
}

/* Its entry, or the free one where it would be. */
static loop_name *find(const loop_output *o, uint64_t device, uint64_t inode,
                       const char *name)
{
    size_t at = (size_t)hash_of(device, inode, name) & (o->names_room - 1);

    while (o->names[at].name &&
           (o->names[at].device != device || o->names[at].inode != inode ||
            strcmp(o->names[at].name, name) != 0))
        at = (at + 1) & (o->names_room - 1);
    return &o->names[at];
}

/* So that at most half of the table is used. */
static int grow(loop_output *o)
{
    loop_output old = *o;

    if (2 * (o->n_names + 2) <= o->names_room)
        return 0;
    o->names_room = old.names_room ? 2 * old.names_room : 64;
    o->names = calloc(o->names_room, sizeof *o->names);
    if (!o->names) {
        *o = old;
        return -NEAP_EMEMORY;
    }
    for (size_t i = 0; i < old.names_room; i++) {
        const loop_name *n = &old.names[i];

        if (n->name)
            *find(o, n->device, n->inode, n->name) = *n;
    }
    free(old.names);
    return 0;
}

/* Takes the free entry `n`. */
static int take(loop_output *o, loop_name *n, uint64_t device, uint64_t inode,
                const char *name)
{
    char *copy = strdup(name);

    if (!copy)
        return -NEAP_EMEMORY;
    *n = (loop_name){.name = copy, .device = device, .inode = inode, .next = 2};
    o->n_names++;
    return 0;
}

int neap_names_take(loop_output *o, uint64_t device, uint64_t inode, const char *name,
                    char *out, size_t room)
{
    loop_name *first, *n;

    if (grow(o) < 0)
        return -NEAP_EMEMORY;
    first = n = find(o, device, inode, name);
    snprintf(out, room, "%s", name);
    while (n->name) {
        snprintf(out, room, "%s.%lu", name, first->next++);
        n = find(o, device, inode, out);
    }
    return take(o, n, device, inode, out);
}

void neap_names_free(loop_output *o)
{
    for (size_t i = 0; i < o->names_room; i++)
        free(o->names[i].name);
    free(o->names);
    o->names = NULL;
    o->names_room = o->n_names = 0;
}
