/* listen.c - a second one who hears what happens in a runtime. */
#include "runtime.h"
#include <string.h>

int neap_listen(neap_runtime *rt, const neap_listener *l)
{
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    if (!l) {
        memset(&rt->listener, 0, sizeof rt->listener);
        return 0;
    }
    if (l->size < sizeof l->size)
        return neap_error(NEAP_EINVAL, "a listener without its size");
    if (rt->listener.size)
        return neap_error(NEAP_ESTATE, "the runtime has a listener already");
    memcpy(&rt->listener, l, l->size < sizeof *l ? l->size : sizeof *l);
    return 0;
}

void neap_tell(neap_runtime *rt, const neap_report *report)
{
    neap_loop_tell(rt, report);
}

void neap_listen_close(neap_runtime *rt)
{
    neap_listener l = rt->listener;

    if (l.on_close)
        l.on_close(l.user, rt);
    memset(&rt->listener, 0, sizeof rt->listener);
    if (l.size)
        neap_loop_tell_reports(rt);
}

bool neap_listen_reports(const neap_runtime *rt)
{
    return rt->opt.on_report || rt->listener.on_report;
}

void neap_listen_report(neap_runtime *rt, const neap_report *report)
{
    if (rt->opt.on_report) /* not when the runtime is being freed */
        rt->opt.on_report(rt->opt.user, rt, report);
    if (rt->listener.on_report)
        rt->listener.on_report(rt->listener.user, rt, report);
}

void neap_listen_exit(neap_runtime *rt, neap_task *t, neap_how how, int code)
{
    if (rt->opt.on_exit)
        rt->opt.on_exit(rt->opt.user, rt, t, how, code);
    if (rt->listener.on_exit)
        rt->listener.on_exit(rt->listener.user, rt, t, how, code);
}

void neap_listen_forget(neap_runtime *rt, neap_task *t)
{
    if (rt->opt.on_forget)
        rt->opt.on_forget(rt->opt.user, rt, t);
    if (rt->listener.on_forget)
        rt->listener.on_forget(rt->listener.user, rt, t);
}

bool neap_listen_switches(const neap_runtime *rt)
{
    return rt->opt.on_switch || rt->listener.on_switch;
}

void neap_listen_switch(neap_runtime *rt, const neap_order *o)
{
    if (rt->opt.on_switch)
        rt->opt.on_switch(rt->opt.user, rt, o->cpu, o->from, o->task);
    if (rt->listener.on_switch)
        rt->listener.on_switch(rt->listener.user, rt, o->cpu, o->from, o->task);
}

void neap_listen_turn(neap_runtime *rt)
{
    if (rt->opt.on_turn)
        rt->opt.on_turn(rt->opt.user, rt);
    if (rt->listener.on_turn)
        rt->listener.on_turn(rt->listener.user, rt);
}
