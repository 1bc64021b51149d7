/* fluid.h - the service that a perfect scheduler would have given (meter.h). */
#ifndef NEAP_SIM_FLUID_H
#define NEAP_SIM_FLUID_H

#include <neap/task.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct fluid fluid;

fluid *neap_fluid_new(int cpus, neap_ns now); /* NULL: no memory */
void neap_fluid_free(fluid *f);

/* So many (1 or -1) tasks of this weight are runnable more, or fewer. O(cpus). */
void neap_fluid_change(fluid *f, neap_ns now, int weight, int by);

/* What a task of this weight would have had so far, had it been runnable since ever:
 * differences are service in ns. O(1). */
double neap_fluid_service(const fluid *f, neap_ns now, int weight);

uint64_t neap_fluid_weight(const fluid *f); /* of all runnable tasks together */
int neap_fluid_lightest(const fluid *f);    /* the least weight of them; 0: none */

#endif
