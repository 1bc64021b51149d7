/* simulate.c - drives a virtual runtime through a workload.
 *
 * What the tasks do next stands in an agenda of our own, for which the runtime has one
 * timer; what they need of the cpu is a burst of the runtime's.
 */
#include "agenda.h"
#include <neap/sim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE_TURNS = 1000000, FIRST_LIVE = 16 };
#define NONE UINT32_MAX

/* A task that is there, by its slot in the meter. */
typedef struct live {
    neap_id id;
    neap_ns release; /* of its round */
    uint32_t index, copy;
    uint32_t phase, round;
} live;

struct neap_sim {
    neap_sim_options opt;
    neap_runtime *rt;
    neap_meter *meter;
    agenda agenda;
    neap_timer timer; /* 0: none */
    neap_ns timer_at;
    live *live;
    size_t live_room, n_live;
    uint32_t *first_child, *next_child; /* by index; NULL: there are no children */
    int busy;                           /* cpus */
    int idle_turns;                     /* since one was */
    int failed;
    neap_sim_report report;
};

static int refuse(const neap_sim_options *o, int error, const char *text)
{
    if (o->problem && o->problem_room)
        snprintf(o->problem, o->problem_room, "%s", text);
    return -error;
}

static int refuse_task(const neap_sim_options *o, size_t i, const char *text)
{
    char line[160];

    snprintf(line, sizeof line, "task %zu: %s", i + 1, text);
    return refuse(o, NEAP_EINVAL, line);
}

static void fail(neap_sim *sim, int r, const char *text)
{
    if (sim->failed == 0)
        sim->failed = refuse(&sim->opt, -r, text);
    neap_stop(sim->rt);
}

static const neap_sim_task *task_of(const neap_sim *sim, size_t index)
{
    return (const void *)((const char *)sim->opt.tasks + index * sim->opt.task_size);
}

static uint32_t slot_of(const neap_task *t)
{
    return (uint32_t)((uintptr_t)t->user - 1);
}

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
        fail(sim, r, neap_last_error());
}

static void plan(neap_sim *sim, neap_ns at, uint32_t kind, uint32_t who, uint32_t copy)
{
    if (!neap_agenda_add(&sim->agenda, at, kind, who, copy))
        fail(sim, -NEAP_EMEMORY, "out of memory");
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
        fail(sim, r, neap_last_error());
        return;
    }
    if (r < 0) {
        sim->report.refused++;
        return;
    }
    task = neap_find(sim->rt, id);
    if (neap_meter_add(sim->meter, now, id, task->weight, &slot) < 0 ||
        !make_room(sim, slot)) {
        fail(sim, -NEAP_EMEMORY, "out of memory");
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
    for (uint32_t i = sim->first_child[l->index]; i != NONE; i = sim->next_child[i]) {
        const neap_sim_task *t = task_of(sim, i);

        if (t->after != after)
            continue;
        plan(sim, later(now, t->arrival), ARRIVE, i, 0);
    }
}

/* What is due, and what that makes due. */
static void keep_agenda(neap_sim *sim)
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

/* The runtime's callbacks. */

static void on_timer(void *user, neap_runtime *rt, neap_timer id)
{
    neap_sim *sim = user;

    sim->timer = 0;
    keep_agenda(sim);
}

static void on_burst(void *user, neap_runtime *rt, neap_task *t)
{
    neap_sim *sim = user;

    end_run(sim, slot_of(t));
    if (neap_agenda_next(&sim->agenda) != sim->timer_at || !sim->timer)
        set_timer(sim);
    stop_if_done(sim);
}

static void on_switch(void *user, neap_runtime *rt, int cpu, neap_task *from,
                      neap_task *to)
{
    neap_sim *sim = user;
    neap_ns now = neap_now(rt);

    sim->busy += (to != NULL) - (from != NULL);
    if (from)
        neap_meter_stop(sim->meter, now, slot_of(from), cpu);
    if (to)
        neap_meter_run(sim->meter, now, slot_of(to), cpu);
}

/* A policy that leaves all cpus empty on purpose is asked again each quantum: for ever,
 * if it never changes its mind. */
static void on_turn(void *user, neap_runtime *rt)
{
    neap_sim *sim = user;

    if (sim->busy)
        sim->idle_turns = 0;
    else if (++sim->idle_turns > IDLE_TURNS)
        fail(sim, -NEAP_EENDLESS,
             "the policy has left all cpus empty a million times in a row");
    if (sim->opt.on_turn)
        sim->opt.on_turn(sim->opt.user, rt);
}

static void on_report(void *user, neap_runtime *rt, const neap_report *report)
{
    neap_sim *sim = user;

    if (sim->opt.on_report)
        sim->opt.on_report(sim->opt.user, rt, report);
}

static void on_task(void *user, const neap_meter_task *figures)
{
    neap_sim *sim = user;
    const live *l = &sim->live[figures->slot];
    neap_sim_done done = {.index = l->index, .copy = l->copy, .figures = figures};

    if (sim->opt.on_task)
        sim->opt.on_task(sim->opt.user, &done);
}

/* From options to report. */

static int check_work(const neap_sim_options *o, size_t i, const neap_sim_task *t)
{
    if (t->phases && !t->work)
        return refuse_task(o, i, "its work is missing");
    for (size_t k = 0; k < t->phases; k++) {
        if (t->work[k] < 1)
            return refuse_task(o, i, "each phase must be at least 1 ns");
    }
    return 0;
}

static bool never_ends(const neap_sim_task *t)
{
    return t->phases == 0 || t->times == NEAP_SIM_ALWAYS;
}

static int check_task(const neap_sim *sim, size_t i)
{
    const neap_sim_options *o = &sim->opt;
    const neap_sim_task *t = task_of(sim, i);

    if (t->arrival < 0 || t->every < 0)
        return refuse_task(o, i, "a time is negative");
    if (t->count > AGENDA_MOST_COPIES)
        return refuse_task(o, i, "count is out of range");
    if (t->parent > o->n_tasks || t->parent == i + 1)
        return refuse_task(o, i, "its parent is not in the list");
    if (never_ends(t) && o->limit == 0)
        return refuse(o, NEAP_EENDLESS,
                      "a task has no end: give a limit for the simulation");
    return check_work(o, i, t);
}

/* Children whose parents are their children would never come; so be it. */
static int link_children(neap_sim *sim)
{
    size_t n = sim->opt.n_tasks;
    bool any = false;

    for (size_t i = 0; i < n; i++)
        any |= task_of(sim, i)->parent != 0;
    if (!any)
        return 0;
    sim->first_child = malloc(n * sizeof *sim->first_child);
    sim->next_child = malloc(n * sizeof *sim->next_child);
    if (!sim->first_child || !sim->next_child)
        return refuse(&sim->opt, NEAP_EMEMORY, "out of memory");
    memset(sim->first_child, 0xff, n * sizeof *sim->first_child);
    for (size_t i = n; i-- > 0;) {
        size_t parent = task_of(sim, i)->parent;

        if (parent == 0)
            continue;
        sim->next_child[i] = sim->first_child[parent - 1];
        sim->first_child[parent - 1] = (uint32_t)i;
    }
    return 0;
}

static int prepare(neap_sim *sim)
{
    int r = 0;

    if (sim->opt.n_tasks >= NONE)
        return refuse(&sim->opt, NEAP_ERANGE, "too many tasks");
    for (size_t i = 0; i < sim->opt.n_tasks && r == 0; i++)
        r = check_task(sim, i);
    if (r == 0)
        r = link_children(sim);
    for (size_t i = 0; i < sim->opt.n_tasks && r == 0; i++) {
        const neap_sim_task *t = task_of(sim, i);

        if (t->parent == 0 &&
            !neap_agenda_add(&sim->agenda, t->arrival, ARRIVE, (uint32_t)i, 0))
            r = refuse(&sim->opt, NEAP_EMEMORY, "out of memory");
    }
    return r;
}

static int make(neap_sim *sim)
{
    neap_options o = sim->opt.runtime;
    neap_stats s;
    int r;

    o.size = sizeof o;
    o.clock = NEAP_CLOCK_VIRTUAL;
    o.cpus = o.cpus ? o.cpus : 1;
    o.user = sim;
    o.on_burst = on_burst;
    o.on_switch = on_switch;
    o.on_turn = on_turn;
    o.on_report = on_report;
    o.on_exit = NULL;
    o.on_forget = NULL;
    r = neap_new(&sim->rt, &o);
    if (r < 0)
        return refuse(&sim->opt, -r, neap_last_error());
    if (sim->opt.on_made)
        sim->opt.on_made(sim->opt.user, sim->rt);
    neap_get_stats(sim->rt, &s);
    r = neap_meter_new(&sim->meter,
                       &(neap_meter_options){.size = sizeof(neap_meter_options),
                                             .quantum = s.quantum,
                                             .cpus = s.cpus,
                                             .without = sim->opt.without,
                                             .timeline = sim->opt.timeline,
                                             .user = sim,
                                             .on_task = on_task});
    return r < 0 ? refuse(&sim->opt, -r, neap_strerror(r)) : 0;
}

/* Those that the limit cut off, and whose deadline was before it. */
static void miss_deadlines(neap_sim *sim, neap_ns now)
{
    for (neap_task *t = neap_next(sim->rt, 0); t; t = neap_next(sim->rt, t->id)) {
        const live *l = &sim->live[slot_of(t)];
        neap_ns deadline = deadline_of(task_of(sim, l->index), l->release);

        if (t->state != NEAP_STATE_ENDED && deadline && deadline < now)
            neap_meter_deadline(sim->meter, now, slot_of(t), deadline);
    }
}

static int run(neap_sim *sim)
{
    neap_sim_report *out = &sim->report;
    neap_ns limit = sim->opt.limit ? sim->opt.limit : NEAP_FOREVER;
    int r = 0;

    keep_agenda(sim);
    if (sim->failed == 0 && (sim->n_live || sim->agenda.n))
        r = neap_run_for(sim->rt, limit);
    if (r < 0)
        return refuse(&sim->opt, -r, neap_last_error());
    out->end = neap_now(sim->rt);
    if (sim->failed == 0 && out->end == NEAP_FOREVER)
        fail(sim, -NEAP_EENDLESS, "tasks are left that nothing would ever wake");
    if (sim->failed)
        return sim->failed;
    out->limited = sim->n_live || sim->agenda.n;
    miss_deadlines(sim, out->end);
    r = neap_meter_finish(sim->meter, out->end, &out->meter);
    if (r < 0)
        return refuse(&sim->opt, -r, neap_strerror(r));
    neap_get_stats(sim->rt, &out->stats);
    snprintf(out->policy, sizeof out->policy, "%s", out->stats.policy);
    out->stats.policy = NULL;
    return 0;
}

int neap_simulate(neap_sim **out, const neap_sim_options *o)
{
    neap_sim *sim;
    int r;

    if (!o || o->size < sizeof *o || o->task_size < sizeof(neap_sim_task))
        return -NEAP_EINVAL;
    sim = calloc(1, sizeof *sim);
    if (!sim)
        return refuse(o, NEAP_EMEMORY, "out of memory");
    sim->opt = *o;
    r = prepare(sim);
    if (r == 0)
        r = make(sim);
    if (r == 0)
        r = run(sim);
    neap_free(sim->rt);
    sim->rt = NULL;
    if (r < 0) {
        neap_sim_free(sim);
        return r;
    }
    *out = sim;
    return 0;
}

const neap_sim_report *neap_sim_result(const neap_sim *sim)
{
    return &sim->report;
}

void neap_sim_free(neap_sim *sim)
{
    if (!sim)
        return;
    neap_meter_free(sim->meter);
    neap_agenda_free(&sim->agenda);
    free(sim->live);
    free(sim->first_child);
    free(sim->next_child);
    free(sim);
}
