/* pool.c - the memory of tasks, in batches.
 *
 * A task stays where it is for life. A batch goes when its last task does, unless it is
 * the only one with room: a task that comes and goes costs no memory each time.
 */
#include "internal.h"
#include "lines.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>

static_assert(BATCH == 64, "batch.free has a bit for each, task.arrival six of them");
static_assert(sizeof(void *) != 8 || sizeof(neap_task) == 2 * LINE,
              "a decision touches two cache lines of a task");
static_assert(sizeof(void *) != 8 || offsetof(neap_task, cpu_ns) == LINE,
              "what queues touch is in the first");

static void list(neap_core *c, batch *b)
{
    b->prev = NULL;
    b->next = c->batches;
    if (b->next)
        b->next->prev = b;
    c->batches = b;
}

static void unlist(neap_core *c, batch *b)
{
    *(b->prev ? &b->prev->next : &c->batches) = b->next;
    if (b->next)
        b->next->prev = b->prev;
}

static batch *batch_new(const neap_core *c)
{
    size_t size = sizeof(batch) + (c->opt.max_hold ? BATCH * sizeof(struct held) : 0) +
                  (c->opt.bursts ? BATCH * sizeof(neap_ns) : 0);
    batch *b = neap_lines_new(size);

    if (!b)
        return NULL;
    b->free = UINT64_MAX;
    b->holds = c->opt.max_hold != 0;
    return b;
}

neap_task *neap_pool_take(neap_core *c)
{
    batch *b = c->batches;
    neap_task *t;
    int i;

    if (!b) {
        b = batch_new(c);
        if (!b)
            return NULL;
        list(c, b);
    }
    i = __builtin_ctzll(b->free);
    b->free &= b->free - 1;
    if (!b->free)
        unlist(c, b);
    t = &b->task[i];
    memset(t, 0, sizeof *t);
    memset(&b->rest[i], 0, sizeof b->rest[i]);
    if (b->holds)
        memset(&b->held[i], 0, sizeof b->held[i]);
    t->arrival = (uint64_t)i;
    if (c->opt.bursts)
        *burst_of(c, t) = 0;
    return t;
}

void neap_pool_put(neap_core *c, neap_task *t)
{
    batch *b = batch_of(t);

    if (!b->free)
        list(c, b);
    b->free |= UINT64_C(1) << place_of(t);
    if (b->free != UINT64_MAX || (!b->next && !b->prev))
        return;
    unlist(c, b);
    neap_lines_free(b);
}

void neap_pool_free(neap_core *c)
{
    batch *next;

    for (batch *b = c->batches; b; b = next) {
        next = b->next;
        neap_lines_free(b);
    }
    c->batches = NULL;
}
