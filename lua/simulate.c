/* simulate.c - core.simulate{}: a workload in virtual time; lua/neap/simulate.lua says
 * more.
 *
 * The tasks come in `list`, checked and flat: { name =, arrival =, work = { ns, ... },
 * times =, count =, every =, parent =, after =, and what a job may say to the
 * scheduler }. -1 stands for `times` without end and for `after` the end.
 */
#include "simulate.h"
#include "budget.h"
#include "host.h"
#include <stdlib.h>
#include <string.h>

#define METATABLE "neap.simulation"
enum { OPTIONS = 1, FIRST_ROWS = 64 };

static const char *const option_keys[] = {
    "list",     "policy", "params",   "cpus",          "quantum",
    "seed",     "limit",  "max_hold", "policy_memory", "timeline",
    "fairness", "tasks",  "trust",    "profile",       NULL,
};

/* What must end. */

static int simulation_gc(lua_State *L)
{
    struct neap_simulation *n = lua_touserdata(L, 1);

    neap_sim_free(n->sim);
    n->sim = NULL;
    free(n->rows);
    n->rows = NULL;
    while (n->first_line) {
        struct neap_sim_line *next = n->first_line->next;

        free(n->first_line);
        n->first_line = next;
    }
    if (n->script)
        neap_host_sweep(n->script, NEAP_HOSTS_ALL);
    n->script = NULL;
    return 0;
}

/* Its user value is the script, which must outlive it. */
static struct neap_simulation *push_simulation(lua_State *L)
{
    struct neap_simulation *n = lua_newuserdatauv(L, sizeof *n, 1);

    memset(n, 0, sizeof *n);
    n->last_line = &n->first_line;
    if (luaL_newmetatable(L, METATABLE)) {
        lua_pushcfunction(L, simulation_gc);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, simulation_gc);
        lua_setfield(L, -2, "__close");
    }
    lua_setmetatable(L, -2);
    n->script = neap_script_new(L);
    n->script->simulates = true;
    lua_setiuservalue(L, -2, 1);
    return n;
}

/* Callbacks: none may raise. */

static void on_made(void *user, neap_runtime *rt)
{
    ((struct neap_simulation *)user)->script->rt = rt;
}

static void on_task(void *user, const neap_sim_done *done)
{
    struct neap_simulation *n = user;

    if (!n->wants_rows || n->lost_rows)
        return;
    if (n->n_rows == n->rows_room) {
        size_t room = n->rows_room ? n->rows_room * 2 : FIRST_ROWS;
        void *larger = realloc(n->rows, room * sizeof *n->rows);

        n->lost_rows = larger == NULL;
        if (n->lost_rows)
            return;
        n->rows = larger;
        n->rows_room = room;
    }
    n->rows[n->n_rows++] =
        (struct neap_simulated){done->index, done->copy, *done->figures};
}

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static const char *pack(char **end, const char *text)
{
    char *here = *end;

    if (!text)
        return NULL;
    *end += strlen(strcpy(here, text)) + 1;
    return here;
}

static void on_report(void *user, neap_runtime *rt, const neap_report *r)
{
    struct neap_simulation *n = user;
    struct neap_sim_line *line = NULL;
    char *end;

    if (n->lines < NEAP_SIMULATION_REPORTS)
        line = malloc(sizeof *line + size_of(r->policy) + size_of(r->hook) +
                      size_of(r->message) + size_of(r->trace));
    if (!line) {
        n->dropped++;
        return;
    }
    end = line->text;
    line->next = NULL;
    line->report = *r;
    line->report.policy = pack(&end, r->policy);
    line->report.hook = pack(&end, r->hook);
    line->report.message = pack(&end, r->message);
    line->report.trace = pack(&end, r->trace);
    *n->last_line = line;
    n->last_line = &line->next;
    n->lines++;
}

static void on_turn(void *user, neap_runtime *rt)
{
    const struct neap_simulation *n = user;
    const struct neap_host *h = neap_policy_host(n->script);

    if (h && h->own)
        neap_budget_collect(h->own);
}

/* The list. */

static lua_Integer number(lua_State *L, const char *name, lua_Integer least,
                          lua_Integer most, lua_Integer otherwise)
{
    lua_Integer n = otherwise;

    if (neap_option_get(L, -1, name)) {
        n = neap_option_integer(L, -1, name, least, most);
        lua_pop(L, 1);
    }
    return n;
}

/* How many phases all tasks have together. */
static size_t count_phases(lua_State *L, int list, lua_Integer tasks)
{
    size_t phases = 0;

    for (lua_Integer i = 1; i <= tasks; i++) {
        if (lua_rawgeti(L, list, i) != LUA_TTABLE)
            luaL_error(L, "list: task %I is no table", (LUAI_UACINT)i);
        if (neap_option_get(L, -1, "work")) {
            luaL_checktype(L, -1, LUA_TTABLE);
            phases += (size_t)lua_rawlen(L, -1);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    return phases;
}

/* Of the task on top. */
static void read_spec(lua_State *L, neap_spec *spec)
{
    lua_Integer most = LUA_MAXINTEGER;

    spec->size = sizeof *spec;
    if (neap_option_get(L, -1, "name")) {
        spec->name = neap_option_text(L, -1, "name"); /* the table keeps it */
        lua_pop(L, 1);
    }
    spec->priority = (int)number(L, "priority", 0, NEAP_PRIORITY_MAX, -1);
    spec->has_priority = spec->priority >= 0;
    spec->weight = (int)number(L, "weight", 1, NEAP_WEIGHT_MAX, 0);
    spec->estimate = number(L, "estimate", 0, most, 0);
    spec->deadline = number(L, "deadline", 0, most, 0);
    spec->period = number(L, "period", 0, most, 0);
    spec->group = (uint64_t)number(L, "group", 0, most, 0);
}

static neap_ns *read_work(lua_State *L, neap_sim_task *t, neap_ns *to)
{
    if (!neap_option_get(L, -1, "work"))
        return to;
    t->work = to;
    t->phases = (size_t)lua_rawlen(L, -1);
    for (size_t k = 0; k < t->phases; k++) {
        lua_rawgeti(L, -1, (lua_Integer)k + 1);
        *to++ = neap_option_integer(L, -1, "work", 1, LUA_MAXINTEGER);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return to;
}

/* Pushes a userdata with the tasks, and behind them their work. */
static neap_sim_task *push_tasks(lua_State *L, int list, size_t *count)
{
    lua_Integer tasks = (lua_Integer)lua_rawlen(L, list), most = UINT32_MAX - 1;
    size_t phases = count_phases(L, list, tasks);
    neap_sim_task *all;
    neap_ns *work;

    *count = (size_t)tasks;
    all = lua_newuserdatauv(L, *count * sizeof *all + phases * sizeof *work + 1, 0);
    memset(all, 0, *count * sizeof *all);
    work = (neap_ns *)(void *)(all + *count);
    for (lua_Integer i = 1; i <= tasks; i++) {
        neap_sim_task *t = &all[i - 1];

        lua_rawgeti(L, list, i);
        read_spec(L, &t->spec);
        work = read_work(L, t, work);
        t->arrival = number(L, "arrival", 0, LUA_MAXINTEGER, 0);
        t->times = (uint32_t)number(L, "times", -1, most, 1);
        t->count = (uint32_t)number(L, "count", 1, INT32_MAX, 1);
        t->every = number(L, "every", 0, LUA_MAXINTEGER, 0);
        t->parent = (size_t)number(L, "parent", 1, tasks, 0);
        t->after = (uint32_t)number(L, "after", -1, most, 0);
        lua_pop(L, 1);
    }
    return all;
}

/* Options. */

static neap_ns duration(lua_State *L, const char *name, neap_ns otherwise)
{
    neap_ns ns = otherwise;

    if (neap_option_get(L, OPTIONS, name)) {
        ns = neap_option_duration(L, -1, name);
        lua_pop(L, 1);
    }
    return ns;
}

static void read_runtime(lua_State *L, neap_options *o)
{
    o->size = sizeof *o;
    o->quantum = duration(L, "quantum", 0);
    o->max_hold = duration(L, "max_hold", 0);
    if (neap_option_get(L, OPTIONS, "cpus"))
        o->cpus = (int)neap_option_integer(L, -1, "cpus", 1, NEAP_CPUS_MAX);
    if (neap_option_get(L, OPTIONS, "seed"))
        o->seed = (uint64_t)neap_option_integer(L, -1, "seed", LUA_MININTEGER,
                                                LUA_MAXINTEGER);
    if (neap_option_get(L, OPTIONS, "params"))
        neap_option_params(L, -1, &o->params);
}

static void read_wishes(lua_State *L, neap_sim_options *o, struct neap_simulation *n)
{
    o->limit = duration(L, "limit", 0);
    if (neap_option_get(L, OPTIONS, "timeline"))
        o->timeline = (size_t)neap_option_integer(L, -1, "timeline", 0, LUA_MAXINTEGER);
    if (neap_option_get(L, OPTIONS, "fairness") &&
        !neap_option_boolean(L, -1, "fairness"))
        o->without = NEAP_METER_FAIRNESS;
    if (neap_option_get(L, OPTIONS, "tasks"))
        n->wants_rows = neap_option_boolean(L, -1, "tasks");
}

static int take_policy(lua_State *L, struct neap_script *s, neap_options *o)
{
    struct neap_choice choice = {.name = NULL};
    int rc = 0;

    if (neap_option_get(L, OPTIONS, "policy"))
        rc = neap_load_policy(L, -1, s, &choice);
    o->policy = choice.name;
    o->table = neap_choice_table(&choice);
    return rc;
}

/* Leaves nil, the message, which is on top, and the errno. */
static int failed(lua_State *L, int rc)
{
    lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushinteger(L, -rc);
    return 3;
}

static int run(lua_State *L, struct neap_simulation *n, neap_sim_options *o)
{
    int rc = neap_simulate(&n->sim, o);

    n->script->rt = NULL;
    if (rc < 0)
        return rc;
    return n->lost_rows ? -NEAP_EMEMORY : 0;
}

int neap_simulate_lua(lua_State *L)
{
    char problem[300] = "";
    neap_sim_options o = {.size = sizeof o,
                          .task_size = sizeof(neap_sim_task),
                          .problem = problem,
                          .problem_room = sizeof problem,
                          .on_made = on_made,
                          .on_task = on_task,
                          .on_report = on_report,
                          .on_turn = on_turn};
    struct neap_simulation *n;
    int list, rc;

    luaL_checktype(L, OPTIONS, LUA_TTABLE);
    lua_settop(L, OPTIONS);
    luaL_checkstack(L, 2 * LUA_MINSTACK, NULL);
    neap_option_keys(L, OPTIONS, "simulation option", option_keys, NEAP_NO_LIST);
    n = push_simulation(L);
    lua_toclose(L, lua_gettop(L));
    o.user = n;
    neap_runtime_profile(L, n->script);
    read_runtime(L, &o.runtime);
    read_wishes(L, &o, n);
    if (!neap_option_get(L, OPTIONS, "list") || !lua_istable(L, -1))
        return luaL_error(L, "list: expected a list of tasks");
    list = lua_gettop(L);
    o.tasks = push_tasks(L, list, &o.n_tasks);
    rc = take_policy(L, n->script, &o.runtime);
    if (rc < 0)
        return failed(L, rc);
    rc = run(L, n, &o);
    neap_script_raise(L, n->script);
    if (rc < 0) {
        lua_pushstring(L, problem[0] ? problem : neap_strerror(rc));
        return failed(L, rc);
    }
    neap_simulation_push(L, n, list);
    return 1;
}
