/* bits.h - a set of cpus as a bitmap. */
#ifndef NEAP_BITS_H
#define NEAP_BITS_H

#include <neap/task.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct neap_bits {
    uint64_t word[NEAP_CPUS_MAX / 64];
} neap_bits;

static inline void neap_bits_set(neap_bits *b, int i)
{
    b->word[(unsigned)i / 64] |= UINT64_C(1) << (i & 63);
}

static inline void neap_bits_clear(neap_bits *b, int i)
{
    b->word[(unsigned)i / 64] &= ~(UINT64_C(1) << (i & 63));
}

static inline bool neap_bits_has(const neap_bits *b, int i)
{
    return b->word[(unsigned)i / 64] >> (i & 63) & 1;
}

/* The least member >= from and < end, or -1. */
static inline int neap_bits_next(const neap_bits *b, int from, int end)
{
    while (from < end) {
        uint64_t rest = b->word[(unsigned)from / 64] >> (from & 63);

        if (rest) {
            from += __builtin_ctzll(rest);
            return from < end ? from : -1;
        }
        from = (from | 63) + 1;
    }
    return -1;
}

#endif
