/* about.c - what few tasks have, in a block that the others share. */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

const neap_about neap_about_nothing = {.name = "task"};

/* Its own block: nobody else's may be written. */
static neap_about *own(const neap_task *t)
{
    return t->about == &neap_about_nothing ? NULL : (neap_about *)t->about;
}

neap_about *neap_about_own(neap_task *t)
{
    neap_about *a = own(t);

    if (a)
        return a;
    a = malloc(sizeof *a);
    if (!a)
        return NULL;
    *a = neap_about_nothing;
    t->about = a;
    return a;
}

static void free_name(neap_about *a)
{
    if (a->name != neap_about_nothing.name)
        free((char *)a->name);
}

int neap_about_rename(neap_task *t, const char *name)
{
    char *copy = strdup(name);
    neap_about *a = copy ? neap_about_own(t) : NULL;

    if (!a) {
        free(copy);
        return -NEAP_EMEMORY;
    }
    free_name(a);
    a->name = copy;
    return 0;
}

void neap_about_free(neap_task *t)
{
    neap_about *a = own(t);

    if (!a)
        return;
    free_name(a);
    free((uint64_t *)a->affinity);
    free(a);
}

neap_about *neap_core_about(neap_task *t)
{
    return own(t);
}
