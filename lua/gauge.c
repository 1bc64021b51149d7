/* gauge.c - the meter of a recorded run: rt:metrics() of a replay.
 *
 * A replay's events are told to a meter (neap/meter.h), as a simulation's are: so the
 * figures of both mean the same.
 */
#include "gauge.h"
#include "simulate.h"
#include <stdlib.h>
#include <string.h>

struct neap_gauge {
    neap_meter *meter;
    uint32_t *slot; /* of task id at id - 1, + 1; 0: it is not in the meter */
    size_t room;
    bool over; /* it was read: nothing more is told */
};

int neap_gauge_open(struct neap_gauge **out, neap_runtime *rt, size_t timeline)
{
    neap_stats stats;
    neap_meter_options o = {
        .size = sizeof o, .now = neap_now(rt), .timeline = timeline};
    struct neap_gauge *g = calloc(1, sizeof *g);
    int rc;

    if (!g)
        return -NEAP_EMEMORY;
    neap_get_stats(rt, &stats);
    o.quantum = stats.quantum;
    o.cpus = stats.cpus;
    rc = neap_meter_new(&g->meter, &o);
    if (rc < 0) {
        free(g);
        return rc;
    }
    *out = g;
    return 0;
}

void neap_gauge_close(struct neap_gauge *g)
{
    if (!g)
        return;
    neap_meter_free(g->meter);
    free(g->slot);
    free(g);
}

static bool make_room(struct neap_gauge *g, size_t needed)
{
    size_t room = g->room ? g->room : 64;
    uint32_t *larger;

    while (room < needed)
        room *= 2;
    if (room == g->room)
        return true;
    larger = realloc(g->slot, room * sizeof *larger);
    if (!larger)
        return false;
    memset(larger + g->room, 0, (room - g->room) * sizeof *larger);
    g->slot = larger;
    g->room = room;
    return true;
}

void neap_gauge_add(struct neap_gauge *g, neap_ns now, const neap_task *t)
{
    neap_meter_slot slot;

    if (g->over || !make_room(g, (size_t)t->id) ||
        neap_meter_add(g->meter, now, t->id, t->weight, &slot) < 0)
        return;
    g->slot[t->id - 1] = slot + 1;
}

static bool find(const struct neap_gauge *g, neap_id id, neap_meter_slot *slot)
{
    if (g->over || id == 0 || id > g->room || !g->slot[id - 1])
        return false;
    *slot = g->slot[id - 1] - 1;
    return true;
}

void neap_gauge_switch(struct neap_gauge *g, neap_ns now, int cpu,
                       const neap_task *from, const neap_task *to)
{
    neap_meter_slot slot;

    if (from && find(g, from->id, &slot))
        neap_meter_stop(g->meter, now, slot, cpu);
    if (to && find(g, to->id, &slot))
        neap_meter_run(g->meter, now, slot, cpu);
}

static void end(struct neap_gauge *g, neap_runtime *rt, const neap_recorded_event *e,
                neap_meter_slot slot)
{
    const neap_task *t = neap_find(rt, e->task);

    if (t && t->about->deadline)
        neap_meter_deadline(g->meter, e->now, slot, t->about->deadline);
    neap_meter_end(g->meter, e->now, slot);
    g->slot[e->task - 1] = 0;
}

void neap_gauge_event(struct neap_gauge *g, neap_runtime *rt,
                      const neap_recorded_event *e)
{
    neap_meter_slot slot;

    if (!find(g, e->task, &slot))
        return;
    if (strcmp(e->kind, "block") == 0)
        neap_meter_block(g->meter, e->now, slot);
    else if (strcmp(e->kind, "wake") == 0 || strcmp(e->kind, "resume task") == 0)
        neap_meter_ready(g->meter, e->now, slot);
    else if (strcmp(e->kind, "pause task") == 0)
        neap_meter_pause(g->meter, e->now, slot);
    else if (strcmp(e->kind, "weight") == 0)
        neap_meter_weight(g->meter, e->now, slot, (int)e->number[0]);
    else if (strcmp(e->kind, "priority") == 0)
        neap_meter_weight(g->meter, e->now, slot,
                          neap_priority_weight((int)e->number[0]));
    else if (strcmp(e->kind, "ended") == 0)
        end(g, rt, e, slot);
}

/* rt:metrics() */
int neap_metrics_lua(lua_State *L)
{
    struct neap_script *s = neap_script_open(L, 1);
    struct neap_gauge *g = s->gauge;
    neap_meter_report report;
    int rc;

    if (s->hooks)
        return luaL_error(L, "not inside a policy hook");
    if (!g)
        return luaL_error(L, "there are no metrics: give neap.replay() metrics = true");
    if (g->over)
        return luaL_error(L, "the metrics of a replay are told once");
    g->over = true;
    rc = neap_meter_finish(g->meter, neap_now(s->rt), &report);
    if (rc < 0)
        return neap_script_settle(L, s, rc, NEAP_NONE_RAISES);
    lua_createtable(L, 0, 40);
    neap_simulation_push_meter(L, &report);
    return 1;
}
