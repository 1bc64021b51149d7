/* pass_linux.c - a fork into the cgroup of a task. */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIRECTORIES = 4 };

static pid_t fork_into(int cgroup)
{
    struct clone_args args = {
        .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (unsigned)cgroup};

    return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

/* Neither is there clone3 everywhere (seccomp, before 5.7), nor does a 5.4 know so long
 * a request. */
static bool has_no_clone3(int error)
{
    return error == ENOSYS || error == EPERM || error == EINVAL || error == E2BIG;
}

static int move(pid_t pid, int cgroup)
{
    char number[16];
    int size = snprintf(number, sizeof number, "%d", (int)pid);
    int fd = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    int error = fd < 0 || write(fd, number, (size_t)size) != size ? errno : 0;

    if (fd >= 0)
        close(fd);
    return error;
}

/* The child waits for its go, so it has started nothing when it is moved. */
static pid_t fork_and_move(int cgroup)
{
    pid_t pid = fork();
    int error = pid > 0 ? move(pid, cgroup) : 0;

    if (error == 0)
        return pid;
    if (kill(pid, SIGKILL) == 0) /* else it ends with its line */
        waitpid(pid, NULL, 0);
    errno = error;
    return -1;
}

/* Of the cgroups that were named last: a runtime uses a few again and again. */
static struct directory {
    char *path;
    int fd;
} directories[DIRECTORIES];

static void forget(struct directory *d)
{
    if (d->path)
        close(d->fd);
    free(d->path);
    d->path = NULL;
}

/* NULL: errno says why. */
static struct directory *find(const char *path)
{
    static unsigned turn;
    struct directory *d = directories;

    for (; d < directories + DIRECTORIES; d++)
        if (d->path && strcmp(d->path, path) == 0)
            return d;
    d = &directories[turn++ % DIRECTORIES];
    forget(d);
    d->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (d->fd < 0)
        return NULL;
    d->path = strdup(path);
    if (d->path)
        return d;
    close(d->fd);
    errno = ENOMEM;
    return NULL;
}

pid_t pass_fork(const neap_wire_job *job)
{
    struct directory *d = job->cgroup ? find(job->cgroup) : NULL;
    pid_t pid;
    int error;

    if (!job->cgroup)
        return fork();
    if (!d)
        return -1;
    pid = fork_into(d->fd);
    if (pid < 0 && has_no_clone3(errno))
        pid = fork_and_move(d->fd);
    if (pid >= 0) /* the child closes all that it has */
        return pid;
    error = errno;
    forget(d); /* it may have been made anew */
    errno = error;
    return -1;
}
