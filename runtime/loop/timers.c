/* timers.c - the user's timers, and ours: a binary heap by time, equal times in order
 * of making.
 *
 * They are driven by the same absolute tick as the core: libev's own timers have a
 * grain of 1 ms. Ours must not fail, or something would wait for ever: so there is
 * always room for some more of them, which memory is sought for again each time.
 */
#include "runtime.h"
#include <stdlib.h>

enum { SPARE = 64 }; /* for ours alone */

static bool before(const loop_timer *a, const loop_timer *b)
{
    return a->at != b->at ? a->at < b->at : a->id < b->id;
}

static void swap(loop_timer *a, loop_timer *b)
{
    loop_timer t = *a;

    *a = *b;
    *b = t;
}

static void sift_up(loop_timers *q, size_t i)
{
    for (; i > 0 && before(&q->list[i], &q->list[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&q->list[i], &q->list[(i - 1) / 2]);
}

static void sift_down(loop_timers *q, size_t i)
{
    for (;;) {
        size_t least = i, child = 2 * i + 1;

        if (child < q->count && before(&q->list[child], &q->list[least]))
            least = child;
        if (child + 1 < q->count && before(&q->list[child + 1], &q->list[least]))
            least = child + 1;
        if (least == i)
            return;
        swap(&q->list[i], &q->list[least]);
        i = least;
    }
}

static void put(loop_timers *q, const loop_timer *t)
{
    q->list[q->count] = *t;
    q->once += !t->internal && !t->period;
    sift_up(q, q->count++);
}

static loop_timer take(loop_timers *q, size_t i)
{
    loop_timer t = q->list[i];

    q->once -= !t.internal && !t.period;
    q->list[i] = q->list[--q->count];
    if (i < q->count) {
        sift_up(q, i);
        sift_down(q, i);
    }
    return t;
}

int neap_timers_open(neap_runtime *rt)
{
    loop_timers *q = &rt->timers;
    size_t room = q->room ? q->room * 2 : 2 * SPARE;
    loop_timer *larger = realloc(q->list, room * sizeof *larger);

    if (!larger)
        return neap_error(NEAP_EMEMORY, NULL);
    q->list = larger;
    q->room = room;
    return 0;
}

int neap_timers_add(neap_runtime *rt, neap_ns at, neap_ns period, neap_timer_fn *fn,
                    void *user, void (*drop)(void *), bool internal, neap_timer *out)
{
    loop_timers *q = &rt->timers;
    loop_timer t = {q->last + 1, at, period, fn, user, drop, internal};

    if (q->count + SPARE >= q->room && neap_timers_open(rt) < 0 &&
        (!internal || q->count == q->room))
        return -NEAP_EMEMORY;
    q->last = t.id;
    put(q, &t);
    if (out)
        *out = t.id;
    return 0;
}

neap_ns neap_timers_next(const neap_runtime *rt)
{
    return rt->timers.count ? rt->timers.list[0].at : NEAP_FOREVER;
}

void neap_timers_stood_still(neap_runtime *rt, neap_ns gap)
{
    loop_timers *q = &rt->timers;

    for (size_t i = 0; i < q->count; i++)
        q->list[i].at += q->list[i].internal ? gap : 0;
    for (size_t i = q->count; i-- > 0;)
        sift_down(q, i);
}

/* A timer that a callback makes for now or earlier is called in the next turn: one turn
 * ends. */
void neap_timers_run(neap_runtime *rt, neap_ns now)
{
    loop_timers *q = &rt->timers;
    neap_timer newest = q->last;

    while (q->count && q->list[0].at <= now && q->list[0].id <= newest) {
        loop_timer t = take(q, 0);

        if (t.period) {
            /* what was missed is left out */
            t.at += ((now - t.at) / t.period + 1) * t.period;
            put(q, &t); /* there is room: it has just left */
        }
        t.fn(t.user, rt, t.id);
        if (!t.period && t.drop)
            t.drop(t.user);
    }
}

void neap_timers_drop_users(neap_runtime *rt)
{
    loop_timers *q = &rt->timers;

    for (size_t i = q->count; i-- > 0;) {
        if (q->list[i].internal)
            continue;
        loop_timer t = take(q, i);

        if (t.drop)
            t.drop(t.user);
        i += i < q->count; /* another has taken its place */
    }
}

void neap_timers_free(neap_runtime *rt)
{
    while (rt->timers.count) {
        loop_timer t = take(&rt->timers, 0);

        if (t.drop)
            t.drop(t.user);
    }
    free(rt->timers.list);
}

static int add(neap_runtime *rt, neap_ns delay, neap_ns period, neap_timer_fn *fn,
               void *user, void (*drop)(void *), neap_timer *out)
{
    neap_ns now = neap_loop_now(rt);
    int r = neap_loop_outside(rt);

    if (r < 0)
        return r;
    return neap_timers_add(rt, delay > NEAP_FOREVER - now ? NEAP_FOREVER : now + delay,
                           period, fn, user, drop, false, out);
}

int neap_after(neap_runtime *rt, neap_ns delay, neap_timer_fn *fn, void *user,
               void (*drop)(void *), neap_timer *out)
{
    if (delay < 0)
        return neap_error(NEAP_ERANGE, "a delay of %lld ns is negative",
                          (long long)delay);
    return add(rt, delay, 0, fn, user, drop, out);
}

int neap_every(neap_runtime *rt, neap_ns period, neap_timer_fn *fn, void *user,
               void (*drop)(void *), neap_timer *out)
{
    if (period < NEAP_US)
        return neap_error(NEAP_ERANGE, "a period of %lld ns is less than 1us",
                          (long long)period);
    return add(rt, period, period, fn, user, drop, out);
}

int neap_cancel(neap_runtime *rt, neap_timer id)
{
    loop_timers *q = &rt->timers;
    int r = neap_loop_outside(rt);

    for (size_t i = 0; i < q->count && r == 0; i++) {
        if (q->list[i].id == id && !q->list[i].internal) {
            loop_timer t = take(q, i);

            if (t.drop)
                t.drop(t.user);
            return 0;
        }
    }
    return r < 0 ? r
                 : neap_error(NEAP_ENOTFOUND, "timer %llu is done with already",
                              (unsigned long long)id);
}
