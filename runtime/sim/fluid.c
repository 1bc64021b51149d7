/* fluid.c - the fluid model: cpus divided by weight, at most one whole cpu to a task.
 *
 * Tasks of one weight are a class, which keeps one sum of service for all of them.
 * Those whose part would be more than a cpu are capped: a whole one each. They are the
 * heaviest, and there are no more of them than cpus, so the others need no visit: their
 * sums follow from `level`, the service for each unit of weight.
 */
#include "fluid.h"
#include <stdlib.h>

enum { WORDS = NEAP_WEIGHT_MAX / 64 + 1 };

typedef struct class
{
    double service; /* until `level` was `mark`, or of a capped one `at` */
    double mark;
    uint32_t count;
    bool capped;
} class;

struct fluid {
    neap_ns at; /* the last change */
    double level, rate;
    uint64_t weight;
    int cpus, capped; /* classes */
    uint16_t cap[NEAP_CPUS_MAX];
    uint64_t used[WORDS]; /* weights, bit by bit */
    class of[NEAP_WEIGHT_MAX + 1];
};

fluid *neap_fluid_new(int cpus, neap_ns now)
{
    fluid *f = calloc(1, sizeof *f);

    if (f) {
        f->cpus = cpus;
        f->at = now;
    }
    return f;
}

void neap_fluid_free(fluid *f)
{
    free(f);
}

static int top_bit(uint64_t word)
{
    int bit = 0;

    for (int by = 32; by > 0; by /= 2) {
        if (word >> by) {
            word >>= by;
            bit += by;
        }
    }
    return bit;
}

/* The heaviest class below `weight` that has tasks, or 0. */
static int next_lighter(const fluid *f, int weight)
{
    int word = weight / 64;
    uint64_t bits = f->used[word] & (((uint64_t)1 << weight % 64) - 1);

    while (bits == 0 && word > 0)
        bits = f->used[--word];
    return bits ? word * 64 + top_bit(bits) : 0;
}

static int heaviest(const fluid *f)
{
    if (f->of[NEAP_WEIGHT_MAX].count)
        return NEAP_WEIGHT_MAX;
    return next_lighter(f, NEAP_WEIGHT_MAX);
}

int neap_fluid_lightest(const fluid *f)
{
    for (int word = 0; word < WORDS; word++) {
        uint64_t bits = f->used[word];

        if (bits)
            return word * 64 + top_bit(bits & (~bits + 1));
    }
    return 0;
}

static void pass(fluid *f, neap_ns now)
{
    double elapsed = (double)(now - f->at);

    f->level += f->rate * elapsed;
    for (int i = 0; i < f->capped; i++)
        f->of[f->cap[i]].service += elapsed;
    f->at = now;
}

static void uncap(fluid *f)
{
    while (f->capped > 0) {
        class *k = &f->of[f->cap[--f->capped]];

        k->capped = false;
        k->mark = f->level;
    }
}

static void cap(fluid *f, int weight)
{
    class *k = &f->of[weight];

    k->service += weight * (f->level - k->mark);
    k->capped = true;
    f->cap[f->capped++] = (uint16_t)weight;
}

static void divide(fluid *f)
{
    uint64_t weight = f->weight, cpus = (uint64_t)f->cpus;

    for (int w = heaviest(f); w > 0 && cpus * (uint64_t)w >= weight;
         w = next_lighter(f, w)) {
        cap(f, w);
        cpus -= f->of[w].count;
        weight -= (uint64_t)w * f->of[w].count;
    }
    f->rate = weight ? (double)cpus / (double)weight : 0;
}

void neap_fluid_change(fluid *f, neap_ns now, int weight, int by)
{
    class *k = &f->of[weight];
    uint64_t bit = (uint64_t)1 << weight % 64;

    pass(f, now);
    uncap(f);
    k->count += (uint32_t)by;
    f->weight += (uint64_t)((int64_t)weight * by);
    if (k->count)
        f->used[weight / 64] |= bit;
    else
        f->used[weight / 64] &= ~bit;
    divide(f);
}

double neap_fluid_service(const fluid *f, neap_ns now, int weight)
{
    const class *k = &f->of[weight];
    double elapsed = (double)(now - f->at);

    if (k->capped)
        return k->service + elapsed;
    return k->service + weight * (f->level + f->rate * elapsed - k->mark);
}

uint64_t neap_fluid_weight(const fluid *f)
{
    return f->weight;
}
