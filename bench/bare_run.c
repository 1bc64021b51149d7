/* bare_run.c - busy loops with nobody to schedule them but the kernel: the peer of
 * throughput.
 *
 *   bare_run TASKS SECONDS
 *
 * Prints the CPU time that each got, in nanoseconds, one a line.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TASKS_MAX = 100 };

static pid_t busy_process(pid_t parent)
{
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        execl("/bin/sh", "sh", "-c", "while :; do :; done", (char *)NULL);
        _exit(127);
    }
    return pid;
}

static long long ns(struct timeval t)
{
    return t.tv_sec * 1000000000LL + t.tv_usec * 1000LL;
}

int main(int argc, char **argv)
{
    int tasks = argc == 3 ? atoi(argv[1]) : 0;
    double seconds = argc == 3 ? atof(argv[2]) : 0;
    pid_t pid[TASKS_MAX];

    if (tasks < 1 || tasks > TASKS_MAX || seconds <= 0) {
        fprintf(stderr, "usage: bare_run TASKS SECONDS\n");
        return 2;
    }
    for (int i = 0; i < tasks; i++)
        pid[i] = busy_process(getpid());
    nanosleep(&(struct timespec){(time_t)seconds,
                                 (long)((seconds - (double)(time_t)seconds) * 1e9)},
              NULL);
    for (int i = 0; i < tasks; i++) {
        struct rusage used;

        kill(pid[i], SIGKILL);
        wait4(pid[i], NULL, 0, &used);
        printf("%lld\n", ns(used.ru_utime) + ns(used.ru_stime));
    }
    return 0;
}
