/* events_test.c - neap/events.h in a host: its signals, its children, and signals that
 * pass a policy on their way to a task.
 *
 * ctest labels: process
 */
#include <neap/neap.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static int calls;
static neap_how last_how;
static int last_code;

static neap_runtime *start(void)
{
    neap_runtime *rt = NULL;

    calls = 0;
    assert_int_equal(neap_new(&rt, &(neap_options){.size = sizeof(neap_options)}), 0);
    return rt;
}

/* As a host with a loop of its own would, for at most 10 s. */
static int run_by_descriptor(neap_runtime *rt)
{
    neap_ns until = neap_now(rt) + 10 * NEAP_S;
    int left = 1;

    while (left == 1 && neap_now(rt) < until) {
        poll(&(struct pollfd){.fd = neap_fd(rt), .events = POLLIN}, 1, 5000);
        left = neap_run_once(rt);
    }
    return left;
}

static void note_signal(void *user, neap_runtime *rt, int signo)
{
    calls += signo;
}

static void ours(int signo)
{
    calls += 1000;
}

static void a_signal_that_is_given_back_is_the_hosts_again(void **state)
{
    neap_runtime *rt = start();

    sigaction(SIGUSR2, &(struct sigaction){.sa_handler = ours}, NULL);
    assert_int_equal(neap_on_signal(rt, SIGUSR2, note_signal, NULL), 0);
    raise(SIGUSR2);
    assert_int_equal(neap_run_once(rt), 0);
    assert_int_equal(calls, SIGUSR2);
    assert_int_equal(neap_on_signal(rt, SIGUSR2, NULL, NULL), 0);
    raise(SIGUSR2);
    assert_int_equal(calls, SIGUSR2 + 1000);
    assert_int_equal(neap_on_signal(rt, SIGUSR2, note_signal, NULL), 0);
    neap_free(rt);
    raise(SIGUSR2);
    assert_int_equal(calls, SIGUSR2 + 2000);
    signal(SIGUSR2, SIG_DFL);
}

static void note_child(void *user, neap_runtime *rt, int pid, neap_how how, int code)
{
    assert_int_equal(pid, *(pid_t *)user);
    calls++;
    last_how = how;
    last_code = code;
}

static pid_t child_that(int code, int signo)
{
    pid_t pid = fork();

    if (pid == 0) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        if (signo)
            raise(signo);
        _exit(code);
    }
    return pid;
}

static void the_hosts_own_children_are_watched_one_by_one(void **state)
{
    neap_runtime *rt = start();
    pid_t a = child_that(3, 0), other = child_that(9, 0), b;
    int status;

    assert_int_equal(neap_on_child(rt, a, note_child, &a), 0);
    assert_int_equal(neap_run(rt), 0);
    assert_int_equal(calls, 1);
    assert_int_equal(last_how, NEAP_HOW_EXIT);
    assert_int_equal(last_code, 3);
    assert_int_equal(waitpid(a, NULL, WNOHANG), -1);
    assert_int_equal(waitpid(other, &status, 0), other); /* nobody has taken it */
    assert_int_equal(WEXITSTATUS(status), 9);
    b = child_that(0, SIGTERM);
    assert_int_equal(neap_on_child(rt, b, note_child, &b), 0);
    assert_int_equal(run_by_descriptor(rt), 0);
    assert_int_equal(last_how, NEAP_HOW_SIGNAL);
    assert_int_equal(last_code, SIGTERM);
    b = child_that(0, 0);
    assert_int_equal(neap_on_child(rt, b, note_child, &b), 0);
    assert_int_equal(neap_on_child(rt, b, NULL, NULL), 0);
    assert_int_equal(waitpid(b, NULL, 0), b);
    assert_int_equal(neap_run(rt), 0);
    assert_int_equal(calls, 2);
    assert_int_equal(neap_on_child(rt, b, note_child, &b), -NEAP_EINVAL);
    assert_int_equal(neap_on_child(rt, getppid(), note_child, &b), -NEAP_EINVAL);
    neap_free(rt);
}

static void a_child_that_is_watched_outlives_the_runtime(void **state)
{
    neap_runtime *rt = start();
    neap_ns begin = neap_now(rt), took;
    pid_t pid = fork();

    if (pid == 0) {
        alarm(10);
        pause();
    }
    assert_int_equal(neap_on_child(rt, pid, note_child, &pid), 0);
    neap_free(rt);
    rt = start();
    took = neap_now(rt) - begin;
    neap_free(rt);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(calls, 0);
    assert_true(took <
                2 * NEAP_S); /* its grace time, and as much again, if it waited */
}

/* First come, first served; who got a USR1 is served first. */
struct urgent {
    neap_fifo queue;
    neap_id boosted;
};

static void urgent_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct urgent *u = c->state;

    if (t->id == u->boosted)
        neap_fifo_push_front(&u->queue, t);
    else
        neap_fifo_push(&u->queue, t);
}

static void urgent_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    neap_fifo_remove(&((struct urgent *)c->state)->queue, t);
}

static neap_task *urgent_pick(neap_ctx *c, int cpu)
{
    return neap_fifo_take(&((struct urgent *)c->state)->queue, cpu);
}

static void urgent_signal(neap_ctx *c, neap_task *t, int signo)
{
    struct urgent *u = c->state;

    if (signo != SIGUSR1)
        return;
    u->boosted = t->id;
    if (t->state == NEAP_STATE_READY) {
        neap_fifo_remove(&u->queue, t);
        neap_fifo_push_front(&u->queue, t);
    }
    neap_resched(c, 0);
}

static neap_ns urgent_slice(neap_ctx *c, neap_task *t)
{
    return NEAP_FOREVER;
}

static const neap_policy urgent = {
    .name = "urgent",
    .summary = "who got a USR1 is served first",
    .flags = NEAP_STARVES,
    .state_size = sizeof(struct urgent),
    .enqueue = urgent_enqueue,
    .dequeue = urgent_dequeue,
    .pick = urgent_pick,
    .slice = urgent_slice,
    .signal = urgent_signal,
};

static neap_id spawn_busy(neap_runtime *rt)
{
    const char *argv[] = {"sh", "-c", "trap : USR1; while :; do :; done", NULL};
    neap_job job = {.size = sizeof job, .argv = argv};
    neap_id id = 0;

    assert_int_equal(neap_spawn(rt, &job, &id), 0);
    return id;
}

/* Until it has the cpu, for at most 10 s. */
static int run_until_on_cpu(neap_runtime *rt, neap_id id)
{
    for (int i = 0; i < 1000; i++) {
        neap_task *t = neap_current(rt, 0);

        if (t && t->id == id)
            return 0;
        if (neap_run_for(rt, 10 * NEAP_MS) < 0)
            break;
    }
    return -1;
}

static void a_policy_may_boost_a_task_that_gets_a_signal(void **state)
{
    neap_options o = {
        .size = sizeof o, .cpus = 1, .table = &urgent, .grace = 50 * NEAP_MS};
    neap_runtime *rt = NULL;
    neap_id first, third;

    assert_int_equal(neap_new(&rt, &o), 0);
    first = spawn_busy(rt);
    spawn_busy(rt);
    third = spawn_busy(rt);
    assert_int_equal(run_until_on_cpu(rt, first), 0);
    assert_int_equal(neap_task_signal(rt, third, SIGUSR1), 0);
    assert_int_equal(run_until_on_cpu(rt, third), 0);
    assert_int_equal(neap_run_for(rt, 100 * NEAP_MS), 0);
    assert_int_equal(neap_current(rt, 0)->id, third); /* and keeps its cpu */
    neap_end(rt, NEAP_KILL_NOW);
    neap_free(rt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_that_is_given_back_is_the_hosts_again),
        cmocka_unit_test(the_hosts_own_children_are_watched_one_by_one),
        cmocka_unit_test(a_child_that_is_watched_outlives_the_runtime),
        cmocka_unit_test(a_policy_may_boost_a_task_that_gets_a_signal),
    };

    alarm(50);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
