/* bare.c - structures alone: a ring, a bitmap of FIFOs, heaps of 2, 4 and 8 children.
 *
 * What a scheduler on one cpu cannot do without, and nothing else: no states, no
 * accounts but the CPU time, no hooks, no checks. Records come from an array with a
 * list of free ones, and a table says which record an id has. In a heap equal keys come
 * by arrival, and tasks know their places, or none could be taken out. Entries lie so
 * that the children of a node begin with a cache line where they fill one or more.
 */
#include "subject.h"
#include <stdlib.h>

struct record {
    struct record *next, *prev; /* next: of the free ones, too */
    int64_t cpu, key;           /* ns used; by weight */
    uint32_t at, id;
    int priority, weight;
};

struct entry {
    int64_t key;
    uint32_t arrival, task; /* task: its place in the array */
};

struct bare {
    struct record *records, *free, *running;
    struct record **table; /* by id */
    uint32_t used, most;
    int spread;
    int64_t now, grid, charged, end; /* end: of the slice */
    uint64_t seed;

    struct record level[LEVELS]; /* heads; the ring is level 0 */
    unsigned in_use;
    struct entry *entry;
    uint32_t count, arrivals;
    int64_t floor;
};

static void *some(size_t size)
{
    void *p = aligned_alloc(64, (size + 63) / 64 * 64);

    if (!p)
        abort();
    return p;
}

static struct record *take_record(struct bare *b)
{
    struct record *t = b->free;
    uint32_t id = b->used++;

    b->free = t->next;
    *t = (struct record){.id = id, .priority = priority_of(id, b->spread)};
    t->weight = weight_of(t->priority);
    b->table[id] = t;
    return t;
}

static void put_record(struct bare *b, struct record *t)
{
    b->table[t->id] = NULL;
    t->next = b->free;
    b->free = t;
}

static struct bare *bare_new(const struct work *w, int spread)
{
    struct bare *b = some(sizeof *b);

    *b = (struct bare){.most = w->tasks * 2, .spread = spread};
    b->records = some(w->tasks * sizeof *b->records);
    b->table = some(b->most * sizeof(struct record *));
    b->entry = some((w->tasks + 8) * sizeof *b->entry);
    for (uint32_t i = w->tasks; i-- > 0;) {
        b->records[i].next = b->free;
        b->free = &b->records[i];
    }
    for (int i = 0; i < LEVELS; i++)
        b->level[i].next = b->level[i].prev = &b->level[i];
    return b;
}

static void bare_end(void *state)
{
    struct bare *b = state;

    free(b->records);
    free(b->table);
    free(b->entry);
    free(b);
}

/* Charges who runs, and begins the next slice. */
static inline struct record *charge(struct bare *b)
{
    struct record *t = b->running;
    int64_t ran = b->now - b->charged;

    t->cpu += ran;
    t->key += ran * 100 / t->weight;
    b->charged = b->now;
    b->end = b->grid + QUANTUM;
    return t;
}

static inline void rank(struct record *t, int priority)
{
    t->priority = priority;
    t->weight = weight_of(priority);
}

/* Lists. */

static inline void link_before(struct record *head, struct record *t)
{
    t->next = head;
    t->prev = head->prev;
    t->prev->next = t;
    head->prev = t;
}

static inline void unlink(struct record *t)
{
    t->prev->next = t->next;
    t->next->prev = t->prev;
}

/* The ring: who runs stays in it, and his successor is the next. */

static inline void ring_insert(struct bare *b, struct record *t)
{
    link_before(&b->level[0], t);
}

static inline void ring_take(struct bare *b, struct record *t)
{
    unlink(t);
}

static inline void ring_turn(struct bare *b)
{
    struct record *t = charge(b)->next;

    b->running = t == &b->level[0] ? t->next : t;
}

static inline void ring_first(struct bare *b)
{
    b->running = b->level[0].next;
}

static inline void ring_rank(struct bare *b, struct record *t, int priority)
{
    rank(t, priority);
}

/* The bitmap of FIFOs. */

static inline void levels_insert(struct bare *b, struct record *t)
{
    link_before(&b->level[t->priority], t);
    b->in_use |= 1u << t->priority;
}

static inline void levels_take(struct bare *b, struct record *t)
{
    struct record *head = &b->level[t->priority];

    unlink(t);
    if (head->next == head)
        b->in_use &= ~(1u << t->priority);
}

static inline void levels_rank(struct bare *b, struct record *t, int priority)
{
    levels_take(b, t);
    rank(t, priority);
    levels_insert(b, t);
}

static inline void levels_first(struct bare *b)
{
    b->running = b->level[31 - __builtin_clz(b->in_use)].next;
    levels_take(b, b->running);
}

static inline void levels_turn(struct bare *b)
{
    levels_insert(b, charge(b));
    levels_first(b);
}

/* The heaps. Entry i stands at place i + ARITY - 1, so the first child of i, which is
 * ARITY * i + 1, at a multiple of ARITY. */

static inline struct entry *heap_at(struct bare *b, uint32_t i, uint32_t arity)
{
    return &b->entry[i + arity - 1];
}

static inline int before(const struct entry *a, const struct entry *b)
{
    return a->key != b->key ? a->key < b->key : a->arrival < b->arrival;
}

static inline struct entry entry_of(struct bare *b, const struct record *t)
{
    return (struct entry){t->key, b->arrivals++, (uint32_t)(t - b->records)};
}

static inline void heap_put(struct bare *b, uint32_t i, struct entry e, uint32_t arity)
{
    *heap_at(b, i, arity) = e;
    b->records[e.task].at = i;
}

static inline void heap_up(struct bare *b, uint32_t i, struct entry e, uint32_t arity)
{
    while (i > 0) {
        uint32_t parent = (i - 1) / arity;

        if (!before(&e, heap_at(b, parent, arity)))
            break;
        heap_put(b, i, *heap_at(b, parent, arity), arity);
        i = parent;
    }
    heap_put(b, i, e, arity);
}

static inline void heap_down(struct bare *b, uint32_t i, struct entry e, uint32_t arity)
{
    for (;;) {
        uint32_t child = i * arity + 1, least = child;
        uint32_t end = child + arity < b->count ? child + arity : b->count;

        if (child >= b->count)
            break;
        while (++child < end) {
            if (before(heap_at(b, child, arity), heap_at(b, least, arity)))
                least = child;
        }
        if (!before(heap_at(b, least, arity), &e))
            break;
        heap_put(b, i, *heap_at(b, least, arity), arity);
        i = least;
    }
    heap_put(b, i, e, arity);
}

static inline void heap_insert(struct bare *b, struct record *t, uint32_t arity)
{
    if (t->key < b->floor)
        t->key = b->floor;
    heap_up(b, b->count++, entry_of(b, t), arity);
}

static inline void heap_take(struct bare *b, struct record *t, uint32_t arity)
{
    struct entry last = *heap_at(b, --b->count, arity);
    uint32_t i = t->at;

    if (i == b->count)
        return;
    if (i > 0 && before(&last, heap_at(b, (i - 1) / arity, arity)))
        heap_up(b, i, last, arity);
    else
        heap_down(b, i, last, arity);
}

static inline void heap_first(struct bare *b, uint32_t arity)
{
    b->running = &b->records[heap_at(b, 0, arity)->task];
    b->floor = b->running->key;
    heap_take(b, b->running, arity);
}

/* Its lead stays the same in service: in virtual time it grows or shrinks. */
static inline void heap_rank(struct bare *b, struct record *t, int priority,
                             uint32_t arity)
{
    int was = t->weight;

    rank(t, priority);
    t->key = b->floor + (t->key - b->floor) * was / t->weight;
    if (was > t->weight)
        heap_down(b, t->at, entry_of(b, t), arity);
    else
        heap_up(b, t->at, entry_of(b, t), arity);
}

/* Who ran takes the place of who comes next: one way down. */
static inline void heap_turn(struct bare *b, uint32_t arity)
{
    struct record *t = charge(b);
    struct entry top = *heap_at(b, 0, arity), e = entry_of(b, t);

    if (!before(&top, &e))
        return;
    b->running = &b->records[top.task];
    b->floor = top.key;
    heap_down(b, 0, e, arity);
}

#define HEAP(n)                                                                        \
    static inline void heap##n##_insert(struct bare *b, struct record *t)              \
    {                                                                                  \
        heap_insert(b, t, n);                                                          \
    }                                                                                  \
    static inline void heap##n##_take(struct bare *b, struct record *t)                \
    {                                                                                  \
        heap_take(b, t, n);                                                            \
    }                                                                                  \
    static inline void heap##n##_rank(struct bare *b, struct record *t, int priority)  \
    {                                                                                  \
        heap_rank(b, t, priority, n);                                                  \
    }                                                                                  \
    static inline void heap##n##_first(struct bare *b)                                 \
    {                                                                                  \
        heap_first(b, n);                                                              \
    }                                                                                  \
    static inline void heap##n##_turn(struct bare *b)                                  \
    {                                                                                  \
        heap_turn(b, n);                                                               \
    }

HEAP(2)
HEAP(4)
HEAP(8)

/* The paths of each. */

static void goes_on(void *state, const struct work *w)
{
    struct bare *b = state;
    volatile int64_t *end = &b->end;

    for (uint32_t i = 0; i < w->ops; i++) {
        if (b->now >= *end)
            abort();
    }
}

static void look_up(void *state, const struct work *w)
{
    struct bare *b = state;
    uint32_t sum = 0;

    for (uint32_t i = 0; i < w->ops; i++)
        sum += b->table[w->order[i]]->id;
    if (sum == 0)
        abort();
}

#define BARE(kind, levels)                                                             \
    static void kind##_expired(void *state, const struct work *w)                      \
    {                                                                                  \
        struct bare *b = state;                                                        \
        for (uint32_t i = 0; i < w->ops; i++) {                                        \
            b->grid += QUANTUM;                                                        \
            b->now = b->grid + lateness(&b->seed);                                     \
            kind##_turn(b);                                                            \
        }                                                                              \
    }                                                                                  \
    static void kind##_priority(void *state, const struct work *w)                     \
    {                                                                                  \
        struct bare *b = state;                                                        \
        for (uint32_t i = 0; i < w->ops; i++) {                                        \
            struct record *t = b->table[w->order[i]];                                  \
            if (t == b->running)                                                       \
                continue;                                                              \
            kind##_rank(b, t, lower_priority(i));                                      \
        }                                                                              \
    }                                                                                  \
    static void kind##_remove(void *state, const struct work *w)                       \
    {                                                                                  \
        struct bare *b = state;                                                        \
        for (uint32_t i = 0; i < w->ops; i++) {                                        \
            struct record *t = b->table[w->order[i]];                                  \
            if (t == b->running)                                                       \
                continue;                                                              \
            kind##_take(b, t);                                                         \
            put_record(b, t);                                                          \
        }                                                                              \
    }                                                                                  \
    static void kind##_add(void *state, const struct work *w)                          \
    {                                                                                  \
        struct bare *b = state;                                                        \
        for (uint32_t i = 0; i < w->ops && b->free; i++)                               \
            kind##_insert(b, take_record(b));                                          \
    }                                                                                  \
    static void *kind##_start(const struct work *w)                                    \
    {                                                                                  \
        struct bare *b = bare_new(w, levels);                                          \
        struct work all = {.ops = w->tasks};                                           \
        kind##_add(b, &all);                                                           \
        kind##_first(b);                                                               \
        b->end = QUANTUM;                                                              \
        return b;                                                                      \
    }                                                                                  \
    const struct subject bare_##kind = {#kind,                                         \
                                        kind##_start,                                  \
                                        bare_end,                                      \
                                        {kind##_expired, goes_on, look_up,             \
                                         kind##_priority, kind##_remove, kind##_add}};

BARE(ring, LEVELS)
BARE(levels, 2)
BARE(heap2, LEVELS)
BARE(heap4, LEVELS)
BARE(heap8, LEVELS)
