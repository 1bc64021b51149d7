/* setup_portable.c - makes a process a guard: session, signals, descriptors, memory.
 *
 * There are no subreapers: who leaves its group is lost to us. So there is no keeper
 * either, and our children are the tasks' leaders, and nobody else. Their ends are
 * heard through a pipe that a handler of SIGCHLD writes to. */
#include "guard.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool refuse(const char *what)
{
    fprintf(stderr, "neap-guard: cannot %s: %s\n", what, strerror(errno));
    return false;
}

/* 0, 1 and 2 must be something, or a task would find our descriptors there. */
static bool setup_descriptors(struct guard *g)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return refuse("open /dev/null");
    g->socket = NEAP_WIRE_FD;
    if (fcntl(g->socket, F_SETFD, FD_CLOEXEC) != 0)
        return refuse("use its socket");
    neap_proc_close_from(NEAP_BOOK_FD + (g->book_path[0] != '-'));
    return true;
}

/* What a terminal or a person sends to a whole group must not end the guard. */
const int setup_ignored[] = {SIGHUP,  SIGINT,  SIGTERM, SIGQUIT, SIGPIPE,
                             SIGTSTP, SIGTTIN, SIGTTOU, 0};

static int children[2]; /* a pipe: the pids that SIGCHLD has named */
static pid_t guard;

/* In a child before its exec it says nothing. A full pipe can be read all the same. */
static void on_child(int signo, siginfo_t *info, void *context)
{
    const pid_t pid = info->si_pid;
    int error = errno;

    if (getpid() == guard)
        while (write(children[1], &pid, sizeof pid) < 0 && errno == EINTR)
            continue;
    errno = error;
}

static bool setup_children(struct guard *g)
{
    if (pipe(children) != 0)
        return refuse("watch its children");
    for (int i = 0; i < 2; i++) {
        fcntl(children[i], F_SETFD, FD_CLOEXEC);
        fcntl(children[i], F_SETFL, O_NONBLOCK);
    }
    guard = getpid();
    g->children = children[0];
    return true;
}

/* Nothing is ignored but that, whoever started us. NOCLDSTOP: every hold and release of
 * a task would wake us. */
static bool setup_signals(struct guard *g)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signo = 1; signo <= SIGRTMAX; signo++)
        if (signo != SIGKILL && signo != SIGSTOP)
            sigaction(signo, &action, NULL);
    action.sa_handler = SIG_IGN;
    for (size_t i = 0; setup_ignored[i]; i++)
        sigaction(setup_ignored[i], &action, NULL);
    if (!setup_children(g))
        return false;
    action = (struct sigaction){.sa_sigaction = on_child,
                                .sa_flags = SA_NOCLDSTOP | SA_SIGINFO | SA_RESTART};
    sigfillset(&action.sa_mask);
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    return true;
}

void *setup_memory(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory)
        refuse("get memory");
    return memory;
}

void setup_lock(void)
{
}

bool setup(struct guard *g, char **argv)
{
    if (strcmp(argv[NEAP_WIRE_ROLE], NEAP_WIRE_ALONE) != 0) {
        errno = ENOSYS;
        return refuse("keep a guard");
    }
    if (setsid() < 0)
        return refuse("begin a session");
    if (!setup_descriptors(g) || !setup_signals(g))
        return false;
    g->runtime = -1;
    limits_raise_files();
    if (g->book_path[0] != '-')
        book_open(g);
    return true;
}

_Noreturn void setup_again(char **argv)
{
    _exit(127);
}

bool setup_child(struct guard *g, pid_t *pid)
{
    return read(g->children, pid, sizeof *pid) == (ssize_t)sizeof *pid;
}

/* POSIX's waitid() does not tell what was used: a zombie still has its clock. */
static void read_used(pid_t pid, struct rusage *used)
{
    struct timespec t = {0};
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) == 0)
        clock_gettime(clock, &t);
    *used = (struct rusage){
        .ru_utime = {.tv_sec = t.tv_sec, .tv_usec = (suseconds_t)(t.tv_nsec / 1000)}};
}

bool setup_ended(idtype_t which, pid_t pid, siginfo_t *info, struct rusage *used)
{
    info->si_pid = 0;
    if (waitid(which, (id_t)pid, info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info->si_pid == 0)
        return false;
    read_used(info->si_pid, used);
    return true;
}
