/* meter.c - what a run was like, measured from its events. */
#include "inside.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 16, MOST_SLOTS = INT32_MAX };
#define QUANTUM (10 * NEAP_MS)
#define BOUND_MIN NEAP_S
#define BOUND_TURNS 10

int neap_meter_new(neap_meter **out, const neap_meter_options *o)
{
    neap_meter *m;

    if (!o || o->size < sizeof *o)
        return -NEAP_EINVAL;
    if (o->cpus < 0 || o->cpus > NEAP_CPUS_MAX || o->quantum < 0)
        return -NEAP_ERANGE;
    m = calloc(1, sizeof *m);
    if (!m)
        return -NEAP_EMEMORY;
    m->opt = *o;
    m->opt.cpus = o->cpus ? o->cpus : 1;
    m->opt.quantum = o->quantum ? o->quantum : QUANTUM;
    m->free = NOWHERE;
    m->cycle_end = NEAP_FOREVER;
    m->report.timeline_to = NEAP_FOREVER;
    m->report.from = m->report.to = o->now;
    for (int i = 0; i < NEAP_CPUS_MAX; i++)
        m->lost[i].at = -1;
    if (!(o->without & NEAP_METER_FAIRNESS))
        m->fluid = neap_fluid_new(m->opt.cpus, o->now);
    if (!(o->without & NEAP_METER_FAIRNESS) && !m->fluid) {
        free(m);
        return -NEAP_EMEMORY;
    }
    *out = m;
    return 0;
}

void neap_meter_free(neap_meter *m)
{
    if (!m)
        return;
    neap_values_free(&m->turnaround);
    neap_values_free(&m->slowdown);
    neap_values_free(&m->response);
    neap_values_free(&m->wait);
    neap_values_free(&m->stretch);
    neap_fluid_free(m->fluid);
    free(m->task);
    free(m->share);
    free(m->runnable);
    free(m->segment);
    free(m);
}

/* Slots. */

static bool grow(void *array, size_t room, size_t size)
{
    void *larger = realloc(*(void **)array, room * size);

    if (larger)
        *(void **)array = larger;
    return larger != NULL;
}

static int make_room(neap_meter *m)
{
    uint32_t room = m->room ? m->room + m->room / 2 : FIRST_ROOM;

    if (room > MOST_SLOTS || !grow(&m->task, room, sizeof *m->task) ||
        !grow(&m->runnable, room, sizeof *m->runnable) ||
        (m->fluid && !grow(&m->share, room, sizeof *m->share)))
        return -NEAP_EMEMORY;
    m->room = room;
    return 0;
}

static int take_slot(neap_meter *m, uint32_t *out)
{
    if (m->free != NOWHERE) {
        *out = m->free;
        m->free = m->task[*out].place;
        return 0;
    }
    if (m->used == m->room && make_room(m) < 0)
        return -NEAP_EMEMORY;
    *out = m->used++;
    return 0;
}

static metered *find(neap_meter *m, uint32_t s)
{
    return s < m->used && m->task[s].state != FREE ? &m->task[s] : NULL;
}

/* Who is runnable. */

static void join(neap_meter *m, neap_ns now, uint32_t s)
{
    metered *t = &m->task[s];

    t->place = m->n_runnable;
    m->runnable[m->n_runnable++] = s;
    m->weight += t->weight;
    if (m->weight > m->most_weight)
        m->most_weight = m->weight;
    if (m->fluid)
        neap_fair_joins(m, now, s);
}

static void leave(neap_meter *m, neap_ns now, uint32_t s)
{
    metered *t = &m->task[s];
    uint32_t last = m->runnable[--m->n_runnable];

    if (m->fluid)
        neap_fair_leaves(m, now, s);
    m->runnable[t->place] = last;
    m->task[last].place = t->place;
    t->place = NOWHERE;
    m->weight -= t->weight;
}

/* The timeline. */

static void keep_segment(neap_meter *m, const metered *t, neap_ns now, int cpu)
{
    neap_meter_report *r = &m->report;

    if (m->opt.timeline == 0 || t->since == now || r->timeline_to != NEAP_FOREVER)
        return;
    if (m->segments == m->segments_room) {
        size_t room = m->segments_room ? m->segments_room * 2 : FIRST_ROOM;

        if (room > m->opt.timeline)
            room = m->opt.timeline;
        if (m->segments == room || !grow(&m->segment, room, sizeof *m->segment)) {
            r->timeline_to = m->segments ? m->segment[m->segments - 1].to : now;
            return;
        }
        m->segments_room = room;
    }
    m->segment[m->segments++] = (neap_meter_segment){t->id, t->since, now, cpu};
}

/* States. */

/* How long it may wait before it counts as starved. */
static bool is_starved(const neap_meter *m, const metered *t, neap_ns waited)
{
    double turns;

    if (waited <= BOUND_MIN)
        return false;
    turns = (double)m->most_weight / ((double)t->weight * m->opt.cpus);
    return (double)waited > BOUND_TURNS * (double)m->opt.quantum * turns;
}

static void end_wait(neap_meter *m, neap_ns now, uint32_t s)
{
    metered *t = &m->task[s];
    neap_ns waited = now - t->since;

    t->wait += waited;
    neap_values_add(&m->stretch, waited);
    m->report.preemptions += t->preempted && waited > 0;
    t->preempted = false;
    if (m->fluid)
        neap_fair_turn(m, now, s);
    if (waited == 0)
        return;
    if (waited > t->longest)
        t->longest = waited;
    if (waited > m->longest) {
        m->longest = waited;
        m->report.longest_waiter = t->id;
    }
    t->starved |= is_starved(m, t, waited);
}

static void end_turn(neap_meter *m, neap_ns now, metered *t)
{
    t->cpu += now - t->since;
    m->report.busy += now - t->since;
    keep_segment(m, t, now, t->on);
    t->on = NEAP_NO_CPU;
}

/* Books what it did until now. */
static void settle(neap_meter *m, neap_ns now, uint32_t s)
{
    metered *t = &m->task[s];

    if (now >= m->cycle_end)
        neap_fair_cycle(m, now);
    if (t->state == READY)
        end_wait(m, now, s);
    else if (t->state == RUNNING)
        end_turn(m, now, t);
    else if (t->state == BLOCKED)
        keep_segment(m, t, now, NEAP_METER_SLEEPS);
    t->since = now;
}

static void go(neap_meter *m, neap_ns now, uint32_t s, uint8_t state)
{
    bool was = m->task[s].place != NOWHERE, is = state == READY || state == RUNNING;

    settle(m, now, s);
    if (was && !is)
        leave(m, now, s);
    m->task[s].state = state;
    if (is && !was)
        join(m, now, s);
    m->report.to = now;
}

/* Events. */

int neap_meter_add(neap_meter *m, neap_ns now, neap_id id, int weight,
                   neap_meter_slot *out)
{
    uint32_t s;

    if (weight < NEAP_WEIGHT_MIN || weight > NEAP_WEIGHT_MAX)
        return -NEAP_ERANGE;
    if (take_slot(m, &s) < 0)
        return m->failed = -NEAP_EMEMORY;
    m->task[s] = (metered){.id = id,
                           .arrival = now,
                           .first_run = -1,
                           .since = now,
                           .place = NOWHERE,
                           .weight = (uint16_t)weight,
                           .state = PAUSED,
                           .on = NEAP_NO_CPU};
    if (m->fluid)
        m->share[s] = (shares){0, -1, 0, 0, 0};
    if (!m->any)
        m->report.from = now;
    m->any = true;
    m->report.tasks++;
    go(m, now, s, READY);
    *out = s;
    return 0;
}

static void count_switch(neap_meter *m, neap_ns now, const metered *t, int cpu)
{
    if (m->last[cpu] != t->id) {
        m->report.context_switches++;
        if (m->lost[cpu].at == now)
            m->task[m->lost[cpu].slot].preempted = true;
    }
    m->last[cpu] = t->id;
    m->lost[cpu].at = -1;
}

void neap_meter_run(neap_meter *m, neap_ns now, neap_meter_slot s, int cpu)
{
    metered *t = find(m, s);

    if (!t || cpu < 0 || cpu >= NEAP_CPUS_MAX || t->on == cpu)
        return;
    if (t->state != READY && t->state != RUNNING)
        return;
    if (t->first_run < 0)
        t->first_run = now;
    go(m, now, s, RUNNING);
    t->on = (int16_t)cpu;
    count_switch(m, now, t, cpu);
}

void neap_meter_stop(neap_meter *m, neap_ns now, neap_meter_slot s, int cpu)
{
    metered *t = find(m, s);

    if (!t || t->state != RUNNING || t->on != cpu)
        return;
    go(m, now, s, READY);
    m->lost[cpu] = (struct loss){now, s};
}

void neap_meter_block(neap_meter *m, neap_ns now, neap_meter_slot s)
{
    if (find(m, s))
        go(m, now, s, BLOCKED);
}

void neap_meter_pause(neap_meter *m, neap_ns now, neap_meter_slot s)
{
    if (find(m, s))
        go(m, now, s, PAUSED);
}

void neap_meter_ready(neap_meter *m, neap_ns now, neap_meter_slot s)
{
    const metered *t = find(m, s);

    if (t && (t->state == BLOCKED || t->state == PAUSED))
        go(m, now, s, READY);
}

void neap_meter_weight(neap_meter *m, neap_ns now, neap_meter_slot s, int weight)
{
    metered *t = find(m, s);
    bool is_runnable = t && t->place != NOWHERE;

    if (!t || weight < NEAP_WEIGHT_MIN || weight > NEAP_WEIGHT_MAX)
        return;
    if (is_runnable)
        leave(m, now, s);
    t->weight = (uint16_t)weight;
    if (is_runnable) /* its lag so far is forgotten */
        join(m, now, s);
}

void neap_meter_deadline(neap_meter *m, neap_ns now, neap_meter_slot s,
                         neap_ns deadline)
{
    metered *t = find(m, s);

    if (!t)
        return;
    m->report.deadlines++;
    if (now <= deadline)
        return;
    m->report.missed++;
    t->missed++;
    if (now - deadline > m->report.latest)
        m->report.latest = now - deadline;
}

/* Ends. */

static void tell(neap_meter *m, uint32_t s, neap_ns end)
{
    const metered *t = &m->task[s];
    neap_meter_task told = {.id = t->id,
                            .slot = s,
                            .weight = t->weight,
                            .arrival = t->arrival,
                            .first_run = t->first_run,
                            .end = end,
                            .cpu = t->cpu,
                            .wait = t->wait,
                            .longest_wait = t->longest,
                            .missed = t->missed,
                            .starved = t->starved};

    if (t->first_run >= 0)
        neap_values_add(&m->response, t->first_run - t->arrival);
    neap_values_add(&m->wait, t->wait);
    m->report.starved += t->starved;
    if (m->fluid)
        neap_fair_ends(m, s);
    if (m->opt.on_task)
        m->opt.on_task(m->opt.user, &told);
}

static int64_t thousandths(neap_ns part, neap_ns whole)
{
    if (part > INT64_MAX / 1000)
        return whole / 1000 ? part / (whole / 1000) : INT64_MAX;
    return part * 1000 / whole;
}

void neap_meter_end(neap_meter *m, neap_ns now, neap_meter_slot s)
{
    metered *t = find(m, s);
    neap_ns turnaround;

    if (!t)
        return;
    go(m, now, s, PAUSED);
    turnaround = now - t->arrival;
    neap_values_add(&m->turnaround, turnaround);
    if (turnaround > t->wait)
        neap_values_add(&m->slowdown, thousandths(turnaround, turnaround - t->wait));
    m->report.ended++;
    tell(m, s, now);
    t->state = FREE;
    t->place = m->free;
    m->free = s;
}

static void read_values(neap_meter *m, neap_meter_report *r)
{
    neap_values_read(&m->turnaround, &r->turnaround);
    neap_values_read(&m->slowdown, &r->slowdown);
    neap_values_read(&m->response, &r->response);
    neap_values_read(&m->wait, &r->wait);
    neap_values_read(&m->stretch, &r->stretch);
}

static bool lost_values(const neap_meter *m)
{
    return m->failed || m->turnaround.failed || m->slowdown.failed ||
           m->response.failed || m->wait.failed || m->stretch.failed;
}

int neap_meter_finish(neap_meter *m, neap_ns now, neap_meter_report *out)
{
    neap_meter_report *r = &m->report;

    for (uint32_t s = 0; s < m->used; s++) {
        if (m->task[s].state == FREE)
            continue;
        go(m, now, s, PAUSED);
        tell(m, s, -1);
    }
    read_values(m, r);
    if (m->fluid)
        neap_fair_read(m, r);
    r->cpus = m->opt.cpus;
    r->timeline = m->segment;
    r->segments = m->segments;
    *out = *r;
    return lost_values(m) ? -NEAP_EMEMORY : 0;
}
