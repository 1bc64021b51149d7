/* text.c - errors as text, and strings that live as long as their owner, in a list. */
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

int neap_text_explain(lua_State *L)
{
    const char *message = lua_tostring(L, 1);

    if (!message && luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL)
        message = luaL_tolstring(L, 1, NULL);
    if (!message)
        message = lua_pushfstring(L, "(an error object: a %s)", luaL_typename(L, 1));
    luaL_traceback(L, L, message, 1);
    return 1;
}
