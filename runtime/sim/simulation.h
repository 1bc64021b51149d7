/* simulation.h - a simulation, as the files that drive it share it. */
#ifndef NEAP_SIM_SIMULATION_H
#define NEAP_SIM_SIMULATION_H

#include "agenda.h"
#include <neap/sim.h>

#define NOBODY UINT32_MAX /* no child */

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

static inline const neap_sim_task *task_of(const neap_sim *sim, size_t index)
{
    return (const void *)((const char *)sim->opt.tasks + index * sim->opt.task_size);
}

static inline uint32_t slot_of(const neap_task *t)
{
    return (uint32_t)((uintptr_t)t->user - 1);
}

/* simulate.c: it cannot go on, and ends. */
void neap_sim_fail(neap_sim *sim, int error, const char *text);

/* life.c: what is due in the agenda, and what that makes due. */
void neap_life_go_on(neap_sim *sim);
void neap_life_burst_over(neap_sim *sim, uint32_t slot);
/* When what it does now should be done; 0: it has no deadline. */
neap_ns neap_life_deadline(const neap_sim *sim, const live *l);

#endif
