/* heedless.c - ignores its children's ends: the kernel keeps no account of them.
 *
 *   heedless COUNT MS
 *
 * Starts COUNT children, one after the other; each computes for MS of CPU time.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long used_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
    long ms = argc == 3 ? atol(argv[2]) : 0;

    if (ms <= 0) {
        fprintf(stderr, "usage: heedless COUNT MS\n");
        return 2;
    }
    signal(SIGCHLD, SIG_IGN);
    for (int n = atoi(argv[1]); n > 0; n--) {
        pid_t pid = fork();

        if (pid < 0)
            return 1;
        if (pid == 0) {
            while (used_ms() < ms)
                continue;
            _exit(0);
        }
        wait(NULL); /* it is gone then, and the answer is ECHILD */
    }
    return 0;
}
