/* live.c - libev: sleeps until the tick, the guard or a signal has something for us.
 *
 * The tick and the guard only wake us; neap_loop_turn() does what is to be done.
 *
 * libev aborts the process when it gets no memory, and its allocator is the whole
 * process's, so it is not ours to change. So what a loop needs is taken from the
 * beginning, and whether there is memory is asked first.
 */
#include "live.h"
#include <stdlib.h>
#include <unistd.h>

enum {
    ROOM = 64 * 1024,  /* more than a new loop takes */
    DESCRIPTORS = 128, /* that can be watched without growing */
    EVENTS = 16        /* at once, likewise */
};

/* Of the end of a process that we did not start. */
struct end_watch {
    watch watch; /* first */
    bool *over;
};

static uint64_t read_ticks(neap_runtime *rt)
{
    uint64_t ticks = neap_os_tick_read(rt->tick);

    if (rt->armed != NEAP_FOREVER)
        rt->armed += (neap_ns)ticks * rt->armed_every;
    return ticks;
}

/* Each time that the timer had come before anybody looked, but the last, is missed. */
static void take_ticks(neap_runtime *rt)
{
    uint64_t ticks = read_ticks(rt);

    rt->ticks += ticks;
    rt->missed += ticks ? ticks - 1 : 0;
}

void neap_live_forget_ticks(neap_runtime *rt)
{
    read_ticks(rt);
}

static void on_tick(struct ev_loop *loop, ev_io *w, int events)
{
    neap_runtime *rt = w->data;

    rt->watchers->heard = true;
    take_ticks(rt);
}

static void on_guard(struct ev_loop *loop, ev_io *w, int events)
{
    neap_runtime *rt = w->data;

    rt->watchers->heard = true;
    if (events & EV_READ)
        rt->guard_speaks = true;
    if (events & EV_WRITE && rt->guard)
        neap_guard_flush(rt->guard);
}

static void on_collector(struct ev_loop *loop, ev_io *w, int events)
{
    neap_runtime *rt = w->data;

    rt->watchers->heard = true;
    if (events & EV_READ)
        rt->output.speaks = true;
    if (events & EV_WRITE && rt->output.collector)
        neap_collector_flush(rt->output.collector);
}

static bool has_memory(void)
{
    void *volatile room = malloc(ROOM); /* volatile: the compiler would know better */
    bool has = room;

    free(room);
    return has;
}

static void ignore(struct ev_loop *loop, ev_io *w, int events)
{
}

/* No descriptor is looked at, and no event comes: the loop's lists have become long. */
static void make_room(struct ev_loop *loop)
{
    ev_io w[EVENTS];

    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        ev_io_init(&w[0], ignore, fd, EV_READ);
        ev_io_start(loop, &w[0]);
        ev_io_stop(loop, &w[0]);
    }
    for (int i = 0; i < EVENTS; i++) {
        ev_init(&w[i], ignore);
        ev_feed_event(loop, &w[i], EV_CUSTOM);
    }
    for (int i = 0; i < EVENTS; i++)
        ev_clear_pending(loop, &w[i]);
}

void neap_watch_init(neap_runtime *rt, watch *w, watch_fn *fn, int fd)
{
    ev_io_init(&w->io, fn, fd, EV_READ);
    w->io.data = rt;
}

/* What we watch does not keep the loop of somebody else going: keep_going() does. */
void neap_watch_start(neap_runtime *rt, watch *w)
{
    struct watchers *all = rt->watchers;

    ev_io_start(rt->loop, &w->io);
    if (rt->foreign)
        ev_unref(rt->loop);
    w->next = all->started;
    w->back = &all->started;
    if (w->next)
        w->next->back = &w->next;
    all->started = w;
    if (all->set >= 0)
        neap_embed_add(rt, w);
}

void neap_watch_stop(neap_runtime *rt, watch *w)
{
    if (!ev_is_active(&w->io))
        return;
    if (rt->watchers->set >= 0)
        neap_os_set_drop(rt->watchers->set, w->io.fd);
    *w->back = w->next;
    if (w->next)
        w->next->back = w->back;
    if (rt->foreign)
        ev_ref(rt->loop);
    ev_io_stop(rt->loop, &w->io);
}

static struct ev_loop *new_loop(void)
{
    struct ev_loop *loop =
        has_memory() ? ev_loop_new(EVFLAG_NOENV | EVFLAG_AUTO) : NULL;

    if (loop)
        make_room(loop);
    return loop;
}

int neap_live_open(neap_runtime *rt)
{
    struct watchers *all = rt->watchers = calloc(1, sizeof *all);

    if (all)
        all->set = -1;
    rt->foreign = rt->opt.loop;
    rt->loop = rt->foreign ? rt->opt.loop : new_loop();
    rt->tick = neap_os_tick_new();
    rt->armed = NEAP_FOREVER;
    if (!all || !rt->loop || !has_memory())
        return neap_error(NEAP_EMEMORY, "cannot make an event loop");
    if (rt->tick < 0)
        return neap_error(-rt->tick, "cannot make a timer: %s",
                          neap_strerror(rt->tick));
    neap_watch_init(rt, &all->tick, on_tick, rt->tick);
    neap_watch_start(rt, &all->tick);
    neap_watch_init(rt, &all->guard, on_guard, -1);
    neap_watch_init(rt, &all->collector, on_collector, -1);
    if (rt->foreign)
        neap_embed_enter(rt);
    return 0;
}

/* In the order in which they were started: it is the order that they are listed in. */
void neap_live_go_home(neap_runtime *rt)
{
    struct ev_loop *own = rt->foreign && rt->watchers ? new_loop() : NULL;
    watch *started;

    if (!own)
        return;
    started = rt->watchers->started;
    for (watch *w = started; w; w = w->next) {
        ev_ref(rt->loop);
        ev_io_stop(rt->loop, &w->io);
    }
    neap_embed_leave(rt);
    rt->foreign = false;
    rt->loop = own;
    for (watch *w = started; w; w = w->next)
        ev_io_start(rt->loop, &w->io);
}

void neap_live_close(neap_runtime *rt)
{
    struct watchers *all = rt->watchers;

    neap_signals_close(rt);
    neap_children_close(rt);
    if (all && rt->loop) {
        while (all->started)
            neap_watch_stop(rt, all->started);
        if (rt->foreign)
            neap_embed_leave(rt);
        if (all->set >= 0)
            neap_os_set_close(all->set);
    }
    if (rt->loop && !rt->foreign)
        ev_loop_destroy(rt->loop);
    if (rt->tick >= 0)
        neap_os_tick_close(rt->tick);
    free(all);
}

void neap_live_forget_guard(neap_runtime *rt)
{
    neap_watch_stop(rt, &rt->watchers->guard);
    rt->guard_events = 0;
}

/* Watches the guard's socket for what is of interest now, if there is a guard. */
static void watch_guard(neap_runtime *rt)
{
    watch *w = &rt->watchers->guard;
    int wanted = 0;

    if (rt->guard)
        wanted = neap_guard_wants_write(rt->guard) ? EV_READ | EV_WRITE : EV_READ;
    if (wanted == rt->guard_events)
        return;
    neap_watch_stop(rt, w);
    rt->guard_events = wanted;
    if (wanted) {
        ev_io_set(&w->io, neap_guard_fd(rt->guard), wanted);
        neap_watch_start(rt, w);
    }
}

void neap_live_forget_collector(neap_runtime *rt)
{
    neap_watch_stop(rt, &rt->watchers->collector);
    rt->output.events = 0;
}

/* The same for the collector's socket. */
static void watch_collector(neap_runtime *rt)
{
    const neap_collector *c = rt->output.collector;
    watch *w = &rt->watchers->collector;
    int wanted = !c ? 0 : neap_collector_wants_write(c) ? EV_READ | EV_WRITE : EV_READ;

    if (wanted == rt->output.events)
        return;
    neap_watch_stop(rt, w);
    rt->output.events = wanted;
    if (wanted) {
        ev_io_set(&w->io, neap_collector_fd(c), wanted);
        neap_watch_start(rt, w);
    }
}

static void on_end(struct ev_loop *loop, ev_io *w, int events)
{
    struct end_watch *end = (struct end_watch *)w;
    neap_runtime *rt = w->data;

    rt->watchers->heard = true;
    neap_watch_stop(rt, &end->watch); /* it stays readable */
    *end->over = rt->attached_over = true;
}

struct end_watch *neap_live_watch(neap_runtime *rt, int fd, bool *over)
{
    struct end_watch *end = has_memory() ? calloc(1, sizeof *end) : NULL;

    if (!end)
        return NULL;
    end->over = over;
    neap_watch_init(rt, &end->watch, on_end, fd);
    neap_watch_start(rt, &end->watch);
    return end;
}

void neap_live_unwatch(neap_runtime *rt, struct end_watch *w)
{
    if (w)
        neap_watch_stop(rt, &w->watch);
    free(w);
}

/* The tick repeats each quantum by itself: as long as decisions keep to the grid, which
 * they do while nothing but the tick happens, it need not be set again. */
static void arm(neap_runtime *rt, neap_ns until)
{
    neap_ns every = neap_core_ctx(rt->core)->quantum;

    if (neap_os_tick_arm(rt->tick, until, every) < 0)
        return;
    rt->armed = until;
    rt->armed_every = every;
}

static void listen(neap_runtime *rt, neap_ns now)
{
    watch_guard(rt);
    watch_collector(rt);
    if (rt->armed <= now) /* to be set again forgets them */
        take_ticks(rt);
}

void neap_live_wake_at(neap_runtime *rt, neap_ns until)
{
    listen(rt, neap_os_now());
    if (until != rt->armed)
        arm(rt, until);
}

void neap_live_wait(neap_runtime *rt, neap_ns until)
{
    neap_ns now = neap_os_now();
    bool due = until <= now;

    listen(rt, now);
    if (!due && until != rt->armed)
        arm(rt, until);
    if (rt->foreign)
        ev_ref(rt->loop); /* there is something to wait for */
    ev_run(rt->loop, due ? EVRUN_NOWAIT : EVRUN_ONCE);
    if (rt->foreign)
        ev_unref(rt->loop);
}
