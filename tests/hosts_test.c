/* hosts_test.c - the host's children and signals are its own, whatever it does with
 * them, and the tasks' exit statuses are ours: every kind of host with every loop.
 *
 * ctest labels: process
 * ctest timeout: 180
 */
#include <errno.h>
#include <ev.h>
#include <neap/neap.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { TASKS = 200, CHILDREN = 10 };

/* What the host does about its children. */
enum kind { WAITS_FOR_EACH, IGNORES, WAITS_FOR_ALL, HANDLES };
/* In which loop the runtime is. */
enum way { ITS_OWN, IN_POLL, IN_A_LOOP, IN_THE_DEFAULT_LOOP, BESIDE_THE_DEFAULT_LOOP };

/* Of one host, which is a process of its own. */
static struct host {
    enum kind kind;
    enum way way;
    struct ev_loop *loop;
    volatile pid_t child[CHILDREN];
    volatile int status[CHILDREN];
    volatile int n_children, heard, strangers;
    int right, wrong;
} host;

#define check(truth)                                                                   \
    do {                                                                               \
        if (!(truth)) {                                                                \
            fprintf(stderr,                                                            \
                    "kind %d, way %d, line %d: %s (right %d, wrong %d, heard "         \
                    "%d, strangers %d): %s\n",                                         \
                    (int)host.kind, (int)host.way, __LINE__, #truth, host.right,       \
                    host.wrong, host.heard, host.strangers, neap_last_error());        \
            _exit(1);                                                                  \
        }                                                                              \
    } while (0)

static void hear(pid_t pid, int status)
{
    for (int i = 0; i < host.n_children; i++) {
        if (host.child[i] == pid) {
            host.status[i] = status;
            host.heard++;
            return;
        }
    }
    host.strangers++;
}

static void hear_all(void)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        hear(pid, status);
}

static void on_sigchld(int signo)
{
    int before = errno;

    hear_all();
    errno = before;
}

static void on_ev_child(struct ev_loop *loop, ev_child *w, int events)
{
    hear(w->rpid, w->rstatus);
}

static void start_child(void)
{
    sigset_t chld, before;
    int number = host.n_children;
    pid_t pid;

    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, &before); /* until it is noted */
    pid = fork();
    if (pid == 0) {
        nanosleep(&(struct timespec){.tv_nsec = number * 3000000}, NULL);
        _exit(100 + number);
    }
    host.child[number] = pid;
    host.n_children = number + 1;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* The host's own work, now and then. */
static void work(void *user, neap_runtime *rt, neap_timer id)
{
    if (host.n_children < CHILDREN)
        start_child();
    if (host.kind == WAITS_FOR_ALL)
        hear_all();
    if (host.way == BESIDE_THE_DEFAULT_LOOP)
        ev_run(host.loop, EVRUN_NOWAIT);
}

static void on_exit_of_task(void *user, neap_runtime *rt, neap_task *t, neap_how how,
                            int code)
{
    int wanted = atoi(t->about->name);

    if (how == NEAP_HOW_EXIT && code == wanted)
        host.right++;
    else
        host.wrong++;
}

static void set_up(void)
{
    static ev_child any;
    bool has_default =
        host.way == IN_THE_DEFAULT_LOOP || host.way == BESIDE_THE_DEFAULT_LOOP;

    if (has_default)
        host.loop = ev_default_loop(EVFLAG_NOENV);
    else if (host.way == IN_A_LOOP)
        host.loop = ev_loop_new(EVFLAG_NOENV);
    /* that loop waits for all itself, if its handler is not replaced */
    if (has_default && (host.kind == WAITS_FOR_EACH || host.kind == WAITS_FOR_ALL)) {
        ev_child_init(&any, on_ev_child, 0, 0);
        ev_child_start(host.loop, &any);
        ev_unref(host.loop);
    }
    if (host.kind == IGNORES)
        signal(SIGCHLD, SIG_IGN);
    else if (host.kind == HANDLES)
        sigaction(SIGCHLD,
                  &(struct sigaction){.sa_handler = on_sigchld, .sa_flags = SA_RESTART},
                  NULL);
    else if (!has_default)
        signal(SIGCHLD, SIG_DFL);
    for (int i = 0; i < CHILDREN / 2; i++)
        start_child();
}

static neap_runtime *start(void)
{
    neap_options o = {.size = sizeof o,
                      .max_alive = 20,
                      .on_exit = on_exit_of_task,
                      .loop = host.way == IN_A_LOOP || host.way == IN_THE_DEFAULT_LOOP
                                  ? host.loop
                                  : NULL};
    neap_runtime *rt = NULL;

    check(neap_new(&rt, &o) == 0);
    for (int i = 0; i < TASKS; i++) {
        char code[16];
        const char *argv[] = {"sh", "-c", "exit $0", code, NULL};
        neap_job job = {.size = sizeof job, .argv = argv, .spec = {.name = code}};

        snprintf(code, sizeof code, "%d", i);
        check(neap_spawn(rt, &job, NULL) == 0);
    }
    check(neap_every(rt, NEAP_MS, work, NULL, NULL, NULL) == 0);
    return rt;
}

static void run_in_poll(neap_runtime *rt)
{
    struct pollfd fd = {.fd = neap_fd(rt), .events = POLLIN};
    int left;

    check(fd.fd >= 0);
    do {
        poll(&fd, 1, 5000); /* the descriptor alone wakes us in time */
        left = neap_run_once(rt);
    } while (left == 1);
    check(left == 0);
}

static void run(neap_runtime *rt)
{
    switch (host.way) {
    case IN_POLL:
        run_in_poll(rt);
        break;
    case IN_A_LOOP:
    case IN_THE_DEFAULT_LOOP:
        ev_run(host.loop, 0);
        break;
    default:
        check(neap_run(rt) == 0);
    }
}

/* Those of whom nobody has told yet. */
static void wait_for_the_rest(void)
{
    int status;

    if (host.loop)
        ev_run(host.loop, EVRUN_NOWAIT);
    if (host.kind == IGNORES)
        return;
    for (int i = 0; i < CHILDREN; i++) {
        bool told = host.status[i] != 0;

        if (host.kind == WAITS_FOR_EACH && !told &&
            waitpid(host.child[i], &status, 0) == host.child[i])
            hear(host.child[i], status);
        for (int n = 0; n < 5000 && host.status[i] == 0; n++) {
            work(NULL, NULL, 0);
            if (host.loop)
                ev_run(host.loop, EVRUN_NOWAIT);
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
    }
}

static void be_host(enum kind kind, enum way way)
{
    struct sigaction before, after;
    neap_runtime *rt;

    alarm(50);
    host.kind = kind;
    host.way = way;
    set_up();
    sigaction(SIGCHLD, NULL, &before);
    rt = start();
    run(rt);
    check(host.right == TASKS && host.wrong == 0);
    check(host.strangers == 0);
    neap_free(rt);
    while (host.n_children < CHILDREN)
        start_child();
    wait_for_the_rest();
    sigaction(SIGCHLD, NULL, &after);
    check(before.sa_handler == after.sa_handler);
    check(before.sa_flags == after.sa_flags);
    check(host.strangers <= 1); /* the guard */
    for (int i = 0; i < CHILDREN && kind != IGNORES; i++)
        check(WIFEXITED(host.status[i]) && WEXITSTATUS(host.status[i]) == 100 + i);
    check(host.heard == (kind == IGNORES ? 0 : CHILDREN));
    _exit(0);
}

static void try_in(enum way way)
{
    for (enum kind kind = WAITS_FOR_EACH; kind <= HANDLES; kind++) {
        pid_t pid = fork();
        int status = -1;

        if (pid == 0)
            be_host(kind, way);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
}

static void statuses_are_right_in_the_runtimes_own_loop(void **state)
{
    try_in(ITS_OWN);
}

static void statuses_are_right_in_a_loop_of_poll(void **state)
{
    try_in(IN_POLL);
}

static void statuses_are_right_in_the_hosts_libev_loop(void **state)
{
    try_in(IN_A_LOOP);
}

static void statuses_are_right_in_libevs_default_loop(void **state)
{
    try_in(IN_THE_DEFAULT_LOOP);
}

static void statuses_are_right_beside_libevs_default_loop(void **state)
{
    try_in(BESIDE_THE_DEFAULT_LOOP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_are_right_in_the_runtimes_own_loop),
        cmocka_unit_test(statuses_are_right_in_a_loop_of_poll),
        cmocka_unit_test(statuses_are_right_in_the_hosts_libev_loop),
        cmocka_unit_test(statuses_are_right_in_libevs_default_loop),
        cmocka_unit_test(statuses_are_right_beside_libevs_default_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
