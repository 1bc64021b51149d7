/* keys.c - the queue of a policy that only gives a key: a heap in C, asked in Lua.
 *
 * A key is an integer or a finite double; the heap's keys are 64-bit integers. As long
 * as every key is an integer they are taken as they are, exactly. With the first double
 * that is not one, all keys become the code of the nearest double: its bits, with those
 * of negative numbers turned round, which order as the doubles do. From then on
 * integers beyond 2^53 are as equal as Lua would print them; nothing else is lost.
 */
#include "host.h"
#include "queue_inside.h"
#include <math.h>
#include <string.h>

static neap_heap *heap_of(const neap_ctx *c)
{
    return c->state;
}

int neap_keys_init(struct neap_host *h, neap_ctx *c)
{
    h->has_floats = false;
    return neap_heap_init(c, heap_of(c));
}

/* Drains the heap in its order and fills it again, so that keys that become equal stay
 * in it. */
static void begin_floats(struct neap_host *h, neap_ctx *c)
{
    neap_heap *heap = heap_of(c);
    neap_fifo drained = {NULL, NULL};
    neap_task *t;

    h->has_floats = true;
    while ((t = neap_heap_first(heap))) {
        neap_heap_remove(heap, t);
        neap_fifo_push(&drained, t);
    }
    while ((t = drained.first)) {
        struct neap_seat *seat = neap_host_seat(h, t);

        neap_fifo_remove(&drained, t);
        seat->key = neap_queue_code_of((double)seat->key);
        neap_heap_push(heap, t, seat->key);
    }
}

/* Asks Lua for the key of `t`. False: the hook has failed. */
static bool ask(struct neap_host *h, neap_ctx *c, neap_task *t, int64_t *key)
{
    struct neap_call call = {.hook = NEAP_HOOK_KEY, .c = c, .task = t};
    lua_State *L = h->L;
    lua_Integer n = 0;
    bool ok = neap_call_hook(h, &call, 1);

    if (ok && neap_option_integer_test(L, -1, &n)) {
        *key = h->has_floats ? neap_queue_code_of((double)n) : n;
    } else if (ok && lua_type(L, -1) == LUA_TNUMBER && isfinite(lua_tonumber(L, -1))) {
        if (!h->has_floats)
            begin_floats(h, c);
        *key = neap_queue_code_of(lua_tonumber(L, -1));
    } else if (ok) {
        neap_call_refuse(h, &call, "an integer or a finite number");
        ok = false;
    }
    neap_call_end(h, &call);
    return ok;
}

void neap_keys_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct neap_host *h = c->policy->host;
    struct neap_seat *seat = neap_host_seat(h, t);

    if (!ask(h, c, t, &seat->key))
        return; /* the core queues it */
    if (why == NEAP_PREEMPTED)
        neap_heap_push_front(heap_of(c), t, seat->key);
    else
        neap_heap_push(heap_of(c), t, seat->key);
    seat->queued = true;
}

void neap_keys_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct neap_seat *seat = neap_host_seat(c->policy->host, t);

    if (seat->queued)
        neap_heap_remove(heap_of(c), t);
    seat->queued = false;
}

neap_task *neap_keys_pick(neap_ctx *c, int cpu)
{
    neap_task *t = neap_heap_take(heap_of(c), cpu);

    if (t)
        neap_host_seat(c->policy->host, t)->queued = false;
    return t;
}

void neap_keys_charged(struct neap_host *h, neap_ctx *c, neap_task *t)
{
    struct neap_seat *seat = neap_host_seat(h, t);
    int64_t key;

    if (!seat->queued || !ask(h, c, t, &key))
        return;
    seat->key = key;
    neap_heap_rekey(heap_of(c), t, key);
}

/* The keys of those that run are asked for anew: most change while they do. */
int neap_keys_preempt(neap_ctx *c, neap_task *t)
{
    struct neap_host *h = c->policy->host;
    const struct neap_seat *seat = neap_host_seat(h, t);
    bool had_floats = h->has_floats;
    int64_t greatest = seat->key, key;
    int victim = NEAP_NO_CPU;

    for (int cpu = 0; seat->queued && cpu < c->cpus; cpu++) {
        neap_task *other = neap_on_cpu(c, cpu);

        if (!other || !neap_task_may_use(t, cpu))
            continue;
        if (!ask(h, c, other, &key))
            return NEAP_NO_CPU;
        if (h->has_floats && !had_floats)
            greatest = neap_queue_code_of((double)greatest);
        had_floats = h->has_floats;
        if (key > greatest) {
            greatest = key;
            victim = cpu;
        }
    }
    return victim;
}
