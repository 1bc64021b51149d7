/* memory_run_linux.c - virtual tasks by the million: what each costs.
 *
 *   memory_run_linux TASKS
 *
 * Prints, of a runtime with the policy `fair`: bytes a task that malloc gave out, with
 * what it needs itself; bytes a task that became resident; nanoseconds to add one;
 * nanoseconds of a turn, when all are ready; bytes of a task that a decision touches.
 */
#include <malloc.h>
#include <neap/neap.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { TURNS = 100000 };

static double in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return (double)(info.uordblks + info.hblkhd);
}

static double resident(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;

    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void add(neap_runtime *rt, long tasks)
{
    for (long i = 0; i < tasks; i++) {
        if (neap_add(rt, NULL, NULL) < 0) {
            fprintf(stderr, "memory_run_linux: %s\n", neap_last_error());
            exit(1);
        }
    }
}

int main(int argc, char **argv)
{
    neap_options o = {.size = sizeof o,
                      .clock = NEAP_CLOCK_VIRTUAL,
                      .policy = "fair",
                      .cpus = 1,
                      .quantum = NEAP_MS};
    long tasks = argc > 1 ? atol(argv[1]) : 0;
    double bytes, pages, added, ran;
    neap_runtime *rt;

    if (tasks < 1 || neap_new(&rt, &o) < 0)
        return 2;
    bytes = in_use();
    pages = resident();
    added = now();
    add(rt, tasks);
    added = now() - added;
    bytes = in_use() - bytes;
    pages = resident() - pages;
    ran = now();
    if (neap_run_for(rt, TURNS * NEAP_MS) < 0)
        return 1;
    ran = now() - ran;
    printf("%.1f %.1f %.1f %.1f %zu\n", bytes / (double)tasks, pages / (double)tasks,
           added / (double)tasks, ran / TURNS, sizeof(neap_task));
    neap_free(rt);
    return 0;
}
