/* spawn_run.c - the least that short jobs can cost: posix_spawn and wait, nothing else.
 *
 *   spawn_run JOBS ATATIME
 *
 * Runs /bin/true so often, so many at a time; prints the seconds that it took.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int start(void)
{
    static char path[] = "/bin/true";
    char *argv[] = {path, NULL};
    pid_t pid;

    return posix_spawn(&pid, path, NULL, NULL, argv, environ);
}

int main(int argc, char **argv)
{
    int jobs = argc == 3 ? atoi(argv[1]) : 0, most = argc == 3 ? atoi(argv[2]) : 0;
    int begun = 0, ended = 0;
    double from = now();

    if (jobs < 1 || most < 1) {
        fprintf(stderr, "usage: spawn_run JOBS ATATIME\n");
        return 2;
    }
    while (ended < jobs) {
        if (begun < jobs && begun - ended < most) {
            if (start() != 0)
                return 1;
            begun++;
        } else if (wait(NULL) < 0) {
            return 1;
        } else {
            ended++;
        }
    }
    printf("%.6f\n", now() - from);
    return 0;
}
