/* rank.c - the runtime raises itself where it may, so that its ticks are on time under
 * load.
 *
 * Only a process that is ours gets a slice hint and a lower nice; SCHED_FIFO whoever
 * asks for it. A nice above 0 was somebody's choice and stays. What was before is given
 * back while a child is started, which would inherit it, and in the end.
 */
#include "runtime.h"
#include <stdio.h>

#define SLICE (100 * NEAP_US)
#define NICE (-10)

static void go_up(neap_runtime *rt)
{
    struct ranking *k = &rt->rank;

    if (rt->opt.realtime && (k->refused = neap_os_rank_realtime()) == 0)
        return;
    if (!rt->opt.adopt)
        return;
    neap_os_rank_slice(SLICE);
    if (k->before.nice <= 0)
        neap_os_rank_nice(NICE);
}

static void say(neap_runtime *rt, neap_report_kind kind, const char *text)
{
    const neap_report report = {.kind = kind, .message = text};

    neap_loop_tell(rt, &report);
}

static void tell(neap_runtime *rt)
{
    const struct ranking *k = &rt->rank;
    neap_os_rank now;
    char text[200];

    if (rt->opt.realtime && k->refused < 0) {
        snprintf(text, sizeof text,
                 "realtime was refused: SCHED_FIFO: %s (as root, or with \"USER - "
                 "rtprio 1\" in /etc/security/limits.conf)",
                 neap_strerror(k->refused));
        say(rt, NEAP_REPORT_TASK, text);
    }
    if (neap_os_rank_get(&now) < 0)
        return;
    if (rt->opt.realtime && k->refused == 0)
        snprintf(text, sizeof text, "neap runs as SCHED_FIFO");
    else
        snprintf(text, sizeof text, "neap runs at nice %d, slice hint %s",
                 (int)now.nice, now.slice == SLICE ? "0.1 ms" : "none");
    say(rt, NEAP_REPORT_LOG, text);
}

void neap_rank_open(neap_runtime *rt)
{
    if (!rt->opt.adopt && !rt->opt.realtime)
        return;
    if (neap_os_rank_get(&rt->rank.before) < 0)
        return;
    rt->rank.used = true;
    go_up(rt);
    tell(rt);
}

void neap_rank_lower(neap_runtime *rt)
{
    if (rt->rank.used)
        neap_os_rank_put(&rt->rank.before);
}

void neap_rank_raise(neap_runtime *rt)
{
    if (rt->rank.used)
        go_up(rt);
}
