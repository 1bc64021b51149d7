/* declare.c - reads a policy's table and makes the record of it.
 *
 * The table is read once, raw. What it says later changes nothing: hooks are kept by
 * reference, and self is a copy.
 */
#include "budget.h"
#include "host.h"
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *const declarations[] = {"name",     "alias", "summary", "base",
                                           "starves",  "idles", "ticks",   "ideal",
                                           "preempts", NULL};

enum { FIELDS_MAX = 256, NAME_ROOM = 64, SUMMARY_ROOM = 256, PARAM_ROOM = 64 };

static size_t rounded(size_t size)
{
    return (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) *
           _Alignof(max_align_t);
}

static int place_in(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    return -1;
}

static const char *keep_text(lua_State *L, struct neap_host *h, const char *text)
{
    const char *copy = neap_text_keep(&h->text, text);

    if (!copy)
        luaL_error(L, "out of memory");
    return copy;
}

/* The text on top as a person is shown it: of less than `room` bytes, all visible. */
static const char *visible_text(lua_State *L, const char *what, size_t room)
{
    const char *text = neap_option_text(L, -1, what);
    char plain[SUMMARY_ROOM];

    neap_text_plain(plain, room, text, strlen(text), NEAP_TEXT_LINE);
    if (strcmp(plain, text) != 0)
        luaL_error(L,
                   "%s \"%s\": expected a text of at most %d bytes without control "
                   "characters",
                   what, plain, (int)room - 1);
    return text;
}

/* Declarations. The table is at index 2. */

static void read_base(lua_State *L, struct neap_host *h)
{
    const char *name;

    if (!neap_option_get(L, 2, "base"))
        return;
    name = neap_option_text(L, -1, "base");
    h->base = neap_policy_find(name);
    if (!h->base) {
        const char *names[64];
        size_t n = 0;

        for (const neap_policy *p; n < 63 && (p = neap_policy_at(n)); n++)
            names[n] = p->name;
        names[n] = NULL;
        luaL_error(L, "base \"%s\" is no policy in C%s", name,
                   neap_option_hint(L, name, names));
    }
    h->record = *h->base;
    h->record.alias = NULL;
    h->record.summary = NULL;
    h->record.params = NULL;
}

/* Sets or clears a flag where the table has a word on it; else base's stands. */
static void read_flag(lua_State *L, struct neap_host *h, const char *name,
                      unsigned flag)
{
    if (!neap_option_get(L, 2, name))
        return;
    if (neap_option_boolean(L, -1, name))
        h->record.flags |= flag;
    else
        h->record.flags &= ~flag;
}

static void read_declarations(lua_State *L, struct neap_host *h)
{
    static const char *const ticks[] = {"always", NULL};
    static const char *const ideals[] = {"weight", "equal", NULL};
    const char *name;

    if (!neap_option_get(L, 2, "name"))
        luaL_error(L, "a policy needs a name");
    name = visible_text(L, "name", NAME_ROOM);
    if (!name[0])
        luaL_error(L, "a policy needs a name, not \"\"");
    read_base(L, h);
    h->record.name = keep_text(L, h, name);
    if (neap_option_get(L, 2, "alias"))
        h->record.alias = keep_text(L, h, neap_option_text(L, -1, "alias"));
    if (neap_option_get(L, 2, "summary"))
        h->record.summary = keep_text(L, h, visible_text(L, "summary", SUMMARY_ROOM));
    read_flag(L, h, "starves", NEAP_STARVES);
    read_flag(L, h, "idles", NEAP_IDLES);
    if (neap_option_get(L, 2, "preempts"))
        h->preempts = neap_option_boolean(L, -1, "preempts");
    if (neap_option_get(L, 2, "ticks")) {
        neap_option_enum(L, -1, "ticks", ticks);
        h->record.flags |= NEAP_TICKS_ALWAYS;
    }
    if (h->has[NEAP_HOOK_PICK] || h->has[NEAP_HOOK_ENQUEUE])
        h->record.ideal =
            NEAP_NO_IDEAL; /* another order than base's promises another share */
    if (neap_option_get(L, 2, "ideal"))
        h->record.ideal = (neap_ideal)(1 + neap_option_enum(L, -1, "ideal", ideals));
}

/* Hooks and parameters. */

/* Raises, and tells where the function on top was written. */
static void refuse_function(lua_State *L, const char *name)
{
    lua_Debug info;
    const char *hint = neap_option_hint(L, name, neap_hook_names);

    lua_pushvalue(L, -2);
    lua_getinfo(L, ">S", &info);
    luaL_error(
        L,
        "%s:%d: unknown hook \"%s\"%s (the names of your own functions begin with _)",
        info.short_src, info.linedefined, name, hint);
}

/* How many arguments the function on top has a name for. */
static unsigned char arguments_of(lua_State *L)
{
    lua_Debug info;

    lua_pushvalue(L, -1);
    lua_getinfo(L, ">u", &info);
    return info.isvararg ? UCHAR_MAX : info.nparams;
}

static bool is_value(int type)
{
    return type == LUA_TNUMBER || type == LUA_TBOOLEAN || type == LUA_TSTRING;
}

/* Looks at the pair on top. Returns true if it is a parameter. */
static bool read_field(lua_State *L, struct neap_host *h)
{
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "_";
    int hook = place_in(neap_hook_names, name);

    if (hook >= 0) {
        if (!lua_isfunction(L, -1))
            luaL_error(L, "the hook %s must be a function, not a %s", name,
                       luaL_typename(L, -1));
        h->has[hook] = true;
        h->takes[hook] = arguments_of(L);
        return false;
    }
    if (name[0] == '_' || place_in(declarations, name) >= 0)
        return false;
    if (lua_isfunction(L, -1))
        refuse_function(L, name);
    return is_value(lua_type(L, -1));
}

static size_t read_fields(lua_State *L, struct neap_host *h)
{
    size_t params = 0, fields = 0;

    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        if (++fields > FIELDS_MAX)
            luaL_error(L,
                       "a policy's table has at most %d fields: data goes into "
                       "tables of its own",
                       FIELDS_MAX);
        params += read_field(L, h);
    }
    return params;
}

static void check_queue(lua_State *L, const struct neap_host *h)
{
    const bool *has = h->has;
    int queue = has[NEAP_HOOK_ENQUEUE] + has[NEAP_HOOK_DEQUEUE] + has[NEAP_HOOK_PICK];

    if (has[NEAP_HOOK_KEY] && (queue || h->base))
        luaL_error(
            L, "key is the whole order: base, enqueue, dequeue and pick cannot stand "
               "beside it");
    if (h->preempts && !has[NEAP_HOOK_KEY])
        luaL_error(L, "preempts compares keys: it stands beside key alone");
    if (h->preempts && has[NEAP_HOOK_PREEMPT])
        luaL_error(L, "preempts is the whole answer: the hook preempt cannot stand "
                      "beside it");
    if (queue && queue < 3 && !(h->base && h->base->pick))
        luaL_error(L, "enqueue, dequeue and pick come together: all or none");
}

/* The names of the parameters: base's, and the fields that are ones. */
static void name_params(lua_State *L, struct neap_host *h, size_t own)
{
    const char *const *base = h->base ? h->base->params : NULL;
    size_t n = 0;

    while (base && base[n])
        n++;
    h->params = calloc(n + own + 1, sizeof *h->params);
    if (!h->params)
        luaL_error(L, "out of memory");
    if (n)
        memcpy(h->params, base, n * sizeof *base);
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        if (read_field(L, h)) {
            lua_pushvalue(L, -2);
            h->params[n++] = keep_text(L, h, visible_text(L, "parameter", PARAM_ROOM));
            lua_pop(L, 1);
        }
    }
    h->record.params = h->params;
}

/* Values for the host's threads. */

static void anchor_keep(lua_State *L, struct neap_host *h)
{
    h->keep = lua_newthread(L);
    luaL_checkstack(h->keep, NEAP_SLOTS + LUA_MINSTACK, NULL);
    if (h->own) {
        lua_rawsetp(L, LUA_REGISTRYINDEX, h);
        return;
    }
    neap_script_anchor(L, h->script);
    lua_insert(L, -2);
    h->keep_ref = luaL_ref(L, -2);
    lua_pop(L, 1);
}

static void fill_keep(lua_State *L, struct neap_host *h)
{
    anchor_keep(L, h);
    lua_pushcfunction(L, neap_text_explain);
    neap_context_push(L, 2, h);
    lua_newtable(L); /* handles */
    neap_call_push_words(L);
    lua_pushnil(L); /* what is saved for it */
    if (h->own)
        lua_pushnil(L);
    else
        h->L = lua_newthread(L);
    lua_xmove(L, h->keep, NEAP_SLOT_HOOK - 1);
    for (int i = 0; i < NEAP_HOOKS; i++) {
        lua_pushstring(L, neap_hook_names[i]);
        lua_rawget(L, 2);
        lua_xmove(L, h->keep, 1);
    }
}

/* Copies the slots to the bottom of the thread of the hooks. */
static bool lay_ground(struct neap_host *h)
{
    assert(lua_gettop(h->L) == 0);
    if (!lua_checkstack(h->L, NEAP_SLOTS + LUA_MINSTACK))
        return false;
    for (int slot = 1; slot <= NEAP_SLOTS; slot++) {
        lua_pushvalue(h->keep, slot);
        lua_xmove(h->keep, h->L, 1);
    }
    return true;
}

static void complete(struct neap_host *h)
{
    neap_policy *p = &h->record;

    h->seat = rounded(p->task_size);
    p->task_size = h->seat + sizeof(struct neap_seat);
    if (h->has[NEAP_HOOK_KEY])
        p->state_size = sizeof(neap_heap);
    p->host = h;
    neap_host_hook_up(h);
}

/* Arguments: the host, the policy's table. */
static int declare_body(lua_State *L)
{
    struct neap_host *h = lua_touserdata(L, 1);
    size_t params;

    if (lua_type(L, 2) != LUA_TTABLE)
        luaL_error(L, "a policy is a table, not a %s", luaL_typename(L, 2));
    if (lua_getmetatable(L, 2))
        luaL_error(
            L, "a policy is a plain table: hooks from a metatable are not looked at");
    luaL_checkstack(L, 2 * LUA_MINSTACK, NULL);
    params = read_fields(L, h);
    read_declarations(L, h);
    check_queue(L, h);
    lua_settop(L, 2);
    name_params(L, h, params);
    fill_keep(L, h);
    complete(h);
    return 0;
}

int neap_host_declare(struct neap_host *h, lua_State *L)
{
    lua_pushcfunction(L, declare_body);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, h);
    lua_insert(L, -2);
    if (lua_pcall(L, 2, 0, 0) != LUA_OK)
        return -NEAP_EPOLICY;
    if (lay_ground(h))
        return 0;
    lua_pushliteral(L, NEAP_TEXT_NO_MEMORY);
    return -NEAP_EPOLICY;
}

struct neap_host *neap_host_new(struct neap_script *s, lua_State *own)
{
    struct neap_host *h = calloc(1, sizeof *h);

    if (!h) {
        if (own)
            neap_budget_close(own);
        return NULL;
    }
    h->own = own;
    h->budget = own ? neap_budget_of(own) : NULL;
    h->L = own;
    h->keep_ref = LUA_NOREF;
    h->script = s;
    if (s && s->profile)
        h->profile = calloc(NEAP_HOOKS, sizeof *h->profile);
    if (s) {
        h->next = s->hosts;
        s->hosts = h;
    }
    return h;
}

void neap_host_free(struct neap_host *h)
{
    if (h->link)
        h->link->host = NULL;
    if (h->own)
        neap_budget_close(h->own);
    else
        luaL_unref(h->script->keep, NEAP_KEEP_ANCHOR, h->keep_ref);
    neap_text_free(&h->text);
    free(h->params);
    free(h->source);
    free(h->profile);
    free(h);
}

void neap_host_sweep(struct neap_script *s, enum neap_host_which which)
{
    struct neap_host **at = &s->hosts;

    while (*at) {
        struct neap_host *h = *at;

        if (which == NEAP_HOSTS_ALL || h->has_left) {
            *at = h->next;
            neap_host_free(h);
        } else {
            at = &h->next;
        }
    }
    if (which == NEAP_HOSTS_ALL)
        neap_library_close(s);
}
