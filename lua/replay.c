/* replay.c - neap.replay(): a recorded run as a runtime that a script can look at. */
#include "budget.h"
#include "gauge.h"
#include "host.h"
#include "neap_lua.h"
#include <neap/trace.h>
#include <string.h>

static const char *const option_keys[] = {
    "mode", "not_asked", "policy_memory", "events", "metrics", "timeline", NULL};

/* A task's handle, kept by the anchor as those of spawned tasks are. */

static int add_body(lua_State *L)
{
    neap_task *t = lua_touserdata(L, 1);
    struct neap_script *s = t->user;
    struct neap_handle *h = neap_handle_new(L, s);

    neap_script_anchor(L, s);
    lua_getfield(L, -1, "self");
    lua_setiuservalue(L, -3, 2);
    lua_pushvalue(L, -2);
    h->ref = luaL_ref(L, -2);
    neap_handle_bind(h, t);
    t->user = h;
    return 0;
}

static void on_add(void *user, neap_runtime *rt, neap_task *t)
{
    struct neap_script *s = user;

    t->user = user; /* for add_body, which makes it the handle */
    neap_events_protect(user, add_body, t);
    if (s->gauge)
        neap_gauge_add(s->gauge, neap_now(rt), t);
    if (t->user == user)
        t->user = NULL;
}

/* Policies, of the texts that were recorded. */

struct finding {
    struct neap_script *script;
    const neap_recorded_policy *policy;
    struct neap_host *host;
};

static int find_body(lua_State *L)
{
    struct finding *f = lua_touserdata(L, 1);
    struct neap_host *old = neap_policy_host(f->script);
    char problem[300];
    int rc = neap_load_text(L, f->script, f->policy->source, f->policy->source_size,
                            lua_pushfstring(L, "@%s.lua", f->policy->name), &f->host);

    if (f->host && f->host->own)
        neap_budget_by_count(f->host->own);
    if (rc == 0 && old)
        neap_carry_save(old, f->host, problem, sizeof problem);
    return 0;
}

static int find(void *user, neap_runtime *rt, const neap_recorded_policy *policy,
                const neap_policy **out)
{
    struct finding f = {.script = user, .policy = policy};

    if (!policy->source)
        return -NEAP_ENOTFOUND;
    neap_host_sweep(f.script, NEAP_HOSTS_LEFT);
    neap_events_protect(f.script, find_body, &f);
    if (!f.host)
        return -NEAP_ENOTFOUND;
    *out = &f.host->record;
    return 0;
}

/* Events, for the function that the anchor has as "events". */

struct telling {
    struct neap_script *script;
    const neap_recorded_event *event;
};

static int event_body(lua_State *L)
{
    const struct telling *t = lua_touserdata(L, 1);
    const neap_recorded_event *e = t->event;

    neap_script_anchor(L, t->script);
    lua_getfield(L, -1, "events");
    lua_pushstring(L, e->kind);
    lua_pushinteger(L, e->now);
    lua_pushinteger(L, (lua_Integer)e->task);
    lua_pushlstring(L, e->text ? e->text : "", e->text_size);
    for (size_t i = 0; i < e->numbers; i++)
        lua_pushinteger(L, e->number[i]);
    lua_call(L, 4 + (int)e->numbers, 0);
    return 0;
}

static void on_event(void *user, neap_runtime *rt, const neap_recorded_event *event)
{
    struct telling t = {.script = user, .event = event};

    if (t.script->gauge)
        neap_gauge_event(t.script->gauge, rt, event);
    if (t.script->hears_events)
        neap_events_protect(user, event_body, &t);
}

static void on_switch(void *user, neap_runtime *rt, int cpu, neap_task *from,
                      neap_task *to)
{
    struct neap_script *s = user;

    if (s->gauge)
        neap_gauge_switch(s->gauge, neap_now(rt), cpu, from, to);
    neap_events_switch(user, rt, cpu, from, to);
}

/* neap.replay(path [, options]) */

static void read_options(lua_State *L, struct neap_script *s, neap_replay *o)
{
    static const char *const modes[] = {"ask", "take", NULL};

    neap_option_keys(L, 2, "replay option", option_keys, NEAP_NO_LIST);
    if (neap_option_get(L, 2, "mode"))
        o->mode = (neap_replay_mode)neap_option_enum(L, -1, "mode", modes);
    if (neap_option_get(L, 2, "not_asked"))
        o->not_asked = (uint64_t)neap_option_integer(L, -1, "not_asked", LUA_MININTEGER,
                                                     LUA_MAXINTEGER);
    neap_script_read_memory(L, 2, s);
    if (!neap_option_get(L, 2, "events"))
        return;
    if (!lua_isfunction(L, -1))
        luaL_error(L, "events: expected a function, got a %s", luaL_typename(L, -1));
    neap_script_anchor(L, s);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "events");
    s->hears_events = true;
}

/* Is it to be measured, and how many segments of its timeline are to be kept? */
static bool read_metrics(lua_State *L, size_t *timeline)
{
    bool measured =
        neap_option_get(L, 2, "metrics") && neap_option_boolean(L, -1, "metrics");

    *timeline = 0;
    if (!neap_option_get(L, 2, "timeline"))
        return measured;
    *timeline = (size_t)neap_option_integer(L, -1, "timeline", 1, UINT32_MAX);
    return true;
}

int neap_replay_lua(lua_State *L)
{
    neap_replay o = {
        .size = sizeof o, .find = find, .on_add = on_add, .on_event = on_event};
    bool measured;
    size_t timeline;
    neap_options callbacks = {.size = sizeof callbacks};
    const char *path = luaL_checkstring(L, 1);
    struct neap_script *s;
    int rc;

    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_newtable(L);
    }
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    s = neap_script_new(L);
    s->is_replay = true;
    neap_runtime_push_metatable(L);
    lua_setmetatable(L, 3);
    neap_script_anchor(L, s);
    lua_pushvalue(L, 3);
    lua_setfield(L, -2, "self");
    lua_settop(L, 3);
    read_options(L, s, &o);
    measured = read_metrics(L, &timeline);
    lua_settop(L, 3);
    callbacks.user = s;
    neap_events_install(&callbacks);
    callbacks.on_switch = on_switch;
    rc = neap_replay_new(&s->rt, path, &callbacks, &o);
    if (rc < 0) {
        s->rt = NULL;
        neap_host_sweep(s, NEAP_HOSTS_ALL);
    } else if (measured) {
        rc = neap_gauge_open(&s->gauge, s->rt, timeline);
    }
    if (rc == 0) {
        neap_script_raise(L, s);
        lua_settop(L, 3);
        return 1;
    }
    return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
}

/* rt:replay(): where it is. */

static void set_number(lua_State *L, const char *name, uint64_t n)
{
    lua_pushinteger(L, (lua_Integer)n);
    lua_setfield(L, -2, name);
}

static void set_boolean(lua_State *L, const char *name, bool is)
{
    lua_pushboolean(L, is);
    lua_setfield(L, -2, name);
}

int neap_replay_state_lua(lua_State *L)
{
    neap_replay_state state;

    if (neap_replay_get(neap_script_open(L, 1)->rt, &state) < 0)
        return 0;
    lua_createtable(L, 0, 13);
    set_number(L, "records", state.records);
    set_number(L, "bytes", state.bytes);
    set_number(L, "answers", state.answers);
    set_number(L, "taken", state.taken);
    set_number(L, "start", (uint64_t)state.start);
    set_number(L, "time_of_day", (uint64_t)state.time_of_day);
    set_number(L, "policies", state.policies);
    set_number(L, "not_asked", state.not_asked);
    set_number(L, "unknown", state.unknown);
    set_boolean(L, "over", state.over);
    set_boolean(L, "cut", state.cut);
    set_boolean(L, "stopped_then", state.stopped_then);
    lua_pushstring(L, state.difference);
    lua_setfield(L, -2, "difference");
    return 1;
}
