/* nothing.c - what a virtual runtime, too, asks the half of the loop that has processes:
 * there are none. */
#include "loop/attach.h"
#include "loop/limits.h"
#include "loop/runtime.h"
#include "refused.h"

/* At its making: of what is live nothing can be had. */

int neap_place_open(neap_runtime *rt)
{
    return neap_virtual_refuse();
}

int neap_spawn_guard(neap_runtime *rt)
{
    return neap_virtual_refuse();
}

/* It is asked for the time before it is refused. */
neap_ns neap_os_now(void)
{
    return 0;
}

/* Tasks end all the same. */
void neap_spawn_end(neap_runtime *rt, neap_task *t, neap_how how, int code)
{
    neap_core_ended(rt->core, neap_loop_now(rt), t, how, code);
    neap_fifo_push(&rt->gone, t);
}

bool neap_output_is_done(const neap_runtime *rt)
{
    return true;
}

void neap_output_abandon(neap_runtime *rt)
{
}

neap_ns neap_output_cpu(const neap_runtime *rt)
{
    return 0;
}

void neap_account_all(neap_runtime *rt, neap_ns now)
{
}

/* At its end: each closes what was never opened. */

void neap_process_free(neap_runtime *rt, process *p)
{
}

void neap_children_close(neap_runtime *rt)
{
}

void neap_rest_spare(neap_runtime *rt)
{
}

void neap_adopt_close(neap_runtime *rt)
{
}

void neap_watch_close(neap_runtime *rt)
{
}

void neap_live_go_home(neap_runtime *rt)
{
}

void neap_live_close(neap_runtime *rt)
{
}

void neap_output_close(neap_runtime *rt)
{
}

void neap_place_close(neap_runtime *rt)
{
}

void neap_limits_close(neap_runtime *rt)
{
}

void neap_rank_lower(neap_runtime *rt)
{
}

void neap_guard_close(neap_guard *g)
{
}

void neap_os_cgroup_close(neap_os_cgroups *all)
{
}

void neap_member_drop(neap_runtime *rt, member **at)
{
}
