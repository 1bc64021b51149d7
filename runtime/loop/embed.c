/* embed.c - the runtime in a loop that is not its own.
 *
 * In the host's libev loop our watchers stand beside its own; before that loop waits we
 * say until when, and afterwards we do what is due. Any other loop watches one
 * descriptor, a set of all that we watch: the tick is among them, so whatever is due
 * makes it readable. What is asked of us between two runs may be due at once: then the
 * tick is armed for now.
 */
#include "live.h"

#define DEAF_LOOK (10 * NEAP_MS)
enum { WATCHERS = 3 }; /* before, after, forked */

static neap_ns wake_at(const neap_runtime *rt, neap_ns now)
{
    neap_ns due = neap_loop_due(rt);

    if (rt->live && rt->watchers->deaf && due > now + DEAF_LOOK)
        return now + DEAF_LOOK;
    return due > now ? due : now;
}

static void arm(neap_runtime *rt, neap_ns until)
{
    neap_live_wake_at(rt, until);
    if (rt->watchers->set >= 0)
        neap_os_set_looked(rt->watchers->set);
}

/* Ready to wait: what must wake us will. */
static void settle_down(neap_runtime *rt)
{
    rt->watchers->roused = false;
    arm(rt, wake_at(rt, neap_os_now()));
}

/* While something of ours is left, the host's loop has something to wait for. */
static void keep_going(neap_runtime *rt, bool keep)
{
    if (keep == rt->watchers->keeps)
        return;
    rt->watchers->keeps = keep;
    if (keep)
        ev_ref(rt->loop);
    else
        ev_unref(rt->loop);
}

static void before(struct ev_loop *loop, ev_prepare *w, int events)
{
    neap_runtime *rt = w->data;

    if (rt->running)
        return;
    settle_down(rt);
    keep_going(rt, !neap_loop_is_empty(rt));
}

static void after(struct ev_loop *loop, ev_check *w, int events)
{
    neap_runtime *rt = w->data;

    if (rt->running || (!rt->watchers->heard && neap_loop_due(rt) > neap_os_now()))
        return;
    rt->watchers->heard = false;
    neap_loop_turn_by_host(rt);
}

/* The host goes on with its loop in the child of a fork: ours ends there. */
static void forked(struct ev_loop *loop, ev_fork *w, int events)
{
    neap_runtime *rt = w->data;

    if (neap_loop_is_forked(rt))
        neap_forked_unwatch(rt);
}

void neap_embed_enter(neap_runtime *rt)
{
    struct watchers *all = rt->watchers;

    ev_prepare_init(&all->before, before);
    ev_check_init(&all->after, after);
    ev_fork_init(&all->forked, forked);
    ev_set_priority(&all->after, EV_MINPRI); /* all that came has been heard */
    all->before.data = all->after.data = all->forked.data = rt;
    ev_prepare_start(rt->loop, &all->before);
    ev_check_start(rt->loop, &all->after);
    ev_fork_start(rt->loop, &all->forked);
    for (int i = 0; i < WATCHERS; i++)
        ev_unref(rt->loop);
}

void neap_embed_leave(neap_runtime *rt)
{
    struct watchers *all = rt->watchers;

    if (!ev_is_active(&all->before))
        return;
    keep_going(rt, false);
    for (int i = 0; i < WATCHERS; i++)
        ev_ref(rt->loop);
    ev_prepare_stop(rt->loop, &all->before);
    ev_check_stop(rt->loop, &all->after);
    ev_fork_stop(rt->loop, &all->forked);
}

void neap_embed_add(neap_runtime *rt, const watch *w)
{
    neap_os_set_events events =
        w->io.events & EV_WRITE ? NEAP_OS_SET_READ_WRITE : NEAP_OS_SET_READ;

    if (neap_os_set_add(rt->watchers->set, w->io.fd, events) < 0)
        rt->watchers->deaf = true;
}

void neap_live_rouse(neap_runtime *rt)
{
    if (rt->watchers->set < 0 || rt->running || rt->watchers->roused)
        return;
    rt->watchers->roused = true;
    arm(rt, neap_os_now());
}

static int make_set(neap_runtime *rt)
{
    int r = neap_os_set_new();

    if (r < 0)
        return neap_error(-r, "cannot make a descriptor to wait for: %s",
                          neap_strerror(r));
    rt->watchers->set = r;
    for (watch *w = rt->watchers->started; w; w = w->next)
        neap_embed_add(rt, w);
    neap_live_rouse(rt);
    return r;
}

int neap_fd(neap_runtime *rt)
{
    int r;

    if (rt->live && rt->watchers->set >= 0 && !neap_loop_is_forked(rt))
        return rt->watchers->set;
    r = neap_loop_outside(rt);
    if (r < 0)
        return r;
    return rt->live ? make_set(rt)
                    : neap_error(NEAP_EUNSUPPORTED, "virtual time passes by itself: "
                                                    "there is nothing to wait for");
}

neap_ns neap_timeout(const neap_runtime *rt)
{
    neap_ns due, now = neap_loop_now(rt);

    if (rt->replay || (rt->live && rt->watchers->roused))
        return 0;
    due = wake_at(rt, now);
    return due == NEAP_FOREVER ? due : due - now;
}

void neap_live_settle_down(neap_runtime *rt)
{
    if (rt->watchers->set >= 0)
        settle_down(rt);
}
