/* forked.c - in the child of a fork: what is the parent's is let go without a touch.
 *
 * Descriptors are shared with the parent: ours are closed, and nothing is asked, taken
 * or removed through them. Guard, tasks, record, cgroups and files stay as they are.
 */
#include "live.h"
#include "recorder.h"
#include <unistd.h>

void neap_forked_unwatch(neap_runtime *rt)
{
    struct watchers *all = rt->watchers;

    if (all->set >= 0)
        neap_os_set_close(all->set); /* first: the parent's set is the same one */
    all->set = -1;
    while (all->started)
        neap_watch_stop(rt, all->started);
    neap_embed_leave(rt);
}

void neap_forked_let_go(neap_runtime *rt)
{
    neap_task *t = neap_core_after(rt->core, 0);

    neap_forked_unwatch(rt);
    neap_guard_abandon(rt->guard);
    neap_record_abandon(rt->record);
    neap_collector_abandon(rt->output.collector);
    neap_recorder_abandon(rt);
    rt->guard = NULL;
    rt->record = NULL;
    rt->output.collector = NULL;
    rt->adopting = false;
    for (; t; t = neap_core_after(rt->core, t->id))
        if (t->about->process)
            ((process *)t->about->process)->cgroup = NULL;
    neap_os_cgroup_abandon(rt->cgroups);
    rt->cgroups = NULL;
}
