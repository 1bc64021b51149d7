/* timers.c - the user's timers, and ours: a binary heap by time, equal times in order
 * of making.
 *
 * They are driven by the same absolute tick as the core: libev's own timers have a
 * grain of 1 ms. Ours must not fail, or something would wait for ever: so there is
 * always room for some more of them, which memory is sought for again each time.
 *
 * A timer's id is its turn of making, and below that a number that is used again, by
 * which its place in the heap is found: to cancel and to arm again cost as little as to
 * arm.
 */
#include "runtime.h"
#include <stdlib.h>

enum {
    SPARE = 64,       /* for ours alone */
    NUMBER_BITS = 22, /* two million at a time */
    NUMBER_MAX = (1 << NUMBER_BITS) - 1
};

static bool before(const loop_timer *a, const loop_timer *b)
{
    return a->at != b->at ? a->at < b->at : a->id < b->id;
}

static uint32_t number_of(neap_timer id)
{
    return (uint32_t)(id & NUMBER_MAX);
}

static void set(loop_timers *q, size_t i, const loop_timer *t)
{
    q->list[i] = *t;
    q->place[number_of(t->id)] = (uint32_t)i + 1;
}

static void swap(loop_timers *q, size_t a, size_t b)
{
    loop_timer t = q->list[a];

    set(q, a, &q->list[b]);
    set(q, b, &t);
}

static void sift_up(loop_timers *q, size_t i)
{
    for (; i > 0 && before(&q->list[i], &q->list[(i - 1) / 2]); i = (i - 1) / 2)
        swap(q, i, (i - 1) / 2);
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
        swap(q, i, least);
        i = least;
    }
}

static void put(loop_timers *q, const loop_timer *t)
{
    set(q, q->count, t);
    q->once += !t->internal && !t->period;
    sift_up(q, q->count++);
}

/* Its number stays its own: it may be put back. */
static loop_timer take(loop_timers *q, size_t i)
{
    loop_timer t = q->list[i];

    q->once -= !t.internal && !t.period;
    q->place[number_of(t.id)] = 0;
    if (i < --q->count) {
        set(q, i, &q->list[q->count]);
        sift_up(q, i);
        sift_down(q, i);
    }
    return t;
}

/* It is over. */
static void finish(loop_timers *q, const loop_timer *t)
{
    q->place[number_of(t->id)] = q->free;
    q->free = number_of(t->id);
    if (t->drop)
        t->drop(t->user);
}

/* A number for each that the list has room for, and one that is being called; 0 is
 * none. */
int neap_timers_open(neap_runtime *rt)
{
    loop_timers *q = &rt->timers;
    size_t room = q->room ? q->room * 2 : 2 * SPARE;
    loop_timer *list = NULL;
    uint32_t *place = NULL;

    if (room < NUMBER_MAX)
        list = realloc(q->list, room * sizeof *list);
    if (list) {
        q->list = list;
        place = realloc(q->place, (room + 2) * sizeof *place);
    }
    if (!place)
        return neap_error(NEAP_EMEMORY, NULL);
    q->place = place;
    q->called_up_to = q->room ? q->called_up_to : -1;
    q->room = room;
    return 0;
}

static neap_timer new_id(loop_timers *q)
{
    uint32_t number = q->free;

    if (number)
        q->free = q->place[number];
    else
        number = ++q->numbers;
    return ++q->made << NUMBER_BITS | number;
}

/* One that is being called may come back. */
static bool has_room(neap_runtime *rt, bool internal)
{
    const loop_timers *q = &rt->timers;
    size_t count = q->count + (q->calling != NULL);

    return count + SPARE < q->room || neap_timers_open(rt) == 0 ||
           (internal && count < q->room);
}

int neap_timers_add(neap_runtime *rt, neap_ns at, neap_ns period, neap_timer_fn *fn,
                    void *user, void (*drop)(void *), bool internal, neap_timer *out)
{
    loop_timers *q = &rt->timers;
    loop_timer t = {0, at, period, fn, user, drop, internal, false};

    if (!has_room(rt, internal))
        return -NEAP_EMEMORY;
    t.id = new_id(q);
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

static void call_once(neap_runtime *rt, loop_timer *t)
{
    loop_timers *q = &rt->timers;

    q->calling = t;
    t->fn(t->user, rt, t->id);
    q->calling = NULL;
    if (t->again) {
        t->again = false;
        put(q, t);
    } else {
        finish(q, t);
    }
}

/* A timer that a callback makes for now or earlier is called in the next turn: one turn
 * ends. So does one that it arms again. */
void neap_timers_run(neap_runtime *rt, neap_ns now)
{
    loop_timers *q = &rt->timers;
    neap_timer newest = q->made << NUMBER_BITS | NUMBER_MAX;

    q->called_up_to = now;
    while (q->count && q->list[0].at <= now && q->list[0].id <= newest) {
        loop_timer t = take(q, 0);

        if (t.period) {
            /* what was missed is left out */
            t.at += ((now - t.at) / t.period + 1) * t.period;
            put(q, &t); /* there is room: it has just left */
            t.fn(t.user, rt, t.id);
        } else {
            call_once(rt, &t);
        }
    }
    q->called_up_to = -1;
}

void neap_timers_drop_users(neap_runtime *rt)
{
    loop_timers *q = &rt->timers;

    for (size_t i = q->count; i-- > 0;) {
        if (q->list[i].internal)
            continue;
        loop_timer t = take(q, i);

        finish(q, &t);
        i += i < q->count; /* another has taken its place */
    }
}

void neap_timers_free(neap_runtime *rt)
{
    while (rt->timers.count) {
        loop_timer t = take(&rt->timers, 0);

        finish(&rt->timers, &t);
    }
    free(rt->timers.list);
    free(rt->timers.place);
}

static neap_ns later_by(const neap_runtime *rt, neap_ns delay)
{
    neap_ns now = neap_loop_now(rt);

    return delay > NEAP_FOREVER - now ? NEAP_FOREVER : now + delay;
}

static int add(neap_runtime *rt, neap_ns delay, neap_ns period, neap_timer_fn *fn,
               void *user, void (*drop)(void *), neap_timer *out)
{
    int r = neap_loop_outside(rt);

    return r < 0 ? r
                 : neap_timers_add(rt, later_by(rt, delay), period, fn, user, drop,
                                   false, out);
}

static int check_delay(neap_ns delay)
{
    return delay >= 0 ? 0
                      : neap_error(NEAP_ERANGE, "a delay of %lld ns is negative",
                                   (long long)delay);
}

int neap_after(neap_runtime *rt, neap_ns delay, neap_timer_fn *fn, void *user,
               void (*drop)(void *), neap_timer *out)
{
    int r = check_delay(delay);

    return r < 0 ? r : add(rt, delay, 0, fn, user, drop, out);
}

int neap_every(neap_runtime *rt, neap_ns period, neap_timer_fn *fn, void *user,
               void (*drop)(void *), neap_timer *out)
{
    if (period < NEAP_US)
        return neap_error(NEAP_ERANGE, "a period of %lld ns is less than 1us",
                          (long long)period);
    return add(rt, period, period, fn, user, drop, out);
}

/* A user's that is not done with: in the list, or being called. */
static loop_timer *find(loop_timers *q, neap_timer id)
{
    uint32_t number = number_of(id), place;

    if (q->calling && q->calling->id == id)
        return q->calling;
    if (number == 0 || number > q->numbers)
        return NULL;
    place = q->place[number]; /* of a number that is free, it is another's number */
    if (place == 0 || place > q->count || q->list[place - 1].id != id ||
        q->list[place - 1].internal)
        return NULL;
    return &q->list[place - 1];
}

static int is_done_with(neap_timer id)
{
    return neap_error(NEAP_ENOTFOUND, "timer %llu is done with already",
                      (unsigned long long)id);
}

int neap_cancel(neap_runtime *rt, neap_timer id)
{
    loop_timers *q = &rt->timers;
    int r = neap_loop_outside(rt);
    loop_timer *at, t;

    if (r < 0)
        return r;
    at = find(q, id);
    if (!at || (at == q->calling && !at->again))
        return is_done_with(id);
    if (at == q->calling) {
        at->again = false;
        return 0;
    }
    t = take(q, (size_t)(at - q->list));
    finish(q, &t);
    return 0;
}

/* Not in this turn, since it was made before: so the least bit later. */
static neap_ns again_at(const neap_runtime *rt, neap_ns delay)
{
    neap_ns at = later_by(rt, delay);

    return at > rt->timers.called_up_to ? at : rt->timers.called_up_to + 1;
}

int neap_rearm(neap_runtime *rt, neap_timer id, neap_ns delay)
{
    loop_timers *q = &rt->timers;
    int r = neap_loop_outside(rt);
    loop_timer *at, t;

    if (r == 0)
        r = check_delay(delay);
    if (r < 0)
        return r;
    at = find(q, id);
    if (!at)
        return is_done_with(id);
    if (at == q->calling) {
        at->at = again_at(rt, delay);
        at->again = true;
        return 0;
    }
    t = take(q, (size_t)(at - q->list));
    t.at = again_at(rt, delay);
    put(q, &t);
    return 0;
}
