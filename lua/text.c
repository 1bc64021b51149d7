/* text.c - strings that live as long as their owner, in a list. */
#include "neap_lua.h"
#include <stdlib.h>
#include <string.h>

const char *neap_text_keep(struct neap_text **list, const char *text)
{
    size_t size = strlen(text) + 1;
    struct neap_text *entry;

    for (entry = *list; entry; entry = entry->next) {
        if (strcmp(entry->text, text) == 0)
            return entry->text;
    }
    entry = malloc(sizeof *entry + size);
    if (!entry)
        return NULL;
    memcpy(entry->text, text, size);
    entry->next = *list;
    *list = entry;
    return entry->text;
}

void neap_text_free(struct neap_text **list)
{
    while (*list) {
        struct neap_text *entry = *list;

        *list = entry->next;
        free(entry);
    }
}
