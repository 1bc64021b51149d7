/* leaver.c - leaver COUNT FLAG: ends as soon as it is continued while FLAG is there.
 *
 * In a session of its own, it leaves COUNT processes behind, in one group, which a HUP
 * ends. It says "up" when they are there, and is busy.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *flag;

static void on_continue(int signo)
{
    if (access(flag, F_OK) == 0)
        _exit(0);
}

static _Noreturn void stay(pid_t group)
{
    setpgid(0, group);
    signal(SIGHUP, SIG_DFL);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    pid_t group = 0;

    flag = argv[2];
    if (fork() > 0)
        return wait(NULL) < 0;
    setsid();
    for (int i = atoi(argv[1]); i > 0; i--) {
        pid_t pid = fork();

        if (pid == 0)
            stay(group);
        group = group ? group : pid;
        setpgid(pid, group);
    }
    signal(SIGCONT, on_continue);
    puts("up");
    fflush(stdout);
    for (;;)
        ;
}
