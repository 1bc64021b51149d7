/* coming.c - what was recorded of the policy that comes next. */
#include "coming.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

int neap_coming_source(coming *c, const neap_event *e)
{
    free(c->source);
    c->source = malloc(e->size + 1);
    if (!c->source)
        return neap_error(NEAP_EMEMORY, NULL);
    memcpy(c->source, e->text, e->size + 1);
    c->source_size = e->size;
    return 0;
}

int neap_coming_param(coming *c, const neap_event *e)
{
    neap_param *longer = realloc(c->list, (c->count + 1) * sizeof *longer);
    char *name, *value;

    if (!longer)
        return neap_error(NEAP_EMEMORY, NULL);
    c->list = longer;
    name = strdup(e->text);
    value = name ? strchr(name, '=') : NULL;
    if (!value) {
        free(name);
        return neap_error(NEAP_EINVAL, "a recorded parameter has no value");
    }
    *value = '\0';
    c->list[c->count++] = (neap_param){name, value + 1};
    return 0;
}

void neap_coming_forget(coming *c)
{
    for (size_t i = 0; i < c->count; i++)
        free((char *)c->list[i].name);
    free(c->list);
    free(c->source);
    *c = (coming){.source = NULL};
}
