/* half.c - a plug-in with one queue hook of three, which the core refuses. */
#include <neap/plugin.h>

static neap_task *half_pick(neap_ctx *c, int cpu)
{
    return NULL;
}

NEAP_POLICY(half) = {.name = "half", .pick = half_pick};
NEAP_PLUGIN(half);
