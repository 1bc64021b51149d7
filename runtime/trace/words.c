/* words.c - an event in words. */
#include "trace.h"
#include <stdio.h>
#include <string.h>

void neap_event_describe(const neap_event *e, char *out, size_t room)
{
    const char *field = neap_event_fields(e->kind);
    size_t used = (size_t)snprintf(out, room, "%s", neap_event_word(e->kind));
    int number = 0;

    for (; *field && used < room; field++) {
        char *end = out + used;

        if (*field == 't')
            snprintf(end, room - used, " task %llu", (unsigned long long)e->task);
        else if (*field == 'i')
            snprintf(end, room - used, " %lld", (long long)e->n[number++]);
        else if (*field == 's' && e->size)
            snprintf(end, room - used, " \"%.*s\"", (int)(e->size < 60 ? e->size : 60),
                     e->text);
        used += strlen(end);
    }
}
