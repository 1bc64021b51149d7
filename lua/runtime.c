/* runtime.c - neap.runtime{} and the methods of what it returns. */
#include "host.h"
#include "neap_lua.h"

#define METATABLE "neap.runtime"
#define MEMORY_MIN ((uint64_t)1 << 20)
#define MEMORY_MAX ((uint64_t)1 << 30)

/* Making and closing. */

static const char *const option_keys[] = {
    "policy",   "params",        "quantum",   "cpus",     "max_alive", "max_hold",
    "seed",     "clock",         "confine",   "on_death", "grace",     "guard",
    "actuator", "defaults",      "leftovers", "adopt",    "realtime",  "stuck_after",
    "without",  "policy_memory", "trust",     "profile",  "record",    NULL,
};

static neap_ns quantum_at(lua_State *L, int index)
{
    neap_ns quantum = neap_option_duration(L, index, "quantum");

    if (quantum < NEAP_QUANTUM_MIN || quantum > NEAP_QUANTUM_MAX)
        luaL_error(L, "quantum: %s is out of range 1ms..1s",
                   luaL_tolstring(L, index, NULL));
    return quantum;
}

static int cpus_at(lua_State *L, int index)
{
    return (int)neap_option_integer(L, index, "cpus", 1, NEAP_CPUS_MAX);
}

/* { "cgroup", "perf" }: what is not to be used. */
static unsigned without_at(lua_State *L, int index)
{
    static const char *const parts[] = {"cgroup", "perf", NULL};
    unsigned without = 0;

    index = lua_absindex(L, index);
    if (!lua_istable(L, index))
        luaL_error(L, "without: expected a list, got a %s", luaL_typename(L, index));
    for (lua_Integer i = 1; lua_rawgeti(L, index, i) != LUA_TNIL; i++) {
        without |= 1u << neap_option_enum(L, -1, "without", parts);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return without;
}

static void read_options(lua_State *L, neap_options *o, bool *clean_env)
{
    static const char *const clocks[] = {"live", "virtual", NULL};
    static const char *const leftovers[] = {"end", "wait", "leave", NULL};
    static const char *const actuators[] = {"stop", "freeze", "none", NULL};
    static const char *const deaths[] = {"continue", "end", NULL};
    lua_Integer most = LUA_MAXINTEGER;

    if (neap_option_get(L, 1, "quantum"))
        o->quantum = quantum_at(L, -1);
    if (neap_option_get(L, 1, "cpus"))
        o->cpus = cpus_at(L, -1);
    if (neap_option_get(L, 1, "max_alive"))
        o->max_alive = (size_t)neap_option_integer(L, -1, "max_alive", 1, most);
    if (neap_option_get(L, 1, "seed"))
        o->seed = (uint64_t)neap_option_integer(L, -1, "seed", LUA_MININTEGER, most);
    if (neap_option_get(L, 1, "clock"))
        o->clock = (neap_clock)neap_option_enum(L, -1, "clock", clocks);
    if (neap_option_get(L, 1, "confine"))
        o->unconfined = !neap_option_boolean(L, -1, "confine");
    if (neap_option_get(L, 1, "on_death"))
        o->on_death = (neap_on_death)neap_option_enum(L, -1, "on_death", deaths);
    if (neap_option_get(L, 1, "grace")) {
        o->grace = neap_option_duration(L, -1, "grace");
        o->grace += o->grace == 0; /* 0 would mean the default */
    }
    if (neap_option_get(L, 1, "stuck_after")) {
        o->stuck_after = neap_option_duration(L, -1, "stuck_after");
        o->stuck_after = o->stuck_after == 0 ? NEAP_FOREVER : o->stuck_after;
    }
    if (neap_option_get(L, 1, "guard"))
        o->guard = neap_option_text(L, -1, "guard");
    if (neap_option_get(L, 1, "max_hold"))
        o->max_hold = neap_option_duration(L, -1, "max_hold");
    if (neap_option_get(L, 1, "actuator"))
        o->actuator = (neap_actuator)neap_option_enum(L, -1, "actuator", actuators);
    if (neap_option_get(L, 1, "leftovers"))
        o->leftovers = (neap_leftovers)neap_option_enum(L, -1, "leftovers", leftovers);
    if (neap_option_get(L, 1, "defaults"))
        o->limits = neap_option_defaults(L, -1, clean_env);
    if (neap_option_get(L, 1, "adopt"))
        o->adopt = neap_option_boolean(L, -1, "adopt");
    if (neap_option_get(L, 1, "realtime"))
        o->realtime = neap_option_boolean(L, -1, "realtime");
    if (neap_option_get(L, 1, "without"))
        o->without = without_at(L, -1);
    if (neap_option_get(L, 1, "record"))
        o->record = neap_option_text(L, -1, "record");
    if (neap_option_get(L, 1, "params"))
        neap_option_params(L, -1, &o->params);
}

/* Leaves nil, message (which is on top) and errno. */
static int failed(lua_State *L, int rc)
{
    lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushinteger(L, -rc);
    return 3;
}

static int open_with(lua_State *L, struct neap_script *s, neap_options *o)
{
    struct neap_choice choice = {.name = NULL};
    int rc = 0;

    if (neap_option_get(L, 1, "policy"))
        rc = neap_load_policy(L, -1, s, &choice);
    if (rc < 0)
        return rc;
    o->policy = choice.name;
    o->table = neap_choice_table(&choice);
    rc = neap_new(&s->rt, o);
    if (rc < 0) {
        s->rt = NULL;
        neap_host_sweep(s, NEAP_HOSTS_ALL);
        lua_pushstring(L, neap_last_error());
    }
    return rc;
}

/* For rt:reload(). */
static void remember(lua_State *L, struct neap_script *s)
{
    lua_getfield(L, 1, "policy");
    lua_getfield(L, 1, "params");
    neap_policy_remember(L, s, -2, -1);
    lua_pop(L, 2);
}

void neap_script_read_memory(lua_State *L, int index, struct neap_script *s)
{
    uint64_t size;

    if (!neap_option_get(L, index, "policy_memory"))
        return;
    if (neap_parse_size(luaL_tolstring(L, -1, NULL), &size) != 0 || size < MEMORY_MIN ||
        size > MEMORY_MAX)
        luaL_error(L, "policy_memory: \"%s\" is no size from 1M to 1G",
                   lua_tostring(L, -1));
    s->policy_memory = (size_t)size;
}

/* The bounds of policy files, or that they have none. */
void neap_runtime_profile(lua_State *L, struct neap_script *s)
{
    if (neap_option_get(L, 1, "trust"))
        s->trust = neap_option_boolean(L, -1, "trust");
    if (neap_option_get(L, 1, "profile"))
        s->profile = neap_option_boolean(L, -1, "profile");
    neap_script_read_memory(L, 1, s);
}

int neap_runtime_lua(lua_State *L)
{
    neap_options o = {.size = sizeof o, .adopt = neap_module_owns_process(L)};
    struct neap_script *s;
    bool clean_env = false;
    int rc;

    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_checkstack(L, 2 * LUA_MINSTACK, NULL);
    neap_option_keys(L, 1, "runtime option", option_keys, NEAP_NO_LIST);
    read_options(L, &o, &clean_env);
    s = neap_script_new(L);
    s->clean_env = clean_env;
    s->recorded = o.record != NULL;
    neap_runtime_push_metatable(L);
    lua_setmetatable(L, -2);
    lua_insert(L, 2);
    neap_runtime_profile(L, s);
    o.user = s;
    neap_events_install(&o);
    rc = open_with(L, s, &o);
    if (rc < 0)
        return failed(L, rc);
    lua_settop(L, 2);
    remember(L, s);
    neap_script_raise(L, s);
    return 1;
}

static int runtime_close(lua_State *L)
{
    struct neap_script *s = neap_script_check(L, 1);

    if (s->rt && s->guest)
        return luaL_error(L, "the runtime is the host's, which closes it");
    if (s->rt)
        neap_script_may_loop(L, s);
    neap_script_close(s);
    neap_script_raise(L, s);
    return 0;
}

/* A state that is closed inside a callback goes down with its process: neap_run() is
 * below us on the C stack and must keep its runtime. */
static int runtime_gc(lua_State *L)
{
    struct neap_script *s = neap_script_check(L, 1);

    if (s->guest)
        neap_guest_end(s);
    else if (!s->calls && !s->hooks)
        neap_script_close(s);
    return 0;
}

/* Running. */

static int runtime_run(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    bool bounded = !lua_isnoneornil(L, 2);
    neap_ns time = bounded ? neap_option_duration(L, 2, "time") : 0;
    int rc;

    neap_script_may_loop(L, s);
    rc = bounded ? neap_run_for(s->rt, time) : neap_run(s->rt);
    return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
}

static int runtime_stop(lua_State *L)
{
    neap_stop(neap_script_open(L, 1)->rt);
    return 0;
}

static int runtime_finish(lua_State *L)
{
    static const char *const modes[] = {"grace", "now", NULL};
    struct neap_script *s = neap_script_open(L, 1);
    int mode = lua_isnoneornil(L, 2) ? 0 : neap_option_enum(L, 2, "finish", modes);

    return neap_script_settle(L, s, neap_end(s->rt, (neap_kill_mode)mode),
                              NEAP_MISUSE_RAISES);
}

static int runtime_now(lua_State *L)
{
    lua_pushinteger(L, neap_now(neap_script_open(L, 1)->rt));
    return 1;
}

/* Changing. */

static int runtime_set_quantum(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    int rc = neap_set_quantum(s->rt, quantum_at(L, 2));

    return neap_script_settle(L, s, rc, NEAP_MISUSE_RAISES);
}

/* More cpus than the machine has is no mistake of the script. */
static int runtime_set_cpus(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    int rc = neap_set_cpus(s->rt, cpus_at(L, 2));

    return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
}

static int runtime_pause(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);

    return neap_script_settle(L, s, neap_pause(s->rt), NEAP_MISUSE_RAISES);
}

static int runtime_resume(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);

    return neap_script_settle(L, s, neap_resume(s->rt), NEAP_MISUSE_RAISES);
}

static int runtime_suspend(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);

    return neap_script_settle(L, s, neap_suspend(s->rt), NEAP_MISUSE_RAISES);
}

static int runtime_trigger(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);

    return neap_script_settle(L, s, neap_trigger(s->rt), NEAP_MISUSE_RAISES);
}

static int cpu_arg(lua_State *L, int arg)
{
    return (int)neap_option_integer(L, arg, "cpu", 0, NEAP_CPUS_MAX - 1);
}

static int runtime_yield(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    int cpu = lua_isnoneornil(L, 2) ? 0 : cpu_arg(L, 2);

    return neap_script_settle(L, s, neap_yield(s->rt, cpu), NEAP_MISUSE_RAISES);
}

/* Looking. */

static int push_task(lua_State *L, struct neap_script *s, const neap_task *t)
{
    if (t)
        neap_handle_push(L, s, t);
    else
        lua_pushnil(L);
    return 1;
}

static int runtime_current(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);

    return push_task(L, s, neap_current(s->rt, cpu_arg(L, 2)));
}

static int runtime_find(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    lua_Integer id = neap_option_integer(L, 2, "id", LUA_MININTEGER, LUA_MAXINTEGER);

    return push_task(L, s, id > 0 ? neap_find(s->rt, (neap_id)id) : NULL);
}

static int next_task(lua_State *L)
{
    struct neap_script *s = neap_script_check(L, lua_upvalueindex(1));
    neap_id last = (neap_id)lua_tointeger(L, lua_upvalueindex(2));
    neap_task *t = s->rt ? neap_next(s->rt, last) : NULL;

    if (t) {
        lua_pushinteger(L, (lua_Integer)t->id);
        lua_replace(L, lua_upvalueindex(2));
    }
    return push_task(L, s, t);
}

static int runtime_tasks(lua_State *L)
{
    neap_script_open(L, 1);
    lua_settop(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_task, 2);
    return 1;
}

static int runtime_placement(lua_State *L)
{
    lua_pushstring(L, neap_placement(neap_script_open(L, 1)->rt));
    return 1;
}

enum field { F_CPUS, F_IDEAL, F_POLICY, F_QUANTUM };
static const char *const fields[] = {"cpus", "ideal", "policy", "quantum", NULL};

static int push_field(lua_State *L, struct neap_script *s, enum field field)
{
    static const char *const ideals[] = {NULL, "weight", "equal"};
    neap_stats stats = {.cpus = 0};

    neap_get_stats(s->rt, &stats);
    switch (field) {
    case F_CPUS:
        lua_pushinteger(L, stats.cpus);
        return 1;
    case F_IDEAL:
        lua_pushstring(L, ideals[neap_policy_ideal(s, stats.policy)]);
        return 1;
    case F_POLICY:
        lua_pushstring(L, stats.policy);
        return 1;
    case F_QUANTUM:
        lua_pushinteger(L, stats.quantum);
        return 1;
    }
    return 0;
}

static int no_field(lua_State *L)
{
    const char *key =
        lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);

    return luaL_error(L, "a runtime has no field \"%s\"%s", key,
                      neap_option_hint(L, key, fields));
}

static int runtime_index(lua_State *L)
{
    neap_script_check(L, 1);
    lua_pushvalue(L, 2);
    switch (lua_rawget(L, lua_upvalueindex(1))) {
    case LUA_TFUNCTION:
        return 1;
    case LUA_TNUMBER:
        return push_field(L, neap_script_open(L, 1), (enum field)lua_tointeger(L, -1));
    default:
        return no_field(L);
    }
}

static int runtime_newindex(lua_State *L)
{
    return luaL_error(
        L, "the fields of a runtime are read-only (use set_quantum() and its kin)");
}

static int runtime_tostring(lua_State *L)
{
    struct neap_script *s = neap_script_check(L, 1);
    neap_stats stats = {.cpus = 0};

    if (s->rt)
        neap_get_stats(s->rt, &stats);
    lua_pushfstring(L, "runtime (%s)", s->rt ? stats.policy : "closed");
    return 1;
}

static const luaL_Reg methods[] = {{"after", neap_timer_after},
                                   {"cancel", neap_timer_cancel_method},
                                   {"close", runtime_close},
                                   {"current", runtime_current},
                                   {"every", neap_timer_every},
                                   {"find", runtime_find},
                                   {"finish", runtime_finish},
                                   {"go", neap_go_lua},
                                   {"metrics", neap_metrics_lua},
                                   {"now", runtime_now},
                                   {"off", neap_events_off},
                                   {"on", neap_events_on},
                                   {"on_child", neap_child_on},
                                   {"on_signal", neap_events_on_signal},
                                   {"pause", runtime_pause},
                                   {"placement", runtime_placement},
                                   {"replay", neap_replay_state_lua},
                                   {"resume", runtime_resume},
                                   {"run", runtime_run},
                                   {"set_cpus", runtime_set_cpus},
                                   {"profile", neap_policy_profile},
                                   {"reload", neap_policy_reload},
                                   {"set_policy", neap_policy_set},
                                   {"set_quantum", runtime_set_quantum},
                                   {"sleep", neap_go_sleep},
                                   {"spawn", neap_jobs_spawn},
                                   {"attach", neap_jobs_attach},
                                   {"stats", neap_stats_lua},
                                   {"stop", runtime_stop},
                                   {"task", neap_jobs_task},
                                   {"tasks", runtime_tasks},
                                   {"suspend", runtime_suspend},
                                   {"trigger", runtime_trigger},
                                   {"yield", runtime_yield},
                                   {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__newindex", runtime_newindex},
                                       {"__tostring", runtime_tostring},
                                       {"__close", runtime_close},
                                       {"__gc", runtime_gc},
                                       {NULL, NULL}};

void neap_runtime_push_metatable(lua_State *L)
{
    if (!luaL_newmetatable(L, METATABLE))
        return;
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    for (int i = 0; fields[i]; i++) {
        lua_pushinteger(L, i);
        lua_setfield(L, -2, fields[i]);
    }
    lua_pushcclosure(L, runtime_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "runtime");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}
