/* open_end.c - a plug-in that calls what nobody gives it: plugin.h is missing. */
#include <neap/policy.h>

static void open_end_running(neap_ctx *c, neap_task *t, int cpu)
{
    neap_count(c, "turns");
}

NEAP_POLICY(open_end) = {.name = "open_end", .running = open_end_running};
