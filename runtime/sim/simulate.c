/* simulate.c - drives a virtual runtime through a workload: made, run, reported. */
#include "simulation.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE_TURNS = 1000000 };

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

void neap_sim_fail(neap_sim *sim, int r, const char *text)
{
    if (sim->failed == 0)
        sim->failed = refuse(&sim->opt, -r, text);
    neap_stop(sim->rt);
}

/* The runtime's callbacks. */

static void on_burst(void *user, neap_runtime *rt, neap_task *t)
{
    neap_life_burst_over(user, slot_of(t));
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
        neap_sim_fail(sim, -NEAP_EENDLESS,
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

    if (sim->opt.n_tasks >= NOBODY)
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
        neap_ns deadline = neap_life_deadline(sim, l);

        if (t->state != NEAP_STATE_ENDED && deadline && deadline < now)
            neap_meter_deadline(sim->meter, now, slot_of(t), deadline);
    }
}

static int run(neap_sim *sim)
{
    neap_sim_report *out = &sim->report;
    neap_ns limit = sim->opt.limit ? sim->opt.limit : NEAP_FOREVER;
    int r = 0;

    neap_life_go_on(sim);
    if (sim->failed == 0 && (sim->n_live || sim->agenda.n))
        r = neap_run_for(sim->rt, limit);
    if (r < 0)
        return refuse(&sim->opt, -r, neap_last_error());
    out->end = neap_now(sim->rt);
    if (sim->failed == 0 && out->end == NEAP_FOREVER)
        neap_sim_fail(sim, -NEAP_EENDLESS,
                      "tasks are left that nothing would ever wake");
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
