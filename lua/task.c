/* task.c - what scripts and policies can do with a task: its fields and methods.
 *
 * Both are found through one table per state, the upvalue of __index: a number there
 * stands for a field, a function for a method.
 */
#include "neap_lua.h"

#define METATABLE "neap.task"

enum field {
    F_AFFINITY,
    F_ALIVE,
    F_CPU,
    F_CPU_NS,
    F_DATA,
    F_DEADLINE,
    F_ESTIMATE,
    F_GROUP,
    F_ID,
    F_NAME,
    F_PERIOD,
    F_PID,
    F_PREEMPTIONS,
    F_PRIORITY,
    F_SINCE,
    F_SLICES,
    F_STATE,
    F_VRUNTIME,
    F_WAIT_NS,
    F_WEIGHT
};

static const char *const fields[] = {
    "affinity", "alive",  "cpu",   "cpu_ns",   "data",    "deadline",    "estimate",
    "group",    "id",     "name",  "period",   "pid",     "preemptions", "priority",
    "since",    "slices", "state", "vruntime", "wait_ns", "weight",      NULL};

static struct neap_handle *check(lua_State *L)
{
    struct neap_handle *h = neap_handle_test(L, 1);

    if (!h)
        luaL_typeerror(L, 1, "task");
    return h;
}

static void must_live(lua_State *L, const struct neap_handle *h)
{
    if (!h->task)
        luaL_error(L, "task %I has ended", (LUAI_UACINT)h->id);
}

struct neap_handle *neap_task_check(lua_State *L)
{
    struct neap_handle *h = check(L);

    must_live(L, h);
    return h;
}

/* Reading. */

static void times_of(const struct neap_handle *h, neap_times *out)
{
    /* There is none when its end is told while the runtime is being closed. */
    neap_task_times(h->script->rt, h->task, out);
}

static void push_affinity(lua_State *L, const struct neap_handle *h)
{
    const neap_task *t = h->task;
    neap_stats stats = {.cpus = 0};
    lua_Integer n = 0;

    if (!t->about->affinity || !h->script->rt) {
        lua_pushnil(L);
        return;
    }
    neap_get_stats(h->script->rt, &stats);
    lua_newtable(L);
    for (int cpu = 0; cpu < stats.cpus; cpu++) {
        if (neap_task_may_use(t, cpu)) {
            lua_pushinteger(L, cpu);
            lua_rawseti(L, -2, ++n);
        }
    }
}

static void push_or_nil(lua_State *L, lua_Integer value, lua_Integer none)
{
    if (value == none)
        lua_pushnil(L);
    else
        lua_pushinteger(L, value);
}

static lua_Integer wait_of(const struct neap_handle *h)
{
    neap_times times;

    times_of(h, &times);
    return times.ready;
}

static lua_Integer number_of(const struct neap_handle *h, enum field field)
{
    const neap_task *t = h->task;

    switch (field) {
    case F_CPU_NS:
        return t->cpu_ns;
    case F_DEADLINE:
        return t->about->deadline;
    case F_ESTIMATE:
        return t->about->estimate;
    case F_GROUP:
        return (lua_Integer)t->about->group;
    case F_ID:
        return (lua_Integer)t->id;
    case F_PERIOD:
        return t->about->period;
    case F_PREEMPTIONS:
        return (lua_Integer)t->preemptions;
    case F_PRIORITY:
        return t->priority;
    case F_SINCE:
        return t->since;
    case F_SLICES:
        return (lua_Integer)t->slices;
    case F_VRUNTIME:
        return t->vruntime;
    case F_WAIT_NS:
        return wait_of(h);
    case F_WEIGHT:
        return t->weight;
    default:
        return 0;
    }
}

static int push_field(lua_State *L, const struct neap_handle *h, enum field field)
{
    const neap_task *t = h->task;

    switch (field) {
    case F_AFFINITY:
        push_affinity(L, h);
        break;
    case F_ALIVE:
        lua_pushboolean(L, t != NULL);
        break;
    case F_CPU:
        push_or_nil(L, t->cpu, NEAP_NO_CPU);
        break;
    case F_DATA:
        lua_getiuservalue(L, 1, 1);
        break;
    case F_NAME:
        lua_pushstring(L, t->about->name);
        break;
    case F_PID:
        push_or_nil(L, t->about->pid, 0);
        break;
    case F_STATE:
        lua_pushstring(L, neap_state_name((neap_state)t->state));
        break;
    default:
        lua_pushinteger(L, number_of(h, field));
    }
    return 1;
}

static int no_field(lua_State *L)
{
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;

    if (!key)
        return luaL_error(L, "a task's fields are named by strings, not by a %s",
                          luaL_typename(L, 2));
    return luaL_error(L, "a task has no field \"%s\"%s", key,
                      neap_option_hint(L, key, fields));
}

static int task_wait(lua_State *L);

static int task_index(lua_State *L)
{
    const struct neap_handle *h = check(L);

    lua_pushvalue(L, 2);
    switch (lua_rawget(L, lua_upvalueindex(1))) {
    case LUA_TNUMBER: {
        enum field field = (enum field)lua_tointeger(L, -1);

        if (field != F_ALIVE)
            must_live(L, h);
        return push_field(L, h, field);
    }
    case LUA_TFUNCTION:
        if (lua_tocfunction(L, -1) != task_wait) /* an ended one may be waited for */
            must_live(L, h);
        return 1;
    default:
        return no_field(L);
    }
}

static int task_tostring(lua_State *L)
{
    const struct neap_handle *h = check(L);

    if (h->task)
        lua_pushfstring(L, "task %I (%s)", (LUAI_UACINT)h->id, h->task->about->name);
    else
        lua_pushfstring(L, "task %I (ended)", (LUAI_UACINT)h->id);
    return 1;
}

/* Writing. */

static int set_affinity(lua_State *L, neap_runtime *rt, neap_id id)
{
    uint64_t mask[NEAP_CPUS_MAX / 64];

    if (lua_isnil(L, 3))
        return neap_set_affinity(rt, id, NULL, 0);
    return neap_set_affinity(rt, id, mask, neap_option_cpus(L, 3, mask));
}

static int assign(lua_State *L, neap_runtime *rt, neap_id id, enum field field)
{
    lua_Integer most = LUA_MAXINTEGER;

    switch (field) {
    case F_AFFINITY:
        return set_affinity(L, rt, id);
    case F_DEADLINE:
        return neap_set_deadline(rt, id, neap_option_duration(L, 3, "deadline"));
    case F_ESTIMATE:
        return neap_set_estimate(rt, id, neap_option_duration(L, 3, "estimate"));
    case F_PERIOD:
        return neap_set_period(rt, id, neap_option_duration(L, 3, "period"));
    case F_GROUP:
        return neap_set_group(rt, id,
                              (uint64_t)neap_option_integer(L, 3, "group", 0, most));
    case F_NAME:
        return neap_set_name(rt, id, neap_option_text(L, 3, "name"));
    case F_PRIORITY:
        return neap_set_priority(rt, id,
                                 (int)neap_option_integer(L, 3, "priority",
                                                          NEAP_PRIORITY_MIN,
                                                          NEAP_PRIORITY_MAX));
    case F_WEIGHT:
        return neap_set_weight(
            rt, id,
            (int)neap_option_integer(L, 3, "weight", NEAP_WEIGHT_MIN, NEAP_WEIGHT_MAX));
    default:
        return luaL_error(L, "task field \"%s\" is read-only", lua_tostring(L, 2));
    }
}

static neap_runtime *runtime_of(lua_State *L, const struct neap_handle *h)
{
    if (!h->script->rt)
        luaL_error(L, "the runtime is closed");
    return h->script->rt;
}

static int task_newindex(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);
    enum field field;

    lua_pushvalue(L, 2);
    switch (lua_rawget(L, lua_upvalueindex(1))) {
    case LUA_TNUMBER:
        break;
    case LUA_TFUNCTION:
        return luaL_error(L, "task method \"%s\" is read-only", lua_tostring(L, 2));
    default:
        return no_field(L);
    }
    field = (enum field)lua_tointeger(L, -1);
    if (field == F_DATA) {
        lua_settop(L, 3);
        lua_setiuservalue(L, 1, 1);
        return 0;
    }
    neap_script_settle(L, h->script, assign(L, runtime_of(L, h), h->id, field),
                       NEAP_ALL_RAISE);
    return 0;
}

/* Methods. */

static int settle(lua_State *L, const struct neap_handle *h, int rc)
{
    return neap_script_settle(L, h->script, rc, NEAP_MISUSE_RAISES);
}

static int task_boost(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);
    int rc = neap_boost(runtime_of(L, h), h->id);

    return neap_script_settle(L, h->script, rc,
                              NEAP_NONE_RAISES); /* the end is no mistake */
}

static int task_lower(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);
    int rc = neap_lower(runtime_of(L, h), h->id);

    return neap_script_settle(L, h->script, rc, NEAP_NONE_RAISES);
}

static int set_by_method(lua_State *L, enum field field)
{
    const struct neap_handle *h = neap_task_check(L);

    lua_settop(L, 2);
    lua_pushvalue(L, 2); /* where assign() looks for it */
    return settle(L, h, assign(L, runtime_of(L, h), h->id, field));
}

static int task_set_priority(lua_State *L)
{
    return set_by_method(L, F_PRIORITY);
}

static int task_set_weight(lua_State *L)
{
    return set_by_method(L, F_WEIGHT);
}

/* The methods that take nothing: NAME(task) is neap_task_NAME(). */
#define PLAIN(name)                                                                    \
    static int task_##name(lua_State *L)                                               \
    {                                                                                  \
        const struct neap_handle *h = neap_task_check(L);                              \
                                                                                       \
        return settle(L, h, neap_task_##name(runtime_of(L, h), h->id));                \
    }
PLAIN(pause)
PLAIN(resume)
PLAIN(yield)
PLAIN(block)
PLAIN(wake)
#undef PLAIN

static int task_signal(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);
    int signo = neap_option_signal(L, 2);

    return settle(L, h, neap_task_signal(runtime_of(L, h), h->id, signo));
}

static int task_kill(lua_State *L)
{
    static const char *const modes[] = {"grace", "now", NULL};
    const struct neap_handle *h = neap_task_check(L);
    int mode = lua_isnoneornil(L, 2) ? 0 : neap_option_enum(L, 2, "kill", modes);

    return settle(L, h, neap_task_kill(runtime_of(L, h), h->id, (neap_kill_mode)mode));
}

static int task_finish(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);
    lua_Integer code =
        lua_isnoneornil(L, 2) ? 0 : neap_option_integer(L, 2, "code", 0, 255);

    return settle(L, h, neap_task_finish(runtime_of(L, h), h->id, (int)code));
}

/* How the task at 1 ended. */
static int push_end(lua_State *L)
{
    const struct neap_handle *h = check(L);

    if ((unsigned)h->how >= NEAP_HOWS) {
        lua_pushnil(L);
        lua_pushfstring(L, "task %I has ended", (LUAI_UACINT)h->id);
        lua_pushinteger(L, NEAP_ENOTASK);
        return 3;
    }
    lua_pushstring(L, neap_how_name(h->how));
    lua_pushinteger(L, h->code);
    return 2;
}

static int task_wait(lua_State *L)
{
    struct neap_handle *h = check(L);
    struct neap_script *s = h->script;
    struct neap_go *g;
    int rc;

    if (!h->task)
        return push_end(L);
    g = s->hooks ? NULL : neap_go_of(L, s);
    if (g && (unsigned)h->how < NEAP_HOWS) /* its end is being told */
        return push_end(L);
    lua_settop(L, 1);
    if (g)
        return neap_go_wait(L, g, &h->waiters, push_end);
    neap_script_may_loop(L, s);
    rc = neap_wait(runtime_of(L, h), h->id, &h->how, &h->code);
    if (rc < 0)
        return settle(L, h, rc);
    neap_script_raise(L, s);
    return push_end(L);
}

static int task_may_use(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);
    lua_Integer cpu = neap_option_integer(L, 2, "cpu", 0, NEAP_CPUS_MAX - 1);

    lua_pushboolean(L, neap_task_may_use(h->task, (int)cpu));
    return 1;
}

static const luaL_Reg methods[] = {{"block", task_block},
                                   {"boost", task_boost},
                                   {"explain", neap_task_explain_lua},
                                   {"finish", task_finish},
                                   {"kill", task_kill},
                                   {"lower", task_lower},
                                   {"may_use", task_may_use},
                                   {"pause", task_pause},
                                   {"resume", task_resume},
                                   {"set_priority", task_set_priority},
                                   {"set_weight", task_set_weight},
                                   {"signal", task_signal},
                                   {"stats", neap_task_stats_lua},
                                   {"wait", task_wait},
                                   {"wake", task_wake},
                                   {"why", neap_task_why_lua},
                                   {"yield", task_yield},
                                   {NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__index", task_index}, {"__newindex", task_newindex}, {NULL, NULL}};

void neap_task_push_metatable(lua_State *L)
{
    if (!luaL_newmetatable(L, METATABLE))
        return;
    luaL_newlib(L, methods);
    for (int i = 0; fields[i]; i++) {
        lua_pushinteger(L, i);
        lua_setfield(L, -2, fields[i]);
    }
    luaL_setfuncs(L, metamethods, 1);
    lua_pushcfunction(L, task_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushliteral(L, "task");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}
