/* signals.c - signals of this process, told to who asked for them. */
#include "os/signals.h"
#include "live.h"
#include <stdlib.h>

struct signal_watch {
    int signo;
    neap_signal_fn *fn;
    void *user;
    signal_watch *next;
};

static signal_watch **find(neap_runtime *rt, int signo)
{
    signal_watch **at = &rt->signals;

    while (*at && (*at)->signo != signo)
        at = &(*at)->next;
    return at;
}

/* A callback may give back any of them, its own too. */
static void on_pipe(struct ev_loop *loop, ev_io *w, int events)
{
    neap_runtime *rt = w->data;
    int signo;

    rt->watchers->heard = true;
    while (rt->hearing && (signo = neap_os_signals_next(rt->hearing))) {
        signal_watch *s = *find(rt, signo);

        if (s)
            s->fn(s->user, rt, signo);
    }
}

static void forget(neap_runtime *rt, int signo)
{
    signal_watch **at = find(rt, signo), *s = *at;

    if (!s)
        return;
    neap_os_signals_give_back(rt->hearing, signo);
    *at = s->next;
    free(s);
}

void neap_signals_close(neap_runtime *rt)
{
    while (rt->signals)
        forget(rt, rt->signals->signo);
    if (rt->hearing)
        neap_watch_stop(rt, &rt->watchers->signals);
    neap_os_signals_close(rt->hearing);
    rt->hearing = NULL;
}

static int open_pipe(neap_runtime *rt)
{
    int r;

    if (rt->hearing)
        return 0;
    r = neap_os_signals_open(&rt->hearing);
    if (r < 0)
        return neap_error(-r, "cannot hear signals: %s", neap_strerror(r));
    neap_watch_init(rt, &rt->watchers->signals, on_pipe,
                    neap_os_signals_fd(rt->hearing));
    neap_watch_start(rt, &rt->watchers->signals);
    return 0;
}

static int hear(neap_runtime *rt, signal_watch *s)
{
    int r = neap_os_signals_hear(rt->hearing, s->signo);

    if (r == 0) {
        s->next = rt->signals;
        rt->signals = s;
        return 0;
    }
    r = r == -EBUSY ? neap_error(NEAP_ESTATE, "signal %d is watched by another runtime",
                                 s->signo)
                    : neap_error(NEAP_EINVAL, "signal %d cannot be caught", s->signo);
    free(s);
    return r;
}

int neap_on_signal(neap_runtime *rt, int signo, neap_signal_fn *fn, void *user)
{
    signal_watch *s;
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    if (!rt->live)
        return neap_error(NEAP_EUNSUPPORTED, "a virtual clock hears no signals");
    if (signo < 1 || signo > 64 || signo == SIGKILL || signo == SIGSTOP)
        return neap_error(NEAP_EINVAL, "signal %d cannot be caught", signo);
    forget(rt, signo);
    if (!fn)
        return 0;
    r = open_pipe(rt);
    if (r < 0)
        return r;
    s = malloc(sizeof *s);
    if (!s)
        return neap_error(NEAP_EMEMORY, NULL);
    *s = (signal_watch){.signo = signo, .fn = fn, .user = user};
    return hear(rt, s);
}
