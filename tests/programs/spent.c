/* spent.c - runs a program and tells what it and all that it reaped have used.
 *
 *   spent FILE PROG [ARG]...
 *
 * FILE gets two numbers: ns of CPU time (of neap, its guard and its tasks, whatever
 * they did to hide, since each is reaped by one that is reaped), and the kB that the
 * largest of them had in memory. The exit code is the program's.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage used;
    int status;
    FILE *out;
    pid_t pid;

    if (argc < 3) {
        fprintf(stderr, "usage: spent FILE PROG [ARG]...\n");
        return 2;
    }
    pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return 126;
    getrusage(RUSAGE_CHILDREN, &used);
    out = fopen(argv[1], "w");
    if (!out)
        return 126;
    fprintf(out, "%lld %ld\n",
            (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000LL +
                (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000LL,
            used.ru_maxrss);
    fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
