/* values.c - many numbers of one kind: exact percentiles while they are few, counts in
 * steps of at most 1 % when they are many.
 *
 * The steps are those of an HDR histogram (Tene, HdrHistogram, 2012): to each power of
 * 2 the same number of equal ones.
 */
#include "values.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST = 1024, STEP_BITS = 7, BUCKETS = 58 * VALUES_STEPS };

static int highest_bit(uint64_t x)
{
    int bit = 0;

    for (int by = 32; by > 0; by /= 2) {
        if (x >> by) {
            x >>= by;
            bit += by;
        }
    }
    return bit;
}

/* Below 128 a bucket is one value. */
static size_t bucket_of(int64_t value)
{
    uint64_t x = (uint64_t)value;
    int shift;

    if (x < VALUES_STEPS)
        return (size_t)x;
    shift = highest_bit(x) - STEP_BITS;
    return (size_t)(shift + 1) * VALUES_STEPS + (size_t)((x >> shift) - VALUES_STEPS);
}

/* The largest value of a bucket. */
static int64_t top_of(size_t bucket)
{
    size_t shift = bucket / VALUES_STEPS;
    uint64_t step = bucket % VALUES_STEPS;

    if (shift == 0)
        return (int64_t)step;
    shift--;
    return (int64_t)(((step + VALUES_STEPS + 1) << shift) - 1);
}

static bool pour_out(values *v)
{
    v->bucket = calloc(BUCKETS, sizeof *v->bucket);
    if (!v->bucket)
        return false;
    for (size_t i = 0; i < v->n; i++)
        v->bucket[bucket_of(v->list[i])]++;
    free(v->list);
    v->list = NULL;
    v->n = v->room = 0;
    return true;
}

static bool make_room(values *v)
{
    size_t room = v->room ? v->room * 2 : FIRST;
    int64_t *larger;

    if (room > VALUES_EXACT)
        return pour_out(v);
    larger = realloc(v->list, room * sizeof *larger);
    if (!larger)
        return pour_out(v);
    v->list = larger;
    v->room = room;
    return true;
}

void neap_values_add(values *v, int64_t value)
{
    v->count++;
    v->low += (uint64_t)value;
    v->high += v->low < (uint64_t)value;
    if (value > v->max)
        v->max = value;
    if (!v->bucket && v->n == v->room && !make_room(v)) {
        v->failed = -NEAP_EMEMORY;
        return;
    }
    if (v->bucket)
        v->bucket[bucket_of(value)]++;
    else
        v->list[v->n++] = value;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Of 128 bits by 64, bit by bit: once a report. */
static int64_t mean_of(const values *v)
{
    uint64_t rest = v->high, answer = 0;

    for (int i = 63; i >= 0; i--) {
        bool over = rest >> 63;

        rest = rest << 1 | (v->low >> i & 1);
        answer <<= 1;
        if (over || rest >= v->count) {
            rest -= v->count;
            answer |= 1;
        }
    }
    return (int64_t)answer;
}

/* The value of this rank, from 1. */
static int64_t ranked(const values *v, uint64_t rank)
{
    uint64_t seen = 0;

    if (!v->bucket)
        return v->list[rank - 1];
    for (size_t i = 0; i < BUCKETS; i++) {
        seen += v->bucket[i];
        if (seen >= rank)
            return top_of(i) < v->max ? top_of(i) : v->max;
    }
    return v->max;
}

static int64_t percentile(const values *v, uint64_t percent)
{
    uint64_t whole = v->count / 100, part = v->count % 100;

    return ranked(v, whole * percent + (part * percent + 99) / 100);
}

void neap_values_read(values *v, neap_meter_values *out)
{
    memset(out, 0, sizeof *out);
    out->exact = !v->bucket;
    if (v->count == 0 || v->failed)
        return;
    if (v->list)
        qsort(v->list, v->n, sizeof *v->list, compare);
    out->count = v->count;
    out->mean = mean_of(v);
    out->p50 = percentile(v, 50);
    out->p95 = percentile(v, 95);
    out->p99 = percentile(v, 99);
    out->max = v->max;
}

void neap_values_free(values *v)
{
    free(v->list);
    free(v->bucket);
    memset(v, 0, sizeof *v);
}
