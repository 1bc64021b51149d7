/* timers_run.c - how late timers are, and what they cost: see timers_bench.lua.
 *
 * Prints ns of CPU time to arm, to arm again and to cancel one of 100,000 timers; then
 * us of lateness, p50 and p99, at 1 and 10 ms, idle, and the same under full load.
 */
#include <neap/neap.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MANY = 100000, MOST = 3000, TASKS = 6 };
#define SPAN (3 * NEAP_S)

struct series {
    neap_ns from, period;
    neap_ns late[MOST];
    int count;
};

static neap_timer id[MANY];

static void note(void *user, neap_runtime *rt, neap_timer timer)
{
    struct series *s = user;

    if (s->count < MOST)
        s->late[s->count++] = (neap_now(rt) - s->from) % s->period;
}

static void nothing(void *user, neap_runtime *rt, neap_timer timer)
{
}

static int compare(const void *a, const void *b)
{
    neap_ns x = *(const neap_ns *)a, y = *(const neap_ns *)b;

    return (x > y) - (x < y);
}

static int measure(neap_runtime *rt, neap_ns period)
{
    static struct series s;
    neap_timer timer;
    int r;

    s = (struct series){.from = neap_now(rt), .period = period};
    r = neap_every(rt, period, note, &s, NULL, &timer); /* a little later, perhaps */
    if (r == 0)
        r = neap_run_for(rt, SPAN);
    if (r < 0)
        return r;
    neap_cancel(rt, timer);
    qsort(s.late, (size_t)s.count, sizeof *s.late, compare);
    printf("%.1f %.1f\n", (double)s.late[s.count / 2] / NEAP_US,
           (double)s.late[s.count * 99 / 100] / NEAP_US);
    return 0;
}

static int load(neap_runtime *rt)
{
    const char *argv[] = {"sh", "-c", "while :; do :; done", NULL};
    neap_job job = {.size = sizeof job, .argv = argv};
    int r = 0;

    for (int i = 0; i < TASKS && r == 0; i++)
        r = neap_spawn(rt, &job, NULL);
    return r < 0 ? r : neap_run_for(rt, 300 * NEAP_MS); /* until all have begun */
}

static int lateness(void)
{
    neap_options o = {.size = sizeof o, .policy = "fair", .grace = NEAP_MS};
    neap_runtime *rt = NULL;
    neap_timer keep;
    int r = neap_new(&rt, &o);

    if (r == 0)
        r = neap_after(rt, NEAP_FOREVER, nothing, NULL, NULL, &keep);
    if (r == 0)
        r = measure(rt, NEAP_MS);
    if (r == 0)
        r = measure(rt, 10 * NEAP_MS);
    if (r == 0)
        r = load(rt);
    if (r == 0)
        r = measure(rt, NEAP_MS);
    if (r == 0)
        r = measure(rt, 10 * NEAP_MS);
    neap_free(rt);
    return r;
}

static neap_ns cpu_time(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * NEAP_S + t.tv_nsec;
}

/* At times and in an order of no pattern. */
static int cost(void)
{
    neap_options o = {.size = sizeof o};
    neap_runtime *rt = NULL;
    uint64_t seed = 1;
    neap_ns at[4];
    int r = neap_new(&rt, &o);

    if (r < 0)
        return r;
    at[0] = cpu_time();
    for (int i = 0; i < MANY && r == 0; i++) {
        seed = seed * 6364136223846793005u + 1;
        r = neap_after(rt, NEAP_S + (neap_ns)(seed >> 34), nothing, NULL, NULL, &id[i]);
    }
    at[1] = cpu_time();
    for (int i = 0; i < MANY && r == 0; i++) {
        seed = seed * 6364136223846793005u + 1;
        r = neap_rearm(rt, id[(seed >> 33) % MANY], NEAP_S + (neap_ns)(seed >> 34));
    }
    at[2] = cpu_time();
    for (int i = 0; i < MANY && r == 0; i++)
        r = neap_cancel(rt, id[i]);
    at[3] = cpu_time();
    for (int i = 0; i < 3 && r == 0; i++)
        printf("%.1f\n", (double)(at[i + 1] - at[i]) / MANY);
    neap_free(rt);
    return r;
}

int main(void)
{
    int r = cost();

    if (r == 0)
        r = lateness();
    if (r < 0)
        fprintf(stderr, "timers_run: %s\n", neap_last_error());
    return r < 0;
}
