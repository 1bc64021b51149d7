/* tracer_linux.c - a debugger that swallows every stop of the program that it runs.
 *
 *   tracer PROG [ARG]...
 *
 * The program runs on as if nobody had ever stopped it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static void swallow(pid_t pid, int status)
{
    int signo = WSTOPSIG(status);

    if (signo == SIGSTOP || signo == SIGTRAP)
        signo = 0;
    ptrace(PTRACE_CONT, pid, NULL, (void *)(long)signo);
}

int main(int argc, char **argv)
{
    int status = 0;
    pid_t pid;

    if (argc < 2) {
        fprintf(stderr, "usage: tracer PROG [ARG]...\n");
        return 2;
    }
    pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    while (pid > 0 && (waitpid(pid, &status, 0) == pid || errno == EINTR)) {
        if (WIFSTOPPED(status))
            swallow(pid, status);
        else
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return 126;
}
