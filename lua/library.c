/* library.c - policies in C that a script takes from shared objects: -p ./mine.so.
 *
 * One that was loaded stays until the script's runtime is closed: the policy in charge
 * may be in it, and reports may still name it.
 */
#include "neap_lua.h"
#include <stdlib.h>
#include <string.h>

struct neap_library {
    struct neap_library *next;
    neap_policy_file *file;
    char path[];
};

bool neap_library_is(const char *word)
{
    size_t size = strlen(word);

    return size > 3 && strcmp(word + size - 3, ".so") == 0;
}

static const neap_policy *add(struct neap_script *s, struct neap_library *l,
                              const char *path)
{
    strcpy(l->path, path);
    l->next = s->libraries;
    s->libraries = l;
    return neap_policy_file_table(l->file);
}

int neap_library_take(lua_State *L, struct neap_script *s, const char *path,
                      const neap_policy **out)
{
    struct neap_library *l = s->libraries;
    int rc;

    while (l && strcmp(l->path, path) != 0)
        l = l->next;
    if (l) {
        *out = neap_policy_file_table(l->file);
        return 0;
    }
    l = malloc(sizeof *l + strlen(path) + 1);
    if (!l) {
        lua_pushliteral(L, "out of memory");
        return -NEAP_EMEMORY;
    }
    rc = neap_policy_file_open(&l->file, path);
    if (rc == 0) {
        *out = add(s, l, path);
        return 0;
    }
    free(l);
    lua_pushstring(L, neap_last_error());
    return rc;
}

const neap_policy *neap_library_find(const struct neap_script *s, const char *name)
{
    for (const struct neap_library *l = s->libraries; l; l = l->next) {
        const neap_policy *p = neap_policy_file_table(l->file);

        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

void neap_library_close(struct neap_script *s)
{
    while (s->libraries) {
        struct neap_library *l = s->libraries;

        s->libraries = l->next;
        neap_policy_file_close(l->file);
        free(l);
    }
}
