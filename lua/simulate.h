/* simulate.h - what the two files of core.simulate() share. */
#ifndef NEAP_LUA_SIMULATE_H
#define NEAP_LUA_SIMULATE_H

#include "neap_lua.h"
#include <neap/sim.h>

enum { NEAP_SIMULATION_REPORTS = 100 }; /* that are kept */

/* A task that is over. */
struct neap_simulated {
    size_t index;
    uint32_t copy;
    neap_meter_task figures;
};

/* All that must be freed, whatever is raised: a userdata with a __gc. */
struct neap_simulation {
    struct neap_script *script;
    neap_sim *sim;
    struct neap_simulated *rows;
    size_t n_rows, rows_room;
    bool wants_rows, lost_rows;
    struct neap_sim_line {
        struct neap_sim_line *next;
        neap_report report;
        char text[];
    } * first_line, **last_line;
    int lines;
    uint64_t dropped; /* lines that came later */
};

/* Sets what a meter measured in the table on top. */
void neap_simulation_push_meter(lua_State *L, const neap_meter_report *r);

/* Pushes the report as a table. `list` is the index of the list of tasks. */
void neap_simulation_push(lua_State *L, const struct neap_simulation *n, int list);

#endif
