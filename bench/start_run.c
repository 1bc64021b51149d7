/* start_run.c - how long a program takes from its start to its end.
 *
 *   start_run TIMES PROG [ARG]...
 *
 * Its input is empty and its output is thrown away. Prints the median, in ms.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMES_MAX = 1000 };

extern char **environ;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[1]) : 0;
    posix_spawn_file_actions_t files;
    double took[TIMES_MAX];

    if (times < 1 || times > TIMES_MAX) {
        fprintf(stderr, "usage: start_run TIMES PROG [ARG]...\n");
        return 2;
    }
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    for (int i = 0; i < times; i++) {
        double from = now();
        int status;
        pid_t pid;

        if (posix_spawnp(&pid, argv[2], &files, NULL, argv + 2, environ) != 0 ||
            waitpid(pid, &status, 0) < 0 || status != 0)
            return 1;
        took[i] = now() - from;
    }
    qsort(took, (size_t)times, sizeof *took, compare);
    printf("%.4f\n", took[times / 2]);
    return 0;
}
