/* stats.c - rt:stats(): what a runtime counts. */
#include "neap_lua.h"

static void push_counters(lua_State *L, const neap_runtime *rt)
{
    const char *name;
    uint64_t value;

    lua_newtable(L);
    for (size_t i = 0; neap_counter(rt, i, &name, &value); i++) {
        lua_pushinteger(L, (lua_Integer)value);
        lua_setfield(L, -2, name);
    }
}

int neap_stats_lua(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    neap_stats stats = {.cpus = 0};

    neap_get_stats(s->rt, &stats);

    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"cpus", (uint64_t)stats.cpus},
        {"quantum_ns", (uint64_t)stats.quantum},
        {"wall_ns", (uint64_t)stats.wall},
        {"neap_cpu_ns", (uint64_t)stats.neap_cpu},
        {"decisions", stats.decisions},
        {"dispatches", stats.dispatches},
        {"context_switches", stats.context_switches},
        {"preemptions", stats.preemptions},
        {"voluntary", stats.voluntary},
        {"late_ticks", stats.late_ticks},
        {"late_ns", (uint64_t)stats.late},
        {"ticks", stats.ticks},
        {"missed_ticks", stats.missed},
        {"failures", stats.failures},
        {"ejections", stats.ejections},
        {"clamped", stats.clamped},
        {"forced", stats.forced},
        {"escaped", stats.escaped},
        {"active", stats.active},
        {"waiting", stats.waiting},
    };
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

    lua_createtable(L, 0, NUMBERS + 2);
    for (int i = 0; i < NUMBERS; i++) {
        lua_pushinteger(L, (lua_Integer)numbers[i].value);
        lua_setfield(L, -2, numbers[i].name);
    }
    lua_pushstring(L, stats.policy);
    lua_setfield(L, -2, "policy");
    push_counters(L, s->rt);
    lua_setfield(L, -2, "counters");
    return 1;
}
