/* sim_run.c - simulates N tasks that are always ready.
 *
 * sim_run POLICY N DECISIONS [plain]
 *
 * Prints the decisions, the microseconds of CPU time for them, and the bytes of memory
 * a task. `plain`: without the fairness figures.
 */
#include <neap/sim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long resident(void)
{
    long pages = 0, all;
    FILE *f = fopen("/proc/self/statm", "r");

    if (f && fscanf(f, "%ld %ld", &all, &pages) != 2)
        pages = 0;
    if (f)
        fclose(f);
    return pages * 4096;
}

static long memory;

static void on_turn(void *user, neap_runtime *rt)
{
    if (memory < resident())
        memory = resident();
}

static double simulate(const char *policy, unsigned tasks, neap_ns time,
                       unsigned without, neap_stats *stats,
                       void (*each)(void *, neap_runtime *))
{
    static const neap_ns forever[] = {NEAP_S * 1000000000};
    neap_sim_task task = {.work = forever, .phases = 1, .count = tasks};
    char problem[200] = "";
    neap_sim_options o = {.size = sizeof o,
                          .runtime = {.size = sizeof o.runtime, .policy = policy},
                          .tasks = &task,
                          .n_tasks = 1,
                          .task_size = sizeof task,
                          .limit = time,
                          .without = without,
                          .problem = problem,
                          .problem_room = sizeof problem,
                          .on_turn = each};
    clock_t began = clock();
    neap_sim *sim;

    if (neap_simulate(&sim, &o) < 0) {
        fprintf(stderr, "sim_run: %s\n", problem);
        exit(1);
    }
    *stats = neap_sim_result(sim)->stats;
    neap_sim_free(sim);
    return (double)(clock() - began) * 1e6 / CLOCKS_PER_SEC;
}

int main(int argc, char **argv)
{
    unsigned tasks = argc > 2 ? (unsigned)atoi(argv[2]) : 1000;
    long decisions = argc > 3 ? atol(argv[3]) : 1000000;
    unsigned without =
        argc > 4 && strcmp(argv[4], "plain") == 0 ? NEAP_METER_FAIRNESS : 0;
    const char *policy = argc > 1 ? argv[1] : "rr";
    neap_stats first, stats;
    long before = resident();
    double setup, all;

    simulate(policy, tasks, NEAP_MS, without, &first, on_turn); /* touches the memory */
    setup = simulate(policy, tasks, NEAP_MS, without, &first, NULL);
    all = simulate(policy, tasks, decisions * 10 * NEAP_MS, without, &stats, NULL);
    printf("%llu %.0f %.0f\n", (unsigned long long)(stats.decisions - first.decisions),
           all - setup, (double)(memory - before) / tasks);
    return 0;
}
