/* burn_run.c - a program that wants all it can get, and tells what it got.
 *
 *   burn_run loop|family|storm SECONDS
 *
 * loop: computes. family: three children do, while it waits. storm: runs /bin/true, one
 * after the other. After SECONDS, by the clock on the wall and though it is stopped at
 * times, it ends by itself and prints: ns of CPU time that it and all its children have
 * used, ns from its start to its end. It ends with who started it: a limiter that dies
 * may leave it stopped.
 */
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void loop(int64_t end)
{
    while (now() < end)
        ;
}

static void family(int64_t end)
{
    for (int i = 0; i < 3; i++) {
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            loop(end);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
}

static void storm(int64_t end)
{
    static char path[] = "/bin/true";
    char *argv[] = {path, NULL};
    pid_t pid;

    while (now() < end) {
        if (posix_spawn(&pid, path, NULL, NULL, argv, environ) == 0)
            waitpid(pid, NULL, 0);
    }
}

static int64_t used_by(int who)
{
    struct rusage u;

    getrusage(who, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000LL +
           (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000LL;
}

int main(int argc, char **argv)
{
    int64_t from = now(), end = from;

    if (argc != 3) {
        fprintf(stderr, "usage: burn_run loop|family|storm SECONDS\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    end += (int64_t)(atof(argv[2]) * 1e9);
    if (strcmp(argv[1], "family") == 0)
        family(end);
    else if (strcmp(argv[1], "storm") == 0)
        storm(end);
    else
        loop(end);
    printf("%lld %lld\n", (long long)(used_by(RUSAGE_SELF) + used_by(RUSAGE_CHILDREN)),
           (long long)(now() - from));
    return 0;
}
