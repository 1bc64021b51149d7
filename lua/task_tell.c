/* task_tell.c - what a task tells of itself: its accounts, and why it is where it is. */
#include "neap_lua.h"

int neap_task_explain_lua(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);

    return neap_policy_explain(L, h->script, h->task);
}

/* Its words are put together in Lua. */
int neap_task_why_lua(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);

    if (h->script->hooks)
        return luaL_error(L, "not inside a policy hook");
    lua_settop(L, 1);
    neap_module_require(L, "neap.why");
    lua_getfield(L, -1, "of");
    lua_getiuservalue(L, 1, 2);
    lua_pushvalue(L, 1);
    lua_call(L, 2, 2);
    return 2;
}

int neap_task_stats_lua(lua_State *L)
{
    const struct neap_handle *h = neap_task_check(L);
    const neap_task *t = h->task;
    neap_times times;
    neap_turns turns;

    neap_task_times(h->script->rt, t, &times);
    neap_task_turns(t, &turns);

    const struct {
        const char *name;
        lua_Integer value;
    } numbers[] = {
        {"id", (lua_Integer)t->id},
        {"priority", t->priority},
        {"weight", t->weight},
        {"cpu_ns", t->cpu_ns},
        {"wall_ns",
         times.start + times.run + times.ready + times.blocked + times.paused},
        {"start_ns", times.start},
        {"run_ns", times.run},
        {"ready_ns", times.ready},
        {"blocked_ns", times.blocked},
        {"paused_ns", times.paused},
        {"slices", (lua_Integer)t->slices},
        {"preemptions", (lua_Integer)t->preemptions},
        {"vruntime_ns", t->vruntime},
        {"longest_wait_ns", t->longest_wait_ns},
        {"forced", (lua_Integer)turns.forced},
        {"escaped", t->about->escaped},
    };
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

    lua_createtable(L, 0, NUMBERS + 3);
    for (int i = 0; i < NUMBERS; i++) {
        lua_pushinteger(L, numbers[i].value);
        lua_setfield(L, -2, numbers[i].name);
    }
    lua_pushstring(L, t->about->name);
    lua_setfield(L, -2, "name");
    if (t->about->pid) {
        lua_pushinteger(L, t->about->pid);
        lua_setfield(L, -2, "pid");
    }
    lua_pushstring(L, neap_source_name(t->about->source));
    lua_setfield(L, -2, "cpu_source");
    return 1;
}
