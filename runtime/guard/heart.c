/* heart.c - is the runtime stopped, or stuck? It says that it lives by a time in the
 * record, twice in `stuck_after` while something is held.
 *
 * The next beat is awaited at three quarters of `stuck_after`, and once more at its
 * end. A wake-up that comes late says that we were kept from running ourselves, as the
 * runtime may have been: then the waiting begins anew. While nothing is held no beats
 * come and we do not wake up: the runtime says when it begins, and when it is back.
 */
#include "guard.h"

static int64_t beat_of(const struct guard *g)
{
    return atomic_load(&g->book->head.beat);
}

static void await(struct guard *g, int64_t from)
{
    int64_t due = from + g->heart.stuck_after / 4 * (3 + g->heart.missed);

    g->heart.due = due > g->now ? due : g->now + MS;
}

void heart_init(struct guard *g)
{
    g->heart.due = INT64_MAX;
}

void heart_watch(struct guard *g)
{
    if (!g->book || g->heart.stuck_after == INT64_MAX)
        return;
    if (g->heart.stuck)
        talk_stuck(g, g->now - g->heart.beat);
    g->heart.stuck = false;
    g->heart.missed = 0;
    g->heart.beat = beat_of(g);
    g->heart.from = g->now;
    await(g, g->now);
}

void heart_pause(struct guard *g)
{
    g->heart.due = INT64_MAX;
}

static void miss(struct guard *g)
{
    if (++g->heart.missed < 2) {
        await(g, g->heart.from);
        return;
    }
    g->heart.stuck = true;
    g->heart.due = INT64_MAX;
    book_continue_held(g);
}

void heart_due(struct guard *g)
{
    bool late = g->now - g->heart.due > g->heart.stuck_after / 4;
    int64_t beat;

    if (g->now < g->heart.due)
        return;
    beat = beat_of(g);
    if (beat != g->heart.beat || late) {
        g->heart.missed = 0;
        g->heart.from = beat != g->heart.beat && !late ? beat : g->now;
        g->heart.beat = beat;
        await(g, g->heart.from);
    } else if (atomic_load(&g->book->head.held) == 0) {
        g->heart.due = INT64_MAX;
    } else {
        miss(g);
    }
}
