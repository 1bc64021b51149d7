/* life.c - what the tasks of a simulation do: come, run, sleep, bear children, end.
 *
 * What they do next stands in an agenda of our own, for which the runtime has one
 * timer; what they need of the cpu is a burst of the runtime's.
 */
#include "simulation.h"
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_LIVE = 16 };

static neap_ns later(neap_ns at, neap_ns by)
{
    return by >= NEAP_FOREVER - at ? NEAP_FOREVER : at + by;
}

/* The agenda. */

static void on_timer(void *user, neap_runtime *rt, neap_timer id);

static void set_timer(neap_sim *sim)
{
    neap_ns next = neap_agenda_next(&sim->agenda);
    int r;

    if (sim->timer && next == sim->timer_at)
        return;
    if (sim->timer)
        neap_cancel(sim->rt, sim->timer);
    sim->timer = 0;
    if (next == NEAP_FOREVER)
        return;
    r = neap_after(sim->rt, next - neap_now(sim->rt), on_timer, sim, NULL, &sim->timer);
    sim->timer_at = next;
    if (r < 0)
        neap_sim_fail(sim, r, neap_last_error());
}

static void plan(neap_sim *sim, neap_ns at, uint32_t kind, uint32_t who, uint32_t copy)
{
    if (!neap_agenda_add(&sim->agenda, at, kind, who, copy))
        neap_sim_fail(sim, -NEAP_EMEMORY, "out of memory");
}

/* Nothing is left to do: the run ends with this turn. */
static void stop_if_done(neap_sim *sim)
{
    if (sim->n_live == 0 && sim->agenda.n == 0)
        neap_stop(sim->rt);
}

/* Work. */

static neap_ns deadline_of(const neap_sim_task *t, neap_ns release)
{
    neap_ns after = t->spec.deadline ? t->spec.deadline : t->spec.period;

    return after ? later(release, after) : 0;
}

static void begin_run(neap_sim *sim, const live *l)
{
    const neap_sim_task *t = task_of(sim, l->index);

    if (t->phases)
        neap_set_burst(sim->rt, l->id, t->work[l->phase]);
}

static void sleep_until(neap_sim *sim, uint32_t slot, neap_ns at)
{
    neap_task_block(sim->rt, sim->live[slot].id);
    neap_meter_block(sim->meter, neap_now(sim->rt), slot);
    plan(sim, at, WAKE, slot, 0);
}

static void bear_children(neap_sim *sim, const live *l, uint32_t after);

static void end(neap_sim *sim, uint32_t slot)
{
    live l = sim->live[slot];

    neap_task_finish(sim->rt, l.id, 0);
    neap_meter_end(sim->meter, neap_now(sim->rt), slot);
    sim->n_live--;
    bear_children(sim, &l, NEAP_SIM_AT_END);
}

/* A round is done: what it had to do until its deadline, too. */
static void end_round(neap_sim *sim, uint32_t slot)
{
    live *l = &sim->live[slot];
    const neap_sim_task *t = task_of(sim, l->index);
    bool is_last = t->times != NEAP_SIM_ALWAYS && l->round + 1 >= t->times;
    neap_ns deadline = deadline_of(t, l->release);

    if (deadline && (t->spec.period || is_last))
        neap_meter_deadline(sim->meter, neap_now(sim->rt), slot, deadline);
    l->round++;
    l->phase = 0;
    if (t->spec.period)
        l->release = later(l->release, t->spec.period);
}

static bool is_over(const neap_sim_task *t, const live *l)
{
    return t->times != NEAP_SIM_ALWAYS && l->round >= (t->times ? t->times : 1);
}

/* The next round, after a sleep of `at_least`. */
static void begin_round(neap_sim *sim, uint32_t slot, neap_ns at_least)
{
    live *l = &sim->live[slot];
    const neap_sim_task *t = task_of(sim, l->index);
    neap_ns now = neap_now(sim->rt), at = later(now, at_least);

    if (t->spec.period && l->release > at)
        at = l->release;
    if (at > now) {
        sleep_until(sim, slot, at);
        return;
    }
    if (t->spec.period)
        neap_set_deadline(sim->rt, l->id, deadline_of(t, l->release));
    begin_run(sim, l);
}

static void end_run(neap_sim *sim, uint32_t slot)
{
    live *l = &sim->live[slot];
    const neap_sim_task *t = task_of(sim, l->index);
    uint32_t next = l->phase + 1;
    neap_ns pause = next < t->phases ? t->work[next] : 0;

    if (sim->first_child) {
        bear_children(sim, l,
                      l->round * (uint32_t)((t->phases + 1) / 2) + next / 2 + 1);
        l = &sim->live[slot]; /* they may have moved it */
    }
    if (next + 1 < t->phases) {
        l->phase += 2;
        sleep_until(sim, slot, later(neap_now(sim->rt), pause));
        return;
    }
    end_round(sim, slot);
    if (is_over(t, l))
        end(sim, slot);
    else
        begin_round(sim, slot, pause);
}

static void wake(neap_sim *sim, uint32_t slot)
{
    const live *l = &sim->live[slot];
    const neap_sim_task *t = task_of(sim, l->index);

    if (t->spec.period && l->phase == 0)
        neap_set_deadline(sim->rt, l->id, deadline_of(t, l->release));
    neap_task_wake(sim->rt, l->id);
    neap_meter_ready(sim->meter, neap_now(sim->rt), slot);
    begin_run(sim, l);
}

/* Arrivals. */

static bool make_room(neap_sim *sim, uint32_t slot)
{
    size_t room = sim->live_room ? sim->live_room + sim->live_room / 2 : FIRST_LIVE;
    live *larger;

    if (slot < sim->live_room)
        return true;
    room = room > slot ? room : (size_t)slot + 1;
    larger = realloc(sim->live, room * sizeof *larger);
    if (!larger)
        return false;
    sim->live = larger;
    sim->live_room = room;
    return true;
}

static void refuse(neap_sim *sim)
{
    neap_sim_report *out = &sim->report;

    if (out->refused++ == 0)
        snprintf(out->refusal, sizeof out->refusal, "%s", neap_last_error());
}

static void arrive(neap_sim *sim, uint32_t index, uint32_t copy)
{
    const neap_sim_task *t = task_of(sim, index);
    neap_ns now = neap_now(sim->rt);
    neap_spec spec = t->spec;
    neap_task *task;
    uint32_t slot;
    neap_id id;
    int r;

    spec.user = NULL;
    spec.deadline = deadline_of(t, now);
    r = neap_add(sim->rt, &spec, &id);
    if (r == -NEAP_EMEMORY) {
        neap_sim_fail(sim, r, neap_last_error());
        return;
    }
    if (r < 0) {
        refuse(sim);
        return;
    }
    task = neap_find(sim->rt, id);
    if (neap_meter_add(sim->meter, now, id, task->weight, &slot) < 0 ||
        !make_room(sim, slot)) {
        neap_sim_fail(sim, -NEAP_EMEMORY, "out of memory");
        return;
    }
    task->user = (void *)((uintptr_t)slot + 1);
    sim->live[slot] = (live){.id = id, .release = now, .index = index, .copy = copy};
    sim->n_live++;
    begin_run(sim, &sim->live[slot]);
    if (sim->first_child) {
        live l = sim->live[slot];

        bear_children(sim, &l, 0);
    }
}

/* The first of the copies comes, and the next one is planned. */
static void arrive_all(neap_sim *sim, uint32_t index, uint32_t copy)
{
    const neap_sim_task *t = task_of(sim, index);

    arrive(sim, index, copy);
    for (copy++; copy < t->count && t->every == 0 && sim->failed == 0; copy++)
        arrive(sim, index, copy);
    if (copy < t->count)
        plan(sim, later(neap_now(sim->rt), t->every), ARRIVE, index, copy);
}

static void bear_children(neap_sim *sim, const live *l, uint32_t after)
{
    neap_ns now = neap_now(sim->rt);

    if (!sim->first_child)
        return;
    for (uint32_t i = sim->first_child[l->index]; i != NOBODY; i = sim->next_child[i]) {
        const neap_sim_task *t = task_of(sim, i);

        if (t->after != after)
            continue;
        plan(sim, later(now, t->arrival), ARRIVE, i, 0);
    }
}

/* What is due, and what that makes due. */
void neap_life_go_on(neap_sim *sim)
{
    neap_ns now = neap_now(sim->rt);

    while (neap_agenda_next(&sim->agenda) <= now && sim->failed == 0) {
        item i = neap_agenda_take(&sim->agenda);

        if (item_kind(&i) == ARRIVE)
            arrive_all(sim, i.who, item_copy(&i));
        else
            wake(sim, i.who);
    }
    set_timer(sim);
    stop_if_done(sim);
}

static void on_timer(void *user, neap_runtime *rt, neap_timer id)
{
    neap_sim *sim = user;

    sim->timer = 0;
    neap_life_go_on(sim);
}

void neap_life_burst_over(neap_sim *sim, uint32_t slot)
{
    end_run(sim, slot);
    if (neap_agenda_next(&sim->agenda) != sim->timer_at || !sim->timer)
        set_timer(sim);
    stop_if_done(sim);
}

neap_ns neap_life_deadline(const neap_sim *sim, const live *l)
{
    return deadline_of(task_of(sim, l->index), l->release);
}
