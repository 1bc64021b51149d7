/* nice_run.c - the kernel's side of cycles_bench.lua: nice_run SHAPE N QUANTUM_MS SECONDS
 *
 * N busy loops of sh on one CPU under the kernel's own scheduler. `equal`: all at nice
 * 0; `skewed`: at nice 10 and 0 by turns, which are weights 110 and 1024 to the kernel.
 * Prints what cycles_run.lua prints, for the same cycles by the kernel's weights, looked
 * at every millisecond, from another CPU if there is one.
 */
#define _GNU_SOURCE
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TASKS_MAX = 1000, NICE = 10 };

static const double light = 110, heavy = 1024; /* of nice 10 and 0 */

struct tasks {
    int count;
    pid_t pid[TASKS_MAX];
    clockid_t clock[TASKS_MAX];
    double weight[TASKS_MAX], sum;
};

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static pid_t busy_process(pid_t parent, int nice, size_t cpu)
{
    pid_t pid = fork();
    cpu_set_t one;

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    setpriority(PRIO_PROCESS, 0, nice);
    execl("/bin/sh", "sh", "-c", "while :; do :; done", (char *)NULL);
    _exit(127);
}

static void start(struct tasks *t, int skewed)
{
    size_t cpu = (size_t)sysconf(_SC_NPROCESSORS_ONLN) - 1;

    for (int i = 0; i < t->count; i++) {
        int is_light = skewed && i % 2 == 0;

        t->pid[i] = busy_process(getpid(), is_light ? NICE : 0, cpu);
        clock_getcpuclockid(t->pid[i], &t->clock[i]);
        t->weight[i] = is_light ? light : heavy;
        t->sum += t->weight[i];
    }
}

static void read_all(const struct tasks *t, double *used)
{
    for (int i = 0; i < t->count; i++)
        used[i] = seconds(t->clock[i]);
}

/* Percent by which tasks are off between two readings: the root of the mean square. */
static double off(const struct tasks *t, const double *from, const double *to)
{
    double total = 0, squares = 0;

    for (int i = 0; i < t->count; i++)
        total += to[i] - from[i];
    for (int i = 0; i < t->count; i++) {
        double due = total * t->weight[i] / t->sum;

        squares += pow((to[i] - from[i] - due) / due, 2);
    }
    return 100 * sqrt(squares / t->count);
}

static void sleep_for(double s)
{
    nanosleep(&(struct timespec){(time_t)s, (long)((s - floor(s)) * 1e9)}, NULL);
}

static int all_had_their_due(const struct tasks *t, const double *from,
                             const double *to, double quantum, int cycles)
{
    double least = t->sum;

    for (int i = 0; i < t->count; i++)
        least = fmin(least, t->weight[i]);
    for (int i = 0; i < t->count; i++)
        if (to[i] - from[i] < quantum * (cycles * t->weight[i] / least - 0.5))
            return 0;
    return 1;
}

static void watch(const struct tasks *t, double quantum, double length)
{
    static double first[TASKS_MAX], last[TASKS_MAX], now[TASKS_MAX];
    double end = seconds(CLOCK_MONOTONIC) + length, sum = 0, worst = 0;
    int cycles = 0;

    read_all(t, first);
    memcpy(last, first, sizeof last);
    while (seconds(CLOCK_MONOTONIC) < end) {
        double wrong;

        sleep_for(0.001);
        read_all(t, now);
        if (!all_had_their_due(t, first, now, quantum, cycles + 1))
            continue;
        wrong = off(t, last, now);
        memcpy(last, now, sizeof last);
        cycles++;
        sum += wrong;
        worst = fmax(worst, wrong);
    }
    printf("%g %g %g\n", sum / cycles, worst, off(t, first, last));
}

int main(int argc, char **argv)
{
    static struct tasks t;
    int skewed = argc == 5 && strcmp(argv[1], "skewed") == 0;

    t.count = argc == 5 ? atoi(argv[2]) : 0;
    if (t.count < 1 || t.count > TASKS_MAX) {
        fprintf(stderr, "usage: nice_run equal|skewed N QUANTUM_MS SECONDS\n");
        return 2;
    }
    start(&t, skewed);
    sleep_for(0.4);
    watch(&t, atof(argv[3]) / 1e3, atof(argv[4]));
    for (int i = 0; i < t.count; i++) {
        kill(t.pid[i], SIGKILL);
        waitpid(t.pid[i], NULL, 0);
    }
    return 0;
}
