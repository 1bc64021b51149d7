/* load.c - finds the policy that a name, a path or a table stands for. */
#include "budget.h"
#include "embedded.h"
#include "host.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "policies/"

static bool is_path(const char *word)
{
    size_t size = strlen(word);

    return strchr(word, '/') || (size > 4 && strcmp(word + size - 4, ".lua") == 0);
}

static bool is_policy(const struct neap_embedded *e)
{
    return strncmp(e->name, FOLDER, strlen(FOLDER)) == 0;
}

/* What the policy's text says that it is also called, and how long that is; NULL:
 * nothing. It is our own text, and nothing else of the policies that are not asked for
 * is looked at. */
static const char *alias_of(const struct neap_embedded *e, size_t *size)
{
    static const char before[] = "\n  alias = \"";
    const char *at = strstr(e->text, before);

    if (!at)
        return NULL;
    at += sizeof before - 1;
    *size = strcspn(at, "\"");
    return at;
}

static bool has_alias(const struct neap_embedded *e, const char *name)
{
    size_t size;
    const char *alias = alias_of(e, &size);

    return alias && strlen(name) == size && memcmp(alias, name, size) == 0;
}

static const struct neap_embedded *find_embedded(const char *name)
{
    for (const struct neap_embedded *e = neap_embedded; e->name; e++) {
        if (is_policy(e) &&
            (strcmp(e->name + strlen(FOLDER), name) == 0 || has_alias(e, name)))
            return e;
    }
    return NULL;
}

static size_t count_names(void)
{
    size_t n = 0;

    while (neap_policy_at(n))
        n++;
    for (const struct neap_embedded *e = neap_embedded; e->name; e++)
        n++;
    return 2 * n; /* each may have an alias */
}

/* All names and aliases, for suggestions; the array is a userdata on the stack. */
static const char *const *push_names(lua_State *L)
{
    const char **names = lua_newuserdatauv(L, (count_names() + 1) * sizeof *names, 1);
    const neap_policy *p;
    const char *alias;
    size_t n = 0, size;

    lua_newtable(L); /* the aliases that are parts of a text */
    for (size_t i = 0; (p = neap_policy_at(i)); i++) {
        names[n++] = p->name;
        if (p->alias)
            names[n++] = p->alias;
    }
    for (const struct neap_embedded *e = neap_embedded; e->name; e++) {
        if (!is_policy(e))
            continue;
        names[n++] = e->name + strlen(FOLDER);
        alias = alias_of(e, &size);
        if (!alias)
            continue;
        names[n++] = lua_pushlstring(L, alias, size);
        lua_rawseti(L, -2, (lua_Integer)n);
    }
    names[n] = NULL;
    lua_setiuservalue(L, -2, 1);
    return names;
}

static int unknown(lua_State *L, const char *name)
{
    const char *hint = neap_option_hint(L, name, push_names(L));

    lua_pushfstring(L, "unknown policy \"%s\"%s", name, hint);
    return -NEAP_ENOTFOUND;
}

/* Pushes on L why the state `own` of the file `name` refused it. */
static void push_failure(lua_State *L, lua_State *own, const char *name)
{
    char message[512], plain[256];
    size_t size = sizeof "(an error object)" - 1;
    const char *text = "(an error object)";
    bool has_place;

    if (lua_type(own, -1) == LUA_TSTRING)
        text = lua_tolstring(own, -1, &size);
    if (strcmp(text, NEAP_TEXT_NO_MEMORY) != 0 ||
        !neap_budget_blame(own, message, sizeof message))
        neap_text_plain(message, sizeof message, text, size, NEAP_TEXT_LINE);
    neap_text_plain(plain, sizeof plain, name, strlen(name), NEAP_TEXT_LINE);
    has_place = strncmp(message, plain, strlen(plain)) == 0;
    lua_pushfstring(L, has_place ? "%s%s" : "%s: %s", has_place ? "" : plain, message);
}

/* A recorded run has the texts of its policies in it. */
static int keep_source(struct neap_script *s, struct neap_host *h, const char *text,
                       size_t size)
{
    char *copy;

    if (!s || !s->recorded)
        return 0;
    copy = malloc(size ? size : 1);
    if (!copy)
        return -NEAP_EMEMORY;
    memcpy(copy, text, size);
    h->record.source = h->source = copy;
    h->record.source_size = size;
    return 0;
}

/* Makes a host of a policy's text in a state of its own. */
int neap_load_text(lua_State *L, struct neap_script *s, const char *text, size_t size,
                   const char *chunk, struct neap_host **out)
{
    lua_State *own =
        neap_sandbox_new(s && s->policy_memory ? s->policy_memory : NEAP_BUDGET_MEMORY);
    struct neap_host *h = own ? neap_host_new(s, own) : NULL;
    int rc;

    if (!h) {
        lua_pushliteral(L, "out of memory");
        return -NEAP_EMEMORY;
    }
    *(struct neap_host **)lua_getextraspace(own) = h;
    rc = neap_sandbox_run(own, text, size, chunk);
    if (rc == 0)
        rc = neap_host_declare(h, own);
    if (rc == 0)
        rc = keep_source(s, h, text, size);
    if (rc == 0) {
        *out = h;
        return 0;
    }

    push_failure(L, own, chunk + 1);
    h->has_left = true;
    if (s)
        neap_host_sweep(s, NEAP_HOSTS_LEFT);
    else
        neap_host_free(h);
    return rc;
}

/* Reads at most `room` bytes of a regular file; returns how many, or -errno. It never
 * waits, as opening a fifo would, and it looks at the file that it has opened. */
static ssize_t read_regular(const char *path, char *buffer, size_t room)
{
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    ssize_t n = 1, size = 0;
    struct stat st;

    if (file < 0)
        return -errno;
    if (fstat(file, &st) < 0 || !S_ISREG(st.st_mode))
        n = -1, errno = EINVAL;
    while (n > 0 && (size_t)size < room) {
        n = read(file, buffer + size, room - (size_t)size);
        size += n > 0 ? n : 0;
    }
    if (n < 0)
        size = -errno;
    close(file);
    return size;
}

/* Reads the file into a userdata that it pushes, or pushes a message. */
static int push_file(lua_State *L, const char *path, const char **text, size_t *size)
{
    char *buffer = lua_newuserdatauv(L, NEAP_POLICY_FILE_MAX + 1, 0);
    ssize_t n = read_regular(path, buffer, NEAP_POLICY_FILE_MAX + 1);
    char plain[256];

    if (n > NEAP_POLICY_FILE_MAX)
        n = -EFBIG;
    if (n < 0) {
        neap_text_plain(plain, sizeof plain, path, strlen(path), NEAP_TEXT_LINE);
        lua_pushfstring(L, "cannot read policy file %s: %s", plain,
                        n == -EINVAL  ? "not a regular file"
                        : n == -EFBIG ? "it is longer than 256 KiB"
                                      : strerror((int)-n));
        return (int)n;
    }
    *text = buffer;
    *size = (size_t)n;
    return 0;
}

/* A policy that a script has made: it lives in the script's state. */
static int take_table(lua_State *L, struct neap_script *s, struct neap_host **out)
{
    struct neap_host *h = neap_host_new(s, NULL);
    int table = lua_gettop(L), rc;
    bool is_named = neap_option_get(L, table, "name") && lua_type(L, -1) == LUA_TSTRING;
    const char *name = is_named ? lua_tostring(L, -1) : "?";

    if (!h) {
        lua_pushliteral(L, "out of memory");
        return -NEAP_EMEMORY;
    }
    lua_pushvalue(L, table);
    rc = neap_host_declare(h, L);
    if (rc < 0) {
        lua_pushfstring(L, "policy %s: %s", name, lua_tostring(L, -1));
        h->has_left = true;
        neap_host_sweep(s, NEAP_HOSTS_LEFT);
        return rc;
    }
    *out = h;
    return 0;
}

static int take_file(lua_State *L, struct neap_script *s, const char *path,
                     struct neap_host **out)
{
    const char *text = NULL, *chunk;
    size_t size = 0;
    int rc = push_file(L, path, &text, &size);

    if (rc < 0)
        return rc;
    chunk = lua_pushfstring(L, "@%s", path);
    if (!s || !s->trust)
        return neap_load_text(L, s, text, size, chunk, out);
    if (neap_sandbox_run(L, text, size, chunk) < 0)
        return -NEAP_EPOLICY;
    rc = take_table(L, s, out);
    return rc < 0 ? rc : keep_source(s, *out, text, size);
}

static int take_embedded(lua_State *L, struct neap_script *s,
                         const struct neap_embedded *e, struct neap_host **out)
{
    return neap_load_text(L, s, e->text, e->size,
                          lua_pushfstring(L, "@%s.lua", e->name), out);
}

int neap_load_policy(lua_State *L, int index, struct neap_script *s,
                     struct neap_choice *out)
{
    const struct neap_embedded *e;
    const char *word;

    *out = (struct neap_choice){.name = NULL};
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_pushvalue(L, index);
    if (lua_istable(L, -1))
        return take_table(L, s, &out->host);
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "policy: expected a name, a path or a table, got a %s",
                   luaL_typename(L, -1));
    word = neap_option_text(L, -1, "policy");
    if (neap_library_is(word))
        return neap_library_take(L, s, word, &out->library);
    if (is_path(word))
        return take_file(L, s, word, &out->host);
    if (neap_policy_find(word)) {
        out->name = word;
        return 0;
    }
    e = find_embedded(word);
    return e ? take_embedded(L, s, e, &out->host) : unknown(L, word);
}

const neap_policy *neap_choice_table(const struct neap_choice *choice)
{
    return choice->host ? &choice->host->record : choice->library;
}

/* The list for `neap policies`. */

static void set_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void push_description(lua_State *L, const neap_policy *p, const char *language)
{
    static const char *const ideals[] = {NULL, "weight", "equal"};

    lua_createtable(L, 0, 7);
    set_text(L, "name", p->name);
    set_text(L, "alias", p->alias);
    set_text(L, "summary", p->summary);
    set_text(L, "language", language);
    set_text(L, "ideal", ideals[p->ideal]);
    lua_pushboolean(L, (p->flags & NEAP_STARVES) != 0);
    lua_setfield(L, -2, "starves");
    lua_pushboolean(L, (p->flags & NEAP_IDLES) != 0);
    lua_setfield(L, -2, "idles");
}

/* Adds the hooks to the table on top: of a policy in Lua those that it gives. */
static void add_hooks(lua_State *L, const neap_policy *p, const struct neap_host *h)
{
    const bool has[] = {p->init,    p->exit,    p->init_task, p->exit_task, p->enqueue,
                        p->dequeue, p->pick,    p->slice,     p->running,   p->stopping,
                        p->tick,    p->preempt, p->update,    p->signal,    p->timer};
    lua_Integer n = 0;

    lua_newtable(L);
    for (int i = 0; i < NEAP_HOOKS; i++) {
        if (h ? !h->has[i] : i > NEAP_HOOK_TIMER || !has[i])
            continue;
        lua_pushstring(L, neap_hook_names[i]);
        lua_rawseti(L, -2, ++n);
    }
    lua_setfield(L, -2, "hooks");
    lua_pushboolean(L, h && h->preempts);
    lua_setfield(L, -2, "preempts");
}

/* Those of `base`, and of a policy in C, have no default that could be told. */
static void add_params(lua_State *L, const neap_policy *p, const struct neap_host *h)
{
    lua_newtable(L);
    for (size_t i = 0; p->params && p->params[i]; i++) {
        lua_createtable(L, 0, 2);
        set_text(L, "name", p->params[i]);
        if (h) {
            lua_pushvalue(h->keep, NEAP_SLOT_SELF);
            lua_pushstring(h->keep, p->params[i]);
            lua_rawget(h->keep, -2);
            if (!lua_isnil(h->keep, -1))
                set_text(L, "default", luaL_tolstring(h->keep, -1, NULL));
            lua_settop(h->keep, NEAP_SLOTS);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "params");
}

/* neap.describe(policy): a name or a path; a table, or nil and a message. */
int neap_load_describe(lua_State *L)
{
    struct neap_script s = {.L = L};
    struct neap_choice choice;
    const neap_policy *p;
    int rc;

    luaL_checktype(L, 1, LUA_TSTRING);
    rc = neap_load_policy(L, 1, &s, &choice);
    if (rc < 0) {
        lua_pushnil(L);
        lua_insert(L, -2);
        lua_pushinteger(L, -rc);
        return 3;
    }
    p = choice.name ? neap_policy_find(choice.name) : neap_choice_table(&choice);
    push_description(L, p, choice.host ? "Lua" : "C");
    if (choice.host && choice.host->base)
        set_text(L, "base", choice.host->base->name);
    add_hooks(L, p, choice.host);
    add_params(L, p, choice.host);
    neap_host_sweep(&s, NEAP_HOSTS_ALL);
    return 1;
}

int neap_load_policies(lua_State *L)
{
    const neap_policy *p;
    lua_Integer n = 0;

    lua_newtable(L);
    for (size_t i = 0; (p = neap_policy_at(i)); i++) {
        push_description(L, p, "C");
        lua_rawseti(L, 1, ++n);
    }
    for (const struct neap_embedded *e = neap_embedded; e->name; e++) {
        struct neap_host *h = NULL;

        if (!is_policy(e))
            continue;
        if (take_embedded(L, NULL, e, &h) < 0)
            return lua_error(L);
        push_description(L, &h->record, "Lua");
        lua_rawseti(L, 1, ++n);
        neap_host_free(h);
        lua_settop(L, 1);
    }
    return 1;
}
