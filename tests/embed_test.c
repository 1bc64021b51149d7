/* embed_test.c - a runtime in a host: in its loop, and what becomes of it in the child of
 * a fork.
 *
 * ctest labels: process
 */
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

static int exits, calls;
static neap_how last_how;
static int last_code;

static void on_exit_of_task(void *user, neap_runtime *rt, neap_task *t, neap_how how,
                            int code)
{
    exits++;
    last_how = how;
    last_code = code;
}

static neap_runtime *start(struct ev_loop *loop)
{
    neap_options o = {.size = sizeof o,
                      .cpus = 1,
                      .grace = 50 * NEAP_MS,
                      .on_exit = on_exit_of_task,
                      .loop = loop};
    neap_runtime *rt = NULL;

    exits = calls = 0;
    assert_int_equal(neap_new(&rt, &o), 0);
    return rt;
}

static neap_id spawn(neap_runtime *rt, const char *line)
{
    const char *argv[] = {"sh", "-c", line, NULL};
    neap_job job = {.size = sizeof job, .argv = argv};
    neap_id id = 0;

    assert_int_equal(neap_spawn(rt, &job, &id), 0);
    return id;
}

static void count(void *user, neap_runtime *rt, neap_timer id)
{
    calls++;
}

static bool is_readable(int fd, int ms)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};

    return poll(&one, 1, ms) == 1;
}

/* With the descriptor alone, as a host would, for at most 10 s. */
static int run_by_descriptor(neap_runtime *rt)
{
    neap_ns until = neap_now(rt) + 10 * NEAP_S;
    int left = 1;

    while (left == 1 && neap_now(rt) < until) {
        is_readable(neap_fd(rt), 5000);
        left = neap_run_once(rt);
    }
    return left;
}

/* Until it says that nothing is due. */
static void settle(neap_runtime *rt)
{
    for (int i = 0; i < 100 && is_readable(neap_fd(rt), 0); i++)
        neap_run_once(rt);
    assert_false(is_readable(neap_fd(rt), 0));
}

static void the_descriptor_is_readable_when_a_timer_is_due(void **state)
{
    neap_runtime *rt = start(NULL);

    settle(rt);
    assert_true(neap_timeout(rt) == NEAP_FOREVER);
    assert_int_equal(neap_after(rt, 30 * NEAP_MS, count, NULL, NULL, NULL), 0);
    settle(rt);
    assert_int_equal(calls, 0);
    assert_in_range((unsigned long)neap_timeout(rt), 1, 30 * NEAP_MS);
    assert_true(is_readable(neap_fd(rt), 5000));
    assert_true(neap_timeout(rt) == 0);
    assert_int_equal(run_by_descriptor(rt), 0);
    assert_int_equal(calls, 1);
    neap_free(rt);
}

static void what_is_asked_from_outside_wakes_who_waits(void **state)
{
    neap_runtime *rt = start(NULL);

    settle(rt);
    spawn(rt, "exit 4");
    assert_true(neap_timeout(rt) == 0);
    assert_true(is_readable(neap_fd(rt), 1000));
    assert_int_equal(run_by_descriptor(rt), 0);
    assert_int_equal(exits, 1);
    assert_int_equal(last_code, 4);
    neap_free(rt);
}

static void note_signal(void *user, neap_runtime *rt, int signo)
{
    calls += signo;
}

static void the_descriptor_is_readable_when_a_signal_came(void **state)
{
    neap_runtime *rt = start(NULL);

    assert_int_equal(neap_on_signal(rt, SIGUSR2, note_signal, NULL), 0);
    settle(rt);
    raise(SIGUSR2);
    assert_true(is_readable(neap_fd(rt), 1000));
    neap_run_once(rt);
    assert_int_equal(calls, SIGUSR2);
    settle(rt);
    neap_free(rt);
}

static void run_once_never_waits(void **state)
{
    neap_runtime *rt = start(NULL);
    neap_id id = spawn(rt, "sleep 30");
    neap_ns from;

    while (neap_find(rt, id)->state != NEAP_STATE_RUNNING) {
        is_readable(neap_fd(rt), 1000);
        assert_int_equal(neap_run_once(rt), 1);
    }
    from = neap_now(rt);
    for (int i = 0; i < 50; i++)
        assert_int_equal(neap_run_once(rt), 1);
    assert_true(neap_now(rt) - from < 10 * NEAP_S); /* it sleeps for longer */
    assert_int_equal(neap_task_kill(rt, id, NEAP_KILL_NOW), 0);
    assert_int_equal(run_by_descriptor(rt), 0);
    assert_int_equal(last_how, NEAP_HOW_SIGNAL);
    neap_free(rt);
}

static void a_virtual_runtime_has_nothing_to_wait_for(void **state)
{
    neap_options o = {.size = sizeof o, .clock = NEAP_CLOCK_VIRTUAL};
    neap_runtime *rt = NULL;

    assert_int_equal(neap_new(&rt, &o), 0);
    assert_int_equal(neap_fd(rt), -NEAP_EUNSUPPORTED);
    assert_int_equal(neap_after(rt, NEAP_S, count, NULL, NULL, NULL), 0);
    assert_int_equal(neap_run_once(rt), 1);
    assert_true(neap_timeout(rt) == NEAP_S);
    neap_free(rt);
    o.loop = ev_default_loop(EVFLAG_NOENV);
    assert_int_equal(neap_new(&rt, &o), -NEAP_EINVAL);
}

static void tick(struct ev_loop *loop, ev_timer *w, int events)
{
    ++*(int *)w->data;
}

static void the_hosts_loop_ends_with_the_tasks_and_is_its_own_again(void **state)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_NOENV);
    neap_runtime *rt = start(loop);
    int ticks = 0, before;
    ev_timer timer;

    ev_timer_init(&timer, tick, 0.01, 0.01);
    timer.data = &ticks;
    ev_timer_start(loop, &timer);
    ev_unref(loop);
    ev_run(loop, 0); /* nothing keeps it */
    spawn(rt, "exit 1");
    spawn(rt, "sleep 0.1; exit 2");
    ev_run(loop, 0);
    assert_int_equal(exits, 2);
    assert_true(ticks > 1);
    spawn(rt, "exit 3");
    assert_int_equal(neap_run(rt), 0); /* the same, asked the other way */
    assert_int_equal(exits, 3);
    spawn(rt, "sleep 30");
    ev_run(loop, EVRUN_NOWAIT);
    before = ticks;
    neap_free(rt); /* takes a while, in which the host is not called */
    assert_int_equal(ticks, before);
    assert_int_equal(exits, 4);
    ev_ref(loop);
    ev_run(loop, EVRUN_ONCE);
    assert_true(ticks > before);
    ev_timer_stop(loop, &timer);
    ev_loop_destroy(loop);
}

static void several_runtimes_share_a_loop(void **state)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_NOENV);
    neap_runtime *one = start(loop), *two = start(loop), *own = start(NULL);

    spawn(one, "exit 1");
    spawn(two, "sleep 0.05; exit 2");
    spawn(own, "exit 3");
    ev_run(loop, 0);
    assert_int_equal(exits, 2);
    neap_free(two);
    assert_int_equal(neap_run(own), 0);
    spawn(one, "exit 1");
    ev_run(loop, 0);
    assert_int_equal(exits, 4);
    neap_free(one);
    neap_free(own);
    ev_loop_destroy(loop);
}

/* A child's exit status says in which line it failed. */
#define child_check(truth)                                                             \
    do {                                                                               \
        if (!(truth)) {                                                                \
            fprintf(stderr, "line %d: %s\n", __LINE__, #truth);                        \
            _exit(1);                                                                  \
        }                                                                              \
    } while (0)

static void be_forked(neap_runtime *rt, struct ev_loop *loop, neap_id id)
{
    const char *argv[] = {"true", NULL};
    neap_job job = {.size = sizeof job, .argv = argv};

    alarm(20);
    child_check(neap_spawn(rt, &job, NULL) == -NEAP_ESTATE);
    child_check(strstr(neap_last_error(), "forked"));
    child_check(neap_run(rt) == -NEAP_ESTATE);
    child_check(neap_run_once(rt) == -NEAP_ESTATE);
    child_check(neap_task_kill(rt, id, NEAP_KILL_NOW) == -NEAP_ESTATE);
    child_check(neap_after(rt, 0, count, NULL, NULL, NULL) == -NEAP_ESTATE);
    if (loop) {
        ev_loop_fork(loop);
        ev_run(loop, EVRUN_NOWAIT);
    }
    neap_free(rt);
    rt = NULL;
    exits = 0;
    child_check(neap_new(&rt, &(neap_options){.size = sizeof(neap_options),
                                              .on_exit = on_exit_of_task}) == 0);
    child_check(neap_spawn(rt, &job, NULL) == 0);
    child_check(neap_run(rt) == 0 && exits == 1);
    neap_free(rt);
    _exit(0);
}

static void fork_in(struct ev_loop *loop, const char *record)
{
    neap_options o = {.size = sizeof o,
                      .cpus = 1,
                      .on_exit = on_exit_of_task,
                      .record = record,
                      .loop = loop};
    neap_runtime *rt = NULL;
    neap_id id, other;
    pid_t pid;
    int status = -1;

    exits = 0;
    assert_int_equal(neap_new(&rt, &o), 0);
    id = spawn(rt, "i=0; while [ $i -lt 60000 ]; do i=$((i + 1)); done; exit 5");
    other = spawn(rt, "i=0; while [ $i -lt 60000 ]; do i=$((i + 1)); done; exit 5");
    if (!loop)
        assert_true(neap_fd(rt) >= 0);
    while (!neap_find(rt, id)->about->pid || !neap_find(rt, other)->about->pid)
        assert_int_equal(neap_run_for(rt, NEAP_MS), 0);
    pid = fork();
    if (pid == 0)
        be_forked(rt, loop, id);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(exits, 0);
    if (loop)
        ev_run(loop, 0);
    else
        assert_int_equal(run_by_descriptor(rt), 0);
    assert_int_equal(exits, 2);
    assert_int_equal(last_how, NEAP_HOW_EXIT);
    assert_int_equal(last_code, 5);
    neap_free(rt);
}

static void the_child_of_a_fork_lets_go_and_the_parent_goes_on(void **state)
{
    char path[] = "/tmp/neap-embed-XXXXXX";
    struct ev_loop *loop = ev_loop_new(EVFLAG_NOENV);

    assert_true(close(mkstemp(path)) == 0);
    fork_in(NULL, path);
    fork_in(loop, NULL);
    unlink(path);
    ev_loop_destroy(loop);
}

/* The descriptors of a program that we start. */
static void list_descriptors(char *out, size_t room)
{
    FILE *in = popen("ls /proc/self/fd | tr '\\n' ' '", "r");
    size_t n;

    assert_non_null(in);
    n = fread(out, 1, room - 1, in);
    out[n] = '\0';
    pclose(in);
}

static void an_execd_child_inherits_nothing_of_ours(void **state)
{
    char before[256], during[256];
    const char *argv[] = {"sleep", "30", NULL};
    neap_job job = {.size = sizeof job, .argv = argv, .output = NEAP_OUTPUT_TAG};
    neap_runtime *rt;
    neap_id id;

    list_descriptors(before, sizeof before);
    rt = start(NULL);
    assert_true(neap_fd(rt) >= 0);
    assert_int_equal(neap_on_signal(rt, SIGUSR2, note_signal, NULL), 0);
    assert_int_equal(neap_spawn(rt, &job, &id), 0);
    while (!neap_find(rt, id)->about->pid)
        assert_int_equal(neap_run_for(rt, NEAP_MS), 0);
    neap_run_for(rt, 20 * NEAP_MS);
    list_descriptors(during, sizeof during);
    assert_string_equal(during, before);
    neap_free(rt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_descriptor_is_readable_when_a_timer_is_due),
        cmocka_unit_test(what_is_asked_from_outside_wakes_who_waits),
        cmocka_unit_test(the_descriptor_is_readable_when_a_signal_came),
        cmocka_unit_test(run_once_never_waits),
        cmocka_unit_test(a_virtual_runtime_has_nothing_to_wait_for),
        cmocka_unit_test(the_hosts_loop_ends_with_the_tasks_and_is_its_own_again),
        cmocka_unit_test(several_runtimes_share_a_loop),
        cmocka_unit_test(the_child_of_a_fork_lets_go_and_the_parent_goes_on),
        cmocka_unit_test(an_execd_child_inherits_nothing_of_ours),
    };

    alarm(100);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
