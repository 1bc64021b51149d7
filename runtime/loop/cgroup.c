/* cgroup.c - a cgroup for each task, where the machine has them.
 *
 * It is complete by construction: who is in it belongs to the task, whatever group,
 * session or parent it has. Only to freeze needs it; all else works without, by other
 * means.
 */
#include "limits.h"
#include "runtime.h"
#include <stdio.h>

static void tell(neap_runtime *rt, const char *why)
{
    neap_report report = {.kind = NEAP_REPORT_LOG};
    char text[256];

    if (why)
        snprintf(text, sizeof text, "no cgroup for each task: %s", why);
    else
        snprintf(text, sizeof text, "each task has a cgroup in %s",
                 neap_os_cgroup_base(rt->cgroups));
    report.message = text;
    neap_loop_tell(rt, &report);
}

int neap_cgroups_open(neap_runtime *rt)
{
    bool freeze = rt->opt.actuator == NEAP_ACTUATOR_FREEZE;
    char why[200] = "cgroups are not to be used";
    int r = -ENOTSUP;

    if (rt->cgroups_tried)
        return 0;
    if (!(rt->opt.without & NEAP_WITHOUT_CGROUP))
        r = neap_os_cgroup_open(&rt->cgroups, why, sizeof why);
    if (r < 0 && freeze)
        return neap_error(
            NEAP_EUNSUPPORTED,
            "cannot freeze tasks: %s; the actuator \"stop\" needs no cgroup", why);
    rt->cgroups_tried = true;
    tell(rt, r < 0 ? why : NULL);
    return 0;
}

static bool is_needed(const neap_runtime *rt, const process *p)
{
    return rt->opt.actuator == NEAP_ACTUATOR_FREEZE || neap_limits_in_cgroup(p);
}

int neap_cgroup_take(neap_runtime *rt, process *p, char *path, size_t room)
{
    int r = rt->cgroups ? neap_os_cgroup_take(rt->cgroups, &p->cgroup) : -ENOTSUP;

    path[0] = '\0';
    if (r == 0)
        r = neap_limits_into_cgroup(p);
    if (r == 0)
        r = neap_os_cgroup_path(p->cgroup, path, room);
    if (r == 0)
        return 0;
    neap_cgroup_give_back(p);
    return is_needed(rt, p) ? r : 0;
}

void neap_cgroup_give_back(process *p)
{
    if (p->cgroup)
        neap_os_cgroup_give_back(p->cgroup);
    p->cgroup = NULL;
}
