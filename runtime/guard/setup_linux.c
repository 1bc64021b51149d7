/* setup_linux.c - makes a process a guard: session, subreaper, signals, descriptors,
 * memory. */
#include "guard.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

/* Nothing is ignored, whoever started us. The system call itself, since glibc's
 * sigaction() hides two signals, of which its posix_spawn() has left one ignored. */
static void reset_signals(void)
{
    static const unsigned long by_default[8]; /* the kernel's own struct sigaction */

    for (int signo = 1; signo < NSIG; signo++)
        syscall(SYS_rt_sigaction, signo, by_default, NULL, (NSIG - 1) / 8);
}

/* NOCLDSTOP: every hold and release of a task would wake us. */
static bool setup_signals(struct guard *g)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigset_t set;

    reset_signals();
    for (size_t i = 0; setup_ignored[i]; i++)
        sigaction(setup_ignored[i], &action, NULL);
    action = (struct sigaction){.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_SETMASK, &set, NULL);
    g->children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return g->children >= 0 || refuse("watch its children");
}

void *setup_memory(size_t size)
{
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory != MAP_FAILED)
        return memory;
    refuse("get memory");
    return NULL;
}

void setup_lock(void)
{
    /* Where allowed. ONFAULT: not all of libc. Not FUTURE: it would fail spawns. */
    mlockall(MCL_CURRENT | MCL_ONFAULT);
}

bool setup(struct guard *g, char **argv)
{
    bool keeper = strcmp(argv[NEAP_WIRE_ROLE], NEAP_WIRE_KEEPER) == 0;
    bool kept = strcmp(argv[NEAP_WIRE_ROLE], NEAP_WIRE_KEPT) == 0;

    prctl(PR_SET_NAME, keeper ? "neap-keeper" : "neap-guard", 0, 0, 0);
    if (!kept && setsid() < 0)
        return refuse("begin a session");
    if (keeper && !keep_begin(g, argv))
        return refuse("start the guard");
    if (!setup_descriptors(g) || !setup_signals(g))
        return false;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        return refuse("adopt orphans");
    g->runtime = (int)syscall(SYS_pidfd_open, g->parent, 0);
    if (g->runtime < 0 && errno != ENOSYS && errno != ESRCH)
        return refuse("watch the runtime");
    limits_raise_files();
    if (!keeper) /* it locks its memory when it becomes the guard */
        setup_lock();
    if (g->book_path[0] != '-')
        book_open(g);
    return true;
}

_Noreturn void setup_again(char **argv)
{
    execv("/proc/self/exe", argv);
    _exit(127);
}

bool setup_child(struct guard *g, pid_t *pid)
{
    struct signalfd_siginfo info;

    if (read(g->children, &info, sizeof info) != (ssize_t)sizeof info)
        return false;
    *pid = (pid_t)info.ssi_pid;
    return true;
}

/* The system call: waitid() hides that it tells the CPU time, too. */
bool setup_ended(idtype_t which, pid_t pid, siginfo_t *info, struct rusage *used)
{
    info->si_pid = 0;
    return syscall(SYS_waitid, which, pid, info, WEXITED | WNOHANG | WNOWAIT, used) ==
               0 &&
           info->si_pid != 0;
}
