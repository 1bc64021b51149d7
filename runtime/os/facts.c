/* facts.c - the list of facts. */
#include "facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *format_text(const char *format, va_list args)
{
    char text[1024];

    vsnprintf(text, sizeof text, format, args);
    return strdup(text);
}

static int make_room(neap_facts *f)
{
    size_t room = f->room ? 2 * f->room : 32;
    neap_fact *list;

    if (f->count < f->room)
        return 0;
    list = realloc(f->list, room * sizeof *list);
    if (!list)
        return -ENOMEM;
    f->list = list;
    f->room = room;
    return 0;
}

static void drop(const neap_fact *fact)
{
    free((char *)fact->name);
    free((char *)fact->value);
    free((char *)fact->remedy);
}

void neap_facts_add(neap_facts *f, const char *name, neap_fact_state state,
                    const char *remedy, const char *format, ...)
{
    neap_fact fact = {.state = state};
    va_list args;

    va_start(args, format);
    fact.name = strdup(name);
    fact.value = format_text(format, args);
    fact.remedy = remedy ? strdup(remedy) : NULL;
    va_end(args);
    if (!fact.name || !fact.value || (remedy && !fact.remedy) || make_room(f) < 0) {
        drop(&fact);
        f->error = -ENOMEM;
        return;
    }
    f->list[f->count++] = fact;
}

void neap_facts_need(neap_facts *f)
{
    if (f->count)
        f->list[f->count - 1].needed = true;
}

neap_fact_state neap_facts_state(const neap_facts *f, const char *name)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->list[i].name, name) == 0)
            return f->list[i].state;
    return NEAP_FACT_MISSING;
}

void neap_facts_fini(neap_facts *f)
{
    for (size_t i = 0; i < f->count; i++)
        drop(&f->list[i]);
    free(f->list);
}
