/* fairness.c - lag, Jain's index and the error per cycle, against the fluid model. */
#include "inside.h"
#include <math.h>

static double service(const neap_meter *m, neap_ns now, const metered *t)
{
    return neap_fluid_service(m->fluid, now, t->weight);
}

void neap_fair_joins(neap_meter *m, neap_ns now, uint32_t s)
{
    const metered *t = &m->task[s];
    shares *h = &m->share[s];

    neap_fluid_change(m->fluid, now, t->weight, 1);
    h->ideal_from = service(m, now, t);
    h->cpu_from = cpu_at(t, now);
    h->cycle_ideal = -1;
    if (m->cycle_end == NEAP_FOREVER)
        m->cycle_end = now;
}

void neap_fair_turn(neap_meter *m, neap_ns now, uint32_t s)
{
    const metered *t = &m->task[s];
    const shares *h = &m->share[s];
    double lag = service(m, now, t) - h->ideal_from - (double)(t->cpu - h->cpu_from);

    if (lag > m->lag) {
        m->lag = lag;
        m->report.lagging = t->id;
    }
}

void neap_fair_leaves(neap_meter *m, neap_ns now, uint32_t s)
{
    const metered *t = &m->task[s];
    shares *h = &m->share[s];

    h->ideal += service(m, now, t) - h->ideal_from;
    neap_fluid_change(m->fluid, now, t->weight, -1);
}

void neap_fair_ends(neap_meter *m, uint32_t s)
{
    double ideal = m->share[s].ideal;
    double part = ideal > 0 ? (double)m->task[s].cpu / ideal : 0;

    if (ideal <= 0)
        return;
    m->jain += part;
    m->jain2 += part * part;
    m->jains++;
}

static void add_errors(neap_meter *m, neap_ns now)
{
    bool any = false;

    for (uint32_t i = 0; i < m->n_runnable; i++) {
        const metered *t = &m->task[m->runnable[i]];
        const shares *h = &m->share[m->runnable[i]];
        double ideal = service(m, now, t) - h->cycle_ideal;
        double off;

        if (h->cycle_ideal < 0 || ideal <= 0)
            continue;
        off = ((double)(cpu_at(t, now) - h->cycle_cpu) - ideal) / ideal;
        m->error += off * off;
        m->errors++;
        any = true;
    }
    m->report.cycles += any;
}

static void begin_cycle(neap_meter *m, neap_ns now)
{
    double turns = (double)neap_fluid_weight(m->fluid) /
                   ((double)neap_fluid_lightest(m->fluid) * m->opt.cpus);
    double length = turns * (double)m->opt.quantum;

    m->cycle_end = length < 1e18 ? now + (neap_ns)length : NEAP_FOREVER - 1;
    for (uint32_t i = 0; i < m->n_runnable; i++) {
        const metered *t = &m->task[m->runnable[i]];
        shares *h = &m->share[m->runnable[i]];

        h->cycle_ideal = service(m, now, t);
        h->cycle_cpu = cpu_at(t, now);
    }
}

/* Where there is a cpu for everybody nothing is to be shared: the next who comes begins
 * a cycle. */
void neap_fair_cycle(neap_meter *m, neap_ns now)
{
    add_errors(m, now);
    if (m->n_runnable > (uint32_t)m->opt.cpus) {
        begin_cycle(m, now);
        return;
    }
    for (uint32_t i = 0; i < m->n_runnable; i++)
        m->share[m->runnable[i]].cycle_ideal = -1;
    m->cycle_end = NEAP_FOREVER;
}

void neap_fair_read(const neap_meter *m, neap_meter_report *out)
{
    double n = (double)m->jains;

    out->has_fairness = true;
    out->lag = (neap_ns)m->lag;
    out->jain = m->jain2 > 0 ? m->jain * m->jain / (n * m->jain2) : 0;
    out->rms_error = m->errors ? sqrt(m->error / (double)m->errors) : 0;
}
