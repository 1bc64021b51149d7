/* print.c - tasks that are printed whole: stdout, then stderr, one task after the
 * other in the order of their ends. */
#include "output.h"

static stream *now_printed(const collector *c)
{
    return c->first_queued ? &c->first_queued->stream[c->printing] : NULL;
}

/* A task that waits to be printed is not read. */
void print_queue(collector *c, task *t)
{
    if (t->queued)
        return;
    t->queued = true;
    t->next_queued = NULL;
    for (int i = 0; i < STREAMS; i++) {
        if (t->stream[i].fd >= 0)
            set_remove(c->kept, t->stream[i].fd);
    }
    *c->last_queued = t;
    c->last_queued = &t->next_queued;
}

/* What comes from it from now on is passed on as it comes. */
static void end_print(collector *c)
{
    task *t = c->first_queued;

    c->first_queued = t->next_queued;
    if (!c->first_queued)
        c->last_queued = &c->first_queued;
    c->printing = 0;
    t->queued = false;
    t->by_line = true;
    for (int i = 0; i < STREAMS; i++) {
        stream *s = &t->stream[i];

        if (s->fd >= 0)
            set_add(s->to->streams, s->fd, s);
    }
    stream_settle(c, t);
}

bool print_can_go_on(const collector *c)
{
    const stream *s = now_printed(c);

    return s && (s->to->broken || s->to->to - s->to->from < SINK_ROOM / 2);
}

void print_go_on(collector *c)
{
    stream *s = now_printed(c);
    int64_t n = 0;

    s->to->printing = s->task;
    if (s->to->broken)
        spool_drop(&s->kept);
    else if (sink_has_room(s->to, LINE))
        n = spool_take(&s->kept, c->scratch, LINE);
    else
        return;
    if (n > 0) {
        sink_put(s->to, c->scratch, (size_t)n);
        return;
    }
    if (n < 0) {
        s->task->lost = (int)-n;
        spool_drop(&s->kept);
    }
    s->to->printing = NULL;
    if (++c->printing == STREAMS)
        end_print(c);
}
