/* simulate_report.c - the report of a simulation as a table. */
#include "host.h"
#include "simulate.h"

static void set_integer(lua_State *L, const char *name, int64_t value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static void set_number(lua_State *L, const char *name, double value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, name);
}

static void set_ratio(lua_State *L, const char *name, double part, double whole)
{
    set_number(L, name, whole > 0 ? part / whole : 0);
}

static void set_times(lua_State *L, const char *name, const neap_meter_values *v)
{
    lua_createtable(L, 0, 7);
    set_integer(L, "count", (int64_t)v->count);
    set_integer(L, "mean_ns", v->mean);
    set_integer(L, "p50_ns", v->p50);
    set_integer(L, "p95_ns", v->p95);
    set_integer(L, "p99_ns", v->p99);
    set_integer(L, "max_ns", v->max);
    lua_pushboolean(L, v->exact);
    lua_setfield(L, -2, "exact");
    lua_setfield(L, -2, name);
}

static void set_thousandths(lua_State *L, const char *name, const neap_meter_values *v)
{
    lua_createtable(L, 0, 7);
    set_integer(L, "count", (int64_t)v->count);
    set_number(L, "mean", (double)v->mean / 1000);
    set_number(L, "p50", (double)v->p50 / 1000);
    set_number(L, "p95", (double)v->p95 / 1000);
    set_number(L, "p99", (double)v->p99 / 1000);
    set_number(L, "max", (double)v->max / 1000);
    lua_pushboolean(L, v->exact);
    lua_setfield(L, -2, "exact");
    lua_setfield(L, -2, name);
}

static void set_meter(lua_State *L, const neap_meter_report *r)
{
    double span = (double)(r->to - r->from);

    set_integer(L, "cpus", r->cpus);
    set_integer(L, "tasks", (int64_t)r->tasks);
    set_integer(L, "ended", (int64_t)r->ended);
    set_integer(L, "from_ns", r->from);
    set_integer(L, "makespan_ns", r->to - r->from);
    set_integer(L, "busy_ns", r->busy);
    set_ratio(L, "utilisation", (double)r->busy, span * r->cpus);
    set_ratio(L, "throughput", (double)r->ended * NEAP_S, span);
    set_times(L, "turnaround", &r->turnaround);
    set_times(L, "response", &r->response);
    set_times(L, "wait", &r->wait);
    set_times(L, "stretch", &r->stretch);
    set_thousandths(L, "slowdown", &r->slowdown);
    if (r->longest_waiter)
        set_integer(L, "longest_waiter", (int64_t)r->longest_waiter);
    set_integer(L, "starved", (int64_t)r->starved);
    set_integer(L, "deadlines", (int64_t)r->deadlines);
    set_integer(L, "missed", (int64_t)r->missed);
    set_integer(L, "latest_ns", r->latest);
    set_integer(L, "context_switches", (int64_t)r->context_switches);
    set_integer(L, "preemptions", (int64_t)r->preemptions);
}

static void set_fairness(lua_State *L, const neap_meter_report *r)
{
    if (!r->has_fairness)
        return;
    set_integer(L, "lag_ns", r->lag);
    if (r->lagging)
        set_integer(L, "lagging", (int64_t)r->lagging);
    set_number(L, "jain", r->jain);
    set_number(L, "rms_error", r->rms_error);
    set_integer(L, "cycles", (int64_t)r->cycles);
}

static void set_stats(lua_State *L, const neap_sim_report *r)
{
    set_text(L, "policy", r->policy);
    set_integer(L, "quantum_ns", r->stats.quantum);
    set_integer(L, "end_ns", r->end);
    set_integer(L, "refused", (int64_t)r->refused);
    if (r->refused)
        set_text(L, "refusal", r->refusal);
    lua_pushboolean(L, r->limited);
    lua_setfield(L, -2, "limited");
    set_integer(L, "decisions", (int64_t)r->stats.decisions);
    set_integer(L, "dispatches", (int64_t)r->stats.dispatches);
    set_integer(L, "failures", (int64_t)r->stats.failures);
    set_integer(L, "ejections", (int64_t)r->stats.ejections);
    set_integer(L, "clamped", (int64_t)r->stats.clamped);
    set_integer(L, "forced", (int64_t)r->stats.forced);
}

static void set_timeline(lua_State *L, const neap_meter_report *r)
{
    lua_createtable(L, (int)r->segments, 0);
    for (size_t i = 0; i < r->segments; i++) {
        const neap_meter_segment *s = &r->timeline[i];

        lua_createtable(L, 0, 4);
        set_integer(L, "task", (int64_t)s->task);
        set_integer(L, "from_ns", s->from);
        set_integer(L, "to_ns", s->to);
        if (s->cpu >= 0)
            set_integer(L, "cpu", s->cpu);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "timeline");
    if (r->timeline_to != NEAP_FOREVER)
        set_integer(L, "timeline_to_ns", r->timeline_to);
}

void neap_simulation_push_meter(lua_State *L, const neap_meter_report *r)
{
    set_meter(L, r);
    set_fairness(L, r);
    if (r->timeline)
        set_timeline(L, r);
}

/* Its name is in the list. */
static void push_row(lua_State *L, const struct neap_simulated *row, int list)
{
    const neap_meter_task *t = &row->figures;

    lua_createtable(L, 0, 16);
    lua_rawgeti(L, list, (lua_Integer)row->index + 1);
    lua_getfield(L, -1, "name");
    lua_setfield(L, -3, "name");
    lua_pop(L, 1);
    set_integer(L, "id", (int64_t)t->id);
    set_integer(L, "index", (int64_t)row->index + 1);
    set_integer(L, "copy", (int64_t)row->copy + 1);
    set_integer(L, "weight", t->weight);
    set_integer(L, "arrival_ns", t->arrival);
    set_integer(L, "cpu_ns", t->cpu);
    set_integer(L, "wait_ns", t->wait);
    set_integer(L, "longest_wait_ns", t->longest_wait);
    set_integer(L, "missed", t->missed);
    lua_pushboolean(L, t->starved);
    lua_setfield(L, -2, "starved");
    if (t->first_run >= 0) {
        set_integer(L, "first_run_ns", t->first_run);
        set_integer(L, "response_ns", t->first_run - t->arrival);
    }
    if (t->end < 0)
        return;
    set_integer(L, "end_ns", t->end);
    set_integer(L, "turnaround_ns", t->end - t->arrival);
    set_ratio(L, "slowdown", (double)(t->end - t->arrival),
              (double)(t->end - t->arrival - t->wait));
}

/* In order of their ends: lua/neap/simulate.lua sorts. */
static void set_rows(lua_State *L, const struct neap_simulation *n, int list)
{
    lua_createtable(L, (int)n->n_rows, 0);
    for (size_t i = 0; i < n->n_rows; i++) {
        push_row(L, &n->rows[i], list);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "rows");
}

static void set_reports(lua_State *L, const struct neap_simulation *n)
{
    lua_Integer i = 0;

    lua_newtable(L);
    for (const struct neap_sim_line *l = n->first_line; l; l = l->next) {
        neap_events_push_report(L, &l->report);
        lua_rawseti(L, -2, ++i);
    }
    lua_setfield(L, -2, "reports");
    set_integer(L, "reports_dropped", (int64_t)n->dropped);
}

/* Of the policy that was there from the beginning: the last in the list. */
static void set_profile(lua_State *L, const struct neap_script *s)
{
    const struct neap_host *h = s->hosts;

    while (h && h->next)
        h = h->next;
    if (!s->profile)
        return;
    neap_policy_push_profile(L, h);
    lua_setfield(L, -2, "profile");
}

void neap_simulation_push(lua_State *L, const struct neap_simulation *n, int list)
{
    const neap_sim_report *r = neap_sim_result(n->sim);

    lua_createtable(L, 0, 40);
    set_stats(L, r);
    neap_simulation_push_meter(L, &r->meter);
    set_reports(L, n);
    set_profile(L, n->script);
    if (n->wants_rows)
        set_rows(L, n, list);
}
