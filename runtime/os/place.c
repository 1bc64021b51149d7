/* place.c - sets of CPUs, and which of them to take. */
#include "os.h"

#include <stdio.h>
#include <string.h>

static bool has(const neap_os_cpuset *set, int cpu)
{
    return set->word[cpu / 64] >> (cpu % 64) & 1;
}

static void add(neap_os_cpuset *set, int cpu)
{
    set->word[cpu / 64] |= (uint64_t)1 << (cpu % 64);
}

int neap_os_cpuset_count(const neap_os_cpuset *set)
{
    int count = 0;

    for (int cpu = 0; cpu < NEAP_OS_CPUS_MAX; cpu++)
        count += has(set, cpu);
    return count;
}

void neap_os_cpuset_text(const neap_os_cpuset *set, char *out, size_t room)
{
    size_t at = 0;

    out[0] = '\0';
    for (int cpu = 0, last; cpu < NEAP_OS_CPUS_MAX && at < room; cpu = last + 1) {
        int n;

        last = cpu;
        if (!has(set, cpu))
            continue;
        while (last + 1 < NEAP_OS_CPUS_MAX && has(set, last + 1))
            last++;
        n = snprintf(out + at, room - at, last > cpu ? "%s%d-%d" : "%s%d",
                     at ? "," : "", cpu, last);
        at += n > 0 ? (size_t)n : 0;
    }
}

/* Spreads neighbouring seeds and cpus (the finalizer of MurmurHash3, Austin
 * Appleby). */
static uint32_t hash(uint32_t seed, int cpu)
{
    uint32_t h = seed * 0x9e3779b9u + (uint32_t)cpu;

    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}

/* Busy ticks between the samples, then the hash, as one number to compare by. */
static uint64_t rank(const neap_os_load *from, const neap_os_load *to, uint32_t seed,
                     int cpu)
{
    uint32_t busy = to->busy_ticks[cpu] - from->busy_ticks[cpu];

    return (uint64_t)busy << 32 | hash(seed, cpu);
}

void neap_os_cpus_choose(const neap_os_cpuset *allowed, const neap_os_load *from,
                         const neap_os_load *to, int n, uint32_t seed,
                         neap_os_cpuset *out)
{
    memset(out, 0, sizeof *out);
    while (n-- > 0) {
        int best = -1;

        for (int cpu = 0; cpu < NEAP_OS_CPUS_MAX; cpu++)
            if (has(allowed, cpu) && !has(out, cpu) &&
                (best < 0 || rank(from, to, seed, cpu) < rank(from, to, seed, best)))
                best = cpu;
        if (best < 0)
            return;
        add(out, best);
    }
}
