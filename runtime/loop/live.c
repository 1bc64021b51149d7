/* live.c - libev: sleeps until the tick, the guard or a signal has something for us.
 *
 * The tick and the guard only wake us; neap_loop_turn() does what is to be done.
 *
 * libev aborts the process when it gets no memory, and its allocator is the whole
 * process's, so it is not ours to change. So what a loop needs is taken from the
 * beginning, and whether there is memory is asked first.
 */
#include "runtime.h"
#include <errno.h>
#include <ev.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROOM = 64 * 1024,  /* more than a new loop takes */
    DESCRIPTORS = 128, /* that can be watched without growing */
    EVENTS = 16        /* at once, likewise */
};

struct watchers {
    ev_io tick, guard, collector;
};

struct signal_watch {
    ev_signal watcher;
    neap_runtime *rt;
    neap_signal_fn *fn;
    void *user;
    signal_watch *next;
};

/* Of the end of a process that we did not start. */
struct end_watch {
    ev_io watcher;
    neap_runtime *rt;
    bool *over;
};

/* A signal belongs to the process, and libev gives it to one loop: which runtime has
 * it. */
static _Atomic(neap_runtime *) owner[65];

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
    take_ticks(w->data);
}

static void on_guard(struct ev_loop *loop, ev_io *w, int events)
{
    neap_runtime *rt = w->data;

    if (events & EV_READ)
        rt->guard_speaks = true;
    if (events & EV_WRITE && rt->guard)
        neap_guard_flush(rt->guard);
}

static void on_collector(struct ev_loop *loop, ev_io *w, int events)
{
    neap_runtime *rt = w->data;

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

int neap_live_open(neap_runtime *rt)
{
    rt->watchers = calloc(1, sizeof *rt->watchers);
    if (has_memory())
        rt->loop = ev_loop_new(EVFLAG_NOENV | EVFLAG_AUTO);
    rt->tick = neap_os_tick_new();
    rt->armed = NEAP_FOREVER;
    if (!rt->watchers || !rt->loop)
        return neap_error(NEAP_EMEMORY, "cannot make an event loop");
    make_room(rt->loop);
    if (rt->tick < 0)
        return neap_error(-rt->tick, "cannot make a timer: %s",
                          neap_strerror(rt->tick));
    ev_io_init(&rt->watchers->tick, on_tick, rt->tick, EV_READ);
    rt->watchers->tick.data = rt;
    ev_io_start(rt->loop, &rt->watchers->tick);
    ev_init(&rt->watchers->guard, on_guard);
    rt->watchers->guard.data = rt;
    ev_init(&rt->watchers->collector, on_collector);
    rt->watchers->collector.data = rt;
    return 0;
}

void neap_live_close(neap_runtime *rt)
{
    while (rt->signals)
        neap_on_signal(rt, rt->signals->watcher.signum, NULL, NULL);
    if (rt->watchers && rt->loop) {
        ev_io_stop(rt->loop, &rt->watchers->tick);
        ev_io_stop(rt->loop, &rt->watchers->guard);
        ev_io_stop(rt->loop, &rt->watchers->collector);
    }
    if (rt->loop)
        ev_loop_destroy(rt->loop);
    if (rt->tick >= 0)
        close(rt->tick);
    free(rt->watchers);
}

void neap_live_forget_guard(neap_runtime *rt)
{
    ev_io_stop(rt->loop, &rt->watchers->guard);
    rt->guard_events = 0;
}

/* Watches the guard's socket for what is of interest now, if there is a guard. */
static void watch_guard(neap_runtime *rt)
{
    ev_io *w = &rt->watchers->guard;
    int wanted = 0;

    if (rt->guard)
        wanted = neap_guard_wants_write(rt->guard) ? EV_READ | EV_WRITE : EV_READ;
    if (wanted == rt->guard_events)
        return;
    ev_io_stop(rt->loop, w);
    rt->guard_events = wanted;
    if (wanted) {
        ev_io_set(w, neap_guard_fd(rt->guard), wanted);
        ev_io_start(rt->loop, w);
    }
}

void neap_live_forget_collector(neap_runtime *rt)
{
    ev_io_stop(rt->loop, &rt->watchers->collector);
    rt->output.events = 0;
}

/* The same for the collector's socket. */
static void watch_collector(neap_runtime *rt)
{
    const neap_collector *c = rt->output.collector;
    ev_io *w = &rt->watchers->collector;
    int wanted = !c ? 0 : neap_collector_wants_write(c) ? EV_READ | EV_WRITE : EV_READ;

    if (wanted == rt->output.events)
        return;
    ev_io_stop(rt->loop, w);
    rt->output.events = wanted;
    if (wanted) {
        ev_io_set(w, neap_collector_fd(c), wanted);
        ev_io_start(rt->loop, w);
    }
}

static void on_end(struct ev_loop *loop, ev_io *w, int events)
{
    struct end_watch *end = w->data;

    ev_io_stop(loop, w); /* it stays readable */
    *end->over = end->rt->attached_over = true;
}

struct end_watch *neap_live_watch(neap_runtime *rt, int fd, bool *over)
{
    struct end_watch *end = has_memory() ? calloc(1, sizeof *end) : NULL;

    if (!end)
        return NULL;
    end->rt = rt;
    end->over = over;
    ev_io_init(&end->watcher, on_end, fd, EV_READ);
    end->watcher.data = end;
    ev_io_start(rt->loop, &end->watcher);
    return end;
}

void neap_live_unwatch(neap_runtime *rt, struct end_watch *w)
{
    if (w)
        ev_io_stop(rt->loop, &w->watcher);
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

void neap_live_wait(neap_runtime *rt, neap_ns until)
{
    neap_ns now = neap_os_now();
    bool due = until <= now;

    watch_guard(rt);
    watch_collector(rt);
    if (rt->armed <= now) /* to be set again forgets them */
        take_ticks(rt);
    if (!due && until != rt->armed)
        arm(rt, until);
    ev_run(rt->loop, due ? EVRUN_NOWAIT : EVRUN_ONCE);
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
    signal_watch *s = w->data;

    s->fn(s->user, s->rt, w->signum);
}

static void forget_signal(neap_runtime *rt, int signo)
{
    for (signal_watch **at = &rt->signals; *at; at = &(*at)->next) {
        signal_watch *s = *at;

        if (s->watcher.signum == signo) {
            ev_signal_stop(rt->loop, &s->watcher);
            atomic_store(&owner[signo], NULL);
            *at = s->next;
            free(s);
            return;
        }
    }
}

/* libev makes a pipe with its first signal, and aborts when it cannot. */
static int check_pipe(const neap_runtime *rt)
{
    int pair[2];

    if (rt->signals)
        return 0;
    if (!has_memory())
        return neap_error(NEAP_EMEMORY, NULL);
    if (pipe(pair) != 0)
        return neap_error(errno, "cannot hear signals: %s", neap_strerror(errno));
    close(pair[0]);
    close(pair[1]);
    return 0;
}

int neap_on_signal(neap_runtime *rt, int signo, neap_signal_fn *fn, void *user)
{
    neap_runtime *nobody = NULL;
    signal_watch *s;
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    if (!rt->live)
        return neap_error(NEAP_EUNSUPPORTED, "a virtual clock hears no signals");
    if (signo < 1 || signo > 64 || signo == SIGKILL || signo == SIGSTOP)
        return neap_error(NEAP_EINVAL, "signal %d cannot be caught", signo);
    forget_signal(rt, signo);
    if (!fn)
        return 0;
    r = check_pipe(rt);
    if (r < 0)
        return r;
    s = calloc(1, sizeof *s);
    if (!s)
        return neap_error(NEAP_EMEMORY, NULL);
    if (!atomic_compare_exchange_strong(&owner[signo], &nobody, rt)) {
        free(s);
        return neap_error(NEAP_ESTATE, "signal %d is watched by another runtime",
                          signo);
    }
    s->rt = rt;
    s->fn = fn;
    s->user = user;
    s->next = rt->signals;
    rt->signals = s;
    ev_signal_init(&s->watcher, on_signal, signo);
    s->watcher.data = s;
    ev_signal_start(rt->loop, &s->watcher);
    return 0;
}
