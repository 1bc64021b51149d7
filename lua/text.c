/* text.c - errors as text, and strings that live as long as their owner, in a list. */
#include "neap_lua.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPLAINED_MAX = 4096 }; /* bytes of a message that the traceback is put behind */

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

/* The length of the visible character that `s` begins with, 0 if it begins with none:
 * a control character (those beyond 127 too) or a byte that is not UTF-8 there. */
static size_t visible(const unsigned char *s, size_t left)
{
    static const uint32_t least[] = {0, 0, 0xa0, 0x800, 0x10000};
    size_t n = *s < 0x80 ? 1 : *s < 0xc0 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
    uint32_t code = n < 2 ? *s : *s & (0xffu >> (n + 1));

    if (n < 2)
        return n && *s >= ' ' && *s != 127;
    if (n > left || *s > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3f);
    }
    return code < least[n] || code > 0x10ffff || (code >> 11) == 0x1b ? 0 : n;
}

/* One character of the text in its visible form; returns how many bytes of the text
 * that was. */
static size_t put_plain(char out[8], const char *text, size_t left,
                        enum neap_text_lines lines)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = visible(s, left);

    if (*s == '\t' || (*s == '\n' && lines == NEAP_TEXT_LINES))
        n = 1;
    if (n > 0) {
        memcpy(out, text, n);
        out[n] = '\0';
        return n;
    }
    if (*s == '\n')
        strcpy(out, "\\n");
    else
        snprintf(out, 8, "\\%03u", (unsigned)*s);
    return 1;
}

void neap_text_plain(char *out, size_t room, const char *text, size_t size,
                     enum neap_text_lines lines)
{
    static const char more[] = "...";
    size_t used = 0;
    char piece[8];

    for (size_t at = 0; at < size;) {
        size_t step = put_plain(piece, text + at, size - at, lines);
        size_t length = strlen(piece);

        if (used + length + (at + step < size ? sizeof more - 1 : 0) >= room) {
            memcpy(out + used, more, sizeof more - 1);
            used += sizeof more - 1;
            break;
        }
        memcpy(out + used, piece, length);
        used += length;
        at += step;
    }
    out[used] = '\0';
}

/* Pushes the message that stands for the error at 1. */
static void push_message(lua_State *L)
{
    size_t size;
    const char *text = lua_tolstring(L, 1, &size);

    if (text) /* copies are made of it */
        lua_pushlstring(L, text, size < EXPLAINED_MAX ? size : EXPLAINED_MAX);
    else if (luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL)
        luaL_tolstring(L, 1, NULL);
    else
        lua_pushfstring(L, "(an error object: a %s)", lua_typename(L, lua_type(L, 1)));
}

int neap_text_message(lua_State *L)
{
    push_message(L);
    return 1;
}

int neap_text_explain(lua_State *L)
{
    push_message(L);
    lua_pushliteral(L, "\n");
    luaL_traceback(L, L, NULL, 1);
    lua_concat(L, 3);
    return 1;
}
