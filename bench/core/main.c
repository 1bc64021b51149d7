/* main.c - what a path through the core costs, and the same on a bare structure.
 *
 *   core_run SUBJECT TASKS OPS
 *   core_run build
 *
 * Each path that the subject has is done OPS times (those that take or change tasks, at
 * most once for half of them) after as many decisions as there are tasks, but at least
 * OPS, for warm-up. Prints a line for each: its name, how often it was done, ns of CPU
 * time each. callgrind tells the paths by the function counted(): see bench/core.lua.
 * `build` prints how it was built.
 */
#include "subject.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct subject *const subjects[] = {
    &neap_rr,     &neap_priority, &neap_fair,  &neap_timers, &bare_ring,
    &bare_levels, &bare_heap2,    &bare_heap4, &bare_heap8,
};

#define NAME_PATH(id, name) name,
static const char *const names[] = {PATHS(NAME_PATH)};
#undef NAME_PATH

int priority_of(uint32_t i, int spread)
{
    return spread == LEVELS ? (int)(i % LEVELS) : 5 + (int)(i % (unsigned)spread);
}

int weight_of(int priority)
{
    static const int weight[LEVELS] = {33,  41,  51,  64,  80, 100,
                                       125, 156, 195, 244, 305};

    return weight[priority];
}

int lower_priority(uint32_t i)
{
    return (int)(i % 5);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Not static, and called by this name alone: callgrind looks for it. */
void counted(void (*path)(void *, const struct work *), void *state,
             const struct work *w);

__attribute__((noinline)) void counted(void (*path)(void *, const struct work *),
                                       void *state, const struct work *w)
{
    path(state, w);
}

static uint32_t *shuffled(uint32_t n)
{
    uint32_t *order = malloc(n * sizeof *order);
    uint64_t seed = 1;

    for (uint32_t i = 0; order && i < n; i++) {
        uint32_t other;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        other = (uint32_t)((seed >> 33) % (i + 1));
        order[i] = order[other];
        order[other] = i;
    }
    return order;
}

static int measure(const struct subject *s, const struct work *w)
{
    struct work few = *w, warm = *w;
    void *state = s->start(w);

    if (!state)
        return 1;
    if (few.ops > few.tasks / 2)
        few.ops = few.tasks / 2;
    if (warm.ops < warm.tasks)
        warm.ops = warm.tasks;
    if (s->path[PATH_EXPIRED])
        s->path[PATH_EXPIRED](state, &warm);
    for (int i = 0; i < PATH_COUNT; i++) {
        const struct work *own = i >= PATH_LOOK_UP ? &few : w;
        double from = now();

        if (!s->path[i])
            continue;
        counted(s->path[i], state, own);
        printf("%s\t%u\t%.2f\n", names[i], own->ops, (now() - from) / own->ops);
    }
    s->end(state);
    return 0;
}

static const struct subject *find(const char *name)
{
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if (strcmp(subjects[i]->name, name) == 0)
            return subjects[i];
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const struct subject *s = argc == 4 ? find(argv[1]) : NULL;
    struct work w = {0};
    uint32_t *order;
    int r;

    if (argc == 2 && strcmp(argv[1], "build") == 0)
        return printf("%s\n", BUILD) < 0;
    if (s) {
        w.tasks = (uint32_t)atol(argv[2]);
        w.ops = (uint32_t)atol(argv[3]);
    }
    if (w.tasks < 2 || w.ops < 1) {
        fprintf(stderr, "usage: core_run SUBJECT TASKS OPS, or core_run build\n");
        return 2;
    }
    w.order = order = shuffled(w.tasks);
    r = order ? measure(s, &w) : 1;
    free(order);
    return r;
}
