/* child.c - what a child does between fork and exec. Nothing here may
 * allocate. */
#include "guard.h"
#include "line.h"
#include "lineage.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The line takes the number of the guard's socket, so that the child holds no end of
 * that. */
enum { LINE = NEAP_WIRE_FD };

static _Noreturn void give_up(int error)
{
    send(LINE, &error, sizeof error, MSG_NOSIGNAL);
    _exit(127);
}

static void take_line(int line)
{
    if (dup2(line, LINE) < 0 || fcntl(LINE, F_SETFD, FD_CLOEXEC) < 0)
        _exit(127);
}

static void open_null(int flags, int as)
{
    int fd = open("/dev/null", flags | O_CLOEXEC);

    if (fd < 0 || dup2(fd, as) < 0)
        give_up(errno);
    close(fd);
}

/* 0, 1 and 2 as the job says. What came for it has numbers above LINE; the rest there
 * is the guard's, and may fill the table. */
static void take_descriptors(const neap_wire_job *job)
{
    for (int i = 0; i < NEAP_WIRE_FDS; i++)
        if (job->fds[i] >= 0 && dup2(job->fds[i], i) < 0)
            give_up(errno);
    neap_proc_close_from(LINE + 1);
    if (!job->inherit_stdin && job->fds[STDIN_FILENO] < 0)
        open_null(O_RDONLY, STDIN_FILENO);
    for (int i = STDOUT_FILENO; job->null_output && i <= STDERR_FILENO; i++)
        if (job->fds[i] < 0)
            open_null(O_WRONLY, i);
}

/* The defaults, but for HUP: as under nohup, since the kernel sends one to a task that
 * is stopped when the guard dies, to set it free. */
static void reset_signals(void)
{
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (size_t i = 0; setup_ignored[i]; i++)
        if (setup_ignored[i] != SIGHUP)
            sigaction(setup_ignored[i], &by_default, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void wait_for_go(void)
{
    char byte;
    ssize_t n;

    do
        n = read(LINE, &byte, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1) /* the guard is gone */
        _exit(127);
}

_Noreturn void child_run(uint64_t tag, const neap_wire_job *job, char **slots, int line)
{
    int error;

    setpgid(0, 0);
    neap_lineage_set(getsid(0), tag);
    take_line(line);
    take_descriptors(job);
    reset_signals();
    limits_place(job->cpus);
    error = limits_apply(job);
    if (error)
        give_up(error);
    if (job->cwd && chdir(job->cwd) != 0)
        give_up(errno | NEAP_WIRE_DIRECTORY << LIMITS_SHIFT);
    wait_for_go();
    execve(job->program, job->argv, job->env);
    if (errno != ENOEXEC)
        give_up(errno);
    slots[0] = (char[]){"/bin/sh"};
    slots[1] = (char *)job->program;
    execve(slots[0], slots, job->env);
    give_up(errno);
}
