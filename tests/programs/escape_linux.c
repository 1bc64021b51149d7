/* escape_linux.c - the escape artist: does what makes a process hard to hold, count and
 * end.
 *
 *   escape LEDGER MODE
 *
 * Each member of the tree enters the ledger and computes. MODE is one of those in the
 * table at the end, or `all`: a child for each of them.
 */
#include "ledger.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS INT64_C(1000000)

enum { STORM = 4 };

static char **arguments;

/* It works beside us from now on. */
static pid_t beside(void (*life)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        life();
        _exit(0);
    }
    if (pid < 0)
        _exit(4);
    return pid;
}

static void plain(void)
{
    ledger_work_as("plain");
}

static void in_a_session_of_its_own(void)
{
    setsid();
    ledger_work_as("setsid");
}

static void session(void)
{
    beside(in_a_session_of_its_own);
    ledger_work_as("session leader");
}

static void orphan(void)
{
    ledger_work_as("orphan");
}

static void start_an_orphan(void)
{
    beside(orphan);
}

static void double_fork(void)
{
    waitpid(beside(start_an_orphan), NULL, 0);
    ledger_work_as("double fork");
}

static void daemon_proper(void)
{
    if (chdir("/") != 0)
        _exit(4);
    for (int fd = 0; fd < 64; fd++)
        close(fd);
    ledger_work_as("daemon");
}

static void start_a_daemon(void)
{
    setsid();
    beside(daemon_proper);
}

static void daemonise(void)
{
    waitpid(beside(start_a_daemon), NULL, 0);
    ledger_work_as("daemon's parent");
}

static void without_an_environment(void)
{
    execve("/proc/self/exe",
           (char *[]){arguments[0], arguments[1], (char[]){"plain"}, NULL},
           (char *[]){NULL});
    _exit(4);
}

static void start_a_clean_daemon(void)
{
    setsid();
    beside(without_an_environment);
}

static void clean_daemon(void)
{
    waitpid(beside(start_a_clean_daemon), NULL, 0);
    ledger_work_as("clean daemon");
}

static void short_life(void)
{
    ledger_entry *e = ledger_join("storm");

    ledger_work(e, MS);
    ledger_leave(e);
}

static void storm(void)
{
    for (int i = 0;; i++) {
        beside(short_life);
        if (i >= STORM)
            wait(NULL);
    }
}

/* Of every generation only the last lives. */
static void hop(void)
{
    setsid();
    for (;;) {
        ledger_entry *e = ledger_join("hop");

        ledger_work(e, 3 * MS);
        ledger_leave(e);
        if (fork() > 0)
            _exit(0);
    }
}

static void start_a_hop(void)
{
    beside(hop);
    ledger_work_as("hop's parent");
}

/* As hop, but no two in the same session. */
static void comet(void)
{
    setsid();
    for (;;) {
        ledger_entry *e = ledger_join("comet");

        ledger_work(e, 3 * MS);
        ledger_leave(e);
        if (fork() > 0)
            _exit(0);
        setsid();
    }
}

static void start_a_comet(void)
{
    beside(comet);
    ledger_work_as("comet's parent");
}

/* The parent waits in the kernel, where no stop reaches it, until the child is gone. */
static void slow_vfork(void)
{
    ledger_entry *e = ledger_join("vfork");

    for (;;) {
        pid_t pid = vfork();

        if (pid == 0) {
            ledger_work(e, 30 * MS);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
        ledger_work(e, MS);
    }
}

static void deaf(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int signo = 1; signo < NSIG; signo++)
        signal(signo, SIG_IGN);
    ledger_work_as("deaf");
}

static void *outlive(void *none)
{
    ledger_work_as("thread");
}

static void thread(void)
{
    pthread_t worker;

    if (pthread_create(&worker, NULL, outlive, NULL) != 0)
        _exit(4);
    pthread_exit(NULL);
}

static void in_a_new_group(void)
{
    setpgid(0, 0);
    ledger_work_as("new group");
}

/* Now in its sibling's group, now in one of its own, now in its parent's. */
static void regroup(void)
{
    pid_t sibling = beside(in_a_new_group), parents = getpgrp();
    pid_t groups[] = {sibling, 0, parents};

    setpgid(sibling, sibling);
    if (fork() > 0)
        ledger_work_as("regroup");
    for (int i = 0;; i++) {
        ledger_entry *e = ledger_join("changer");

        setpgid(0, groups[i % 3]);
        ledger_work(e, 20 * MS);
        ledger_leave(e);
    }
}

/* The leader of our session is the guard. */
static void guests_of_the_guard(void)
{
    setpgid(0, getsid(0));
    ledger_work_as("guard's guest");
}

static void guest(void)
{
    beside(guests_of_the_guard);
    ledger_work_as("guest's parent");
}

static const struct mode {
    const char *name;
    void (*life)(void);
} modes[] = {
    {"plain", plain},         {"session", session},    {"double_fork", double_fork},
    {"daemon", daemonise},    {"clean", clean_daemon}, {"storm", storm},
    {"hop", start_a_hop},     {"vfork", slow_vfork},   {"deaf", deaf},
    {"thread", thread},       {"regroup", regroup},    {"guest", guest},
    {"comet", start_a_comet}, /* not among `all` */
};

enum { MODES = sizeof modes / sizeof *modes };

static void all(void)
{
    for (int i = 0; i < MODES - 1; i++)
        beside(modes[i].life);
    ledger_work_as("leader");
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: escape LEDGER MODE\n");
        return 2;
    }
    arguments = argv;
    ledger_open(argv[1]);
    if (strcmp(argv[2], "all") == 0)
        all();
    for (int i = 0; i < MODES; i++)
        if (strcmp(argv[2], modes[i].name) == 0)
            modes[i].life();
    fprintf(stderr, "escape: no mode \"%s\"\n", argv[2]);
    return 2;
}
