/* context.c - `self`: the instance of a policy that the hooks are given.
 *
 * A shallow copy of the policy's table, made when a runtime takes it, so that what a
 * policy keeps in self belongs to one runtime. What the author has not set is looked up
 * here: the fields and verbs of the context, which are there while a hook runs.
 */
#include "host.h"
#include "strict.h"
#include <string.h>

enum { COUNTER_ROOM = 32 };

enum field { F_CPUS, F_NOW, F_QUANTUM, F_READY };
static const char *const fields[] = {"cpus", "now", "quantum", "ready", NULL};

struct neap_host *neap_context_host(lua_State *L)
{
    const struct neap_link *link = lua_touserdata(L, lua_upvalueindex(1));

    if (!link->host)
        luaL_error(L, "the policy has been replaced");
    return link->host;
}

static neap_ctx *context(lua_State *L, const char *what)
{
    const struct neap_host *h = neap_context_host(L);

    if (!h->call)
        luaL_error(L, "self.%s is there while a hook runs only", what);
    return h->call->c;
}

/* For verbs: legal in every hook but init, and `last`. */
static neap_ctx *verb_context(lua_State *L, const char *what, enum neap_hook last)
{
    neap_ctx *c = context(L, what);
    enum neap_hook hook = neap_context_host(L)->call->hook;

    luaL_argexpected(L, lua_type(L, 1) == LUA_TTABLE, 1,
                     "policy (call it with a colon)");
    if (hook == NEAP_HOOK_INIT || hook == last)
        luaL_error(L, "self:%s() is not there in %s", what, neap_hook_names[hook]);
    return c;
}

static neap_ctx *busy_context(lua_State *L, const char *what)
{
    return verb_context(L, what, NEAP_HOOK_EXIT);
}

/* A number in 0..range without favour to any: what is drawn beyond a power of two is
 * dropped. */
static uint64_t random_upto(neap_ctx *c, uint64_t range)
{
    uint64_t mask = range, n;

    for (unsigned shift = 1; shift < 64; shift *= 2)
        mask |= mask >> shift;
    do
        n = neap_random(c) & mask;
    while (n > range);
    return n;
}

int neap_context_draw(lua_State *L, neap_ctx *c, int first)
{
    lua_Integer low = 1, high;

    if (lua_isnoneornil(L, first)) {
        lua_pushnumber(L, (double)(neap_random(c) >> 11) * (0.5 / ((uint64_t)1 << 52)));
        return 1;
    }
    high = neap_option_integer(L, first, "random", LUA_MININTEGER, LUA_MAXINTEGER);
    if (!lua_isnoneornil(L, first + 1)) {
        low = high;
        high =
            neap_option_integer(L, first + 1, "random", LUA_MININTEGER, LUA_MAXINTEGER);
    }
    luaL_argcheck(L, low <= high, lua_isnoneornil(L, first + 1) ? first : first + 1,
                  "interval is empty");
    lua_pushinteger(L, (lua_Integer)((uint64_t)low +
                                     random_upto(c, (uint64_t)high - (uint64_t)low)));
    return 1;
}

static int self_random(lua_State *L)
{
    return neap_context_draw(L, busy_context(L, "random"), 2);
}

static int self_log(lua_State *L)
{
    neap_ctx *c = verb_context(L, "log", NEAP_HOOK_INIT); /* the last word, too */
    struct neap_host *h = neap_context_host(L);
    const char *text;
    size_t size;

    luaL_checkany(L, 2);
    if (h->own)
        neap_strict_tostring(L, 2);
    else
        luaL_tolstring(L, 2, NULL);
    text = lua_tolstring(L, -1, &size);
    neap_log_write(h, c, text, size);
    return 0;
}

static int self_count(lua_State *L)
{
    neap_ctx *c = busy_context(L, "count");

    const char *name = neap_option_text(L, 2, "count");

    for (const char *at = name; *at; at++)
        luaL_argcheck(L, (unsigned char)*at >= ' ' && *at != 127, 2,
                      "a counter's name has no control characters");
    luaL_argcheck(L, strlen(name) < COUNTER_ROOM, 2,
                  "a counter's name has at most 31 bytes");
    neap_count(c, name);
    return 0;
}

static int self_timer(lua_State *L)
{
    neap_ctx *c = busy_context(L, "timer");
    lua_Integer id = neap_option_integer(L, 2, "timer", LUA_MININTEGER, LUA_MAXINTEGER);
    neap_ns when = neap_option_integer(L, 3, "time", LUA_MININTEGER, LUA_MAXINTEGER);

    if (neap_timer_set(c, (uint64_t)id, when) < 0)
        return luaL_error(L, "timer %I: a policy has up to 64 timers", (LUAI_UACINT)id);
    return 0;
}

static int self_cancel_timer(lua_State *L)
{
    neap_ctx *c = busy_context(L, "cancel_timer");

    neap_timer_cancel(c, (uint64_t)neap_option_integer(L, 2, "timer", LUA_MININTEGER,
                                                       LUA_MAXINTEGER));
    return 0;
}

static int cpu_argument(lua_State *L, const neap_ctx *c)
{
    return (int)neap_option_integer(L, 2, "cpu", 0, c->cpus - 1);
}

static int self_resched(lua_State *L)
{
    neap_ctx *c = busy_context(L, "resched");

    neap_resched(c, cpu_argument(L, c));
    return 0;
}

static int self_on_cpu(lua_State *L)
{
    neap_ctx *c = busy_context(L, "on_cpu");

    neap_host_push_task(neap_context_host(L), L, neap_on_cpu(c, cpu_argument(L, c)));
    return 1;
}

static const luaL_Reg verbs[] = {{"cancel_timer", self_cancel_timer},
                                 {"count", self_count},
                                 {"log", self_log},
                                 {"on_cpu", self_on_cpu},
                                 {"random", self_random},
                                 {"resched", self_resched},
                                 {"timer", self_timer},
                                 {NULL, NULL}};

/* Upvalues: the link, the table of verbs and fields. What is neither is nil, as in any
 * table. */
static int self_index(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNUMBER)
        return 1;

    enum field field = (enum field)lua_tointeger(L, -1);
    const neap_ctx *c = context(L, fields[field]);

    switch (field) {
    case F_CPUS:
        lua_pushinteger(L, c->cpus);
        break;
    case F_NOW:
        lua_pushinteger(L, c->now);
        break;
    case F_QUANTUM:
        lua_pushinteger(L, c->quantum);
        break;
    case F_READY:
        lua_pushinteger(L, (lua_Integer)c->ready);
        break;
    }
    return 1;
}

/* Copies all of the policy but what means something else in the instance: `base` is the
 * name of one there and the hooks of one here; `timer` is the hook there and the verb
 * here. */
static void copy_fields(lua_State *L, int from, int to)
{
    for (lua_pushnil(L); lua_next(L, from); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";

        if (strcmp(key, "base") == 0 || strcmp(key, "timer") == 0)
            continue;
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, to);
    }
}

static int push_link(lua_State *L, struct neap_host *h)
{
    struct neap_link *link = lua_newuserdatauv(L, sizeof *link, 0);

    link->host = h;
    h->link = link;
    return lua_gettop(L);
}

void neap_context_push(lua_State *L, int index, struct neap_host *h)
{
    int policy = lua_absindex(L, index), self, link;

    lua_newtable(L);
    self = lua_gettop(L);
    copy_fields(L, policy, self);
    link = push_link(L, h);
    if (h->base) {
        neap_base_push(L, link);
        lua_setfield(L, self, "base");
    }
    lua_createtable(L, 0, 3); /* the metatable */
    lua_pushvalue(L, link);
    lua_setfield(L, -2, "link"); /* lives as long as self */
    lua_pushvalue(L, link);
    lua_newtable(L); /* verbs and fields */
    lua_pushvalue(L, link);
    luaL_setfuncs(L, verbs, 1);
    for (int i = 0; fields[i]; i++) {
        lua_pushinteger(L, i);
        lua_setfield(L, -2, fields[i]);
    }
    lua_pushcclosure(L, self_index, 2);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, self);
    lua_settop(L, self);
}
