/* setup_bsd.c - makes a process a guard: session, reaper, signals, descriptors, memory.
 *
 * A kqueue in place of each of Linux's descriptors: EVFILT_PROC for the runtime's
 * death, EVFILT_SIGNAL for SIGCHLD. That says that some children have ended, and names
 * none. Where orphans do not come to us (reaper.h) a task's daemons outlive neap.
 */
#include "guard.h"
#include "proc.h"
#include "reaper.h"
#include "table.h"

#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/event.h>
#include <sys/mman.h>
#include <sys/time.h>
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

/* A kqueue with one event; -1: errno. */
static int watch(const struct kevent *event)
{
    int queue = kqueue(), error;

    if (queue < 0)
        return -1;
    fcntl(queue, F_SETFD, FD_CLOEXEC);
    if (kevent(queue, event, 1, NULL, 0, NULL) == 0)
        return queue;
    error = errno;
    close(queue);
    errno = error;
    return -1;
}

/* NOCLDSTOP: every hold and release of a task would wake us. A kqueue hears of signals
 * that are at their default, too. */
static bool setup_signals(struct guard *g)
{
    const struct kevent ends = {
        .ident = SIGCHLD, .filter = EVFILT_SIGNAL, .flags = EV_ADD | EV_CLEAR};
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signo = 1; signo < NSIG;
         signo++) /* nothing is ignored, whoever began us */
        sigaction(signo, &action, NULL);
    action.sa_handler = SIG_IGN;
    for (size_t i = 0; setup_ignored[i]; i++)
        sigaction(setup_ignored[i], &action, NULL);
    action = (struct sigaction){.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    g->children = watch(&ends);
    return g->children >= 0 || refuse("watch its children");
}

/* ESRCH: it is dead, which main() sees. */
static bool setup_runtime(struct guard *g)
{
    const struct kevent death = {.ident = (uintptr_t)g->parent,
                                 .filter = EVFILT_PROC,
                                 .flags = EV_ADD,
                                 .fflags = NOTE_EXIT};

    g->runtime = watch(&death);
    return g->runtime >= 0 || errno == ESRCH || refuse("watch the runtime");
}

static bool setup_orphans(void)
{
    int r = neap_reaper_become();

    errno = -r;
    return r == 0 || r == -ENOSYS || refuse("adopt orphans");
}

void *setup_memory(size_t size)
{
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);

    if (memory != MAP_FAILED)
        return memory;
    refuse("get memory");
    return NULL;
}

void setup_lock(void)
{
    mlockall(MCL_CURRENT); /* where allowed. Not FUTURE: it would fail spawns */
}

bool setup(struct guard *g, char **argv)
{
    bool keeper = strcmp(argv[NEAP_WIRE_ROLE], NEAP_WIRE_KEEPER) == 0;
    bool kept = strcmp(argv[NEAP_WIRE_ROLE], NEAP_WIRE_KEPT) == 0;

    if (!kept && setsid() < 0)
        return refuse("begin a session");
    if (!setup_orphans()) /* first: who is forked before that is not below us */
        return false;
    if (keeper && !keep_begin(g, argv))
        return refuse("start the guard");
    if (!setup_descriptors(g) || !setup_signals(g) || !setup_runtime(g))
        return false;
    limits_raise_files();
    if (!keeper) /* it locks its memory when it becomes the guard */
        setup_lock();
    if (g->book_path[0] != '-')
        book_open(g);
    return true;
}

/* By a keeper, which there is only where orphans come to us. */
_Noreturn void setup_again(char **argv)
{
    char path[PATH_MAX];

    if (neap_reaper_program(path, sizeof path) == 0)
        execv(path, argv);
    _exit(127);
}

bool setup_child(struct guard *g, pid_t *pid)
{
    const struct timespec at_once = {0, 0};
    struct kevent came;

    kevent(g->children, NULL, 0, &came, 1, &at_once);
    return false;
}

/* What it has used is in the table, as long as it is a zombie. */
bool setup_ended(idtype_t which, pid_t pid, siginfo_t *info, struct rusage *used)
{
    int64_t own = 0, waited = 0;

    info->si_pid = 0;
    if (waitid(which, (id_t)pid, info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info->si_pid == 0)
        return false;
    neap_table_used(info->si_pid, &own, &waited);
    own = (own + waited) / 1000;
    memset(used, 0, sizeof *used);
    used->ru_utime.tv_sec = (time_t)(own / 1000000);
    used->ru_utime.tv_usec = (suseconds_t)(own % 1000000);
    return true;
}
