/* os_cgroup_test.c - cgroups hold, count and end whole trees, whatever these do.
 *
 * Skipped where we may make no cgroup. As root everything is done once more as nobody,
 * below a cgroup that was delegated to him.
 *
 * ctest labels: process
 */
#include "process.h"

#include <errno.h>
#include <os/cgroup.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SPIN "while :; do :; done"
enum { MANY = 256, SECONDS = 10 };

static const char *program;
static neap_os_cgroups *all;
static char why[512];

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* Asks until the answer is `wanted`; the last answer. */
static int await(int (*question)(neap_os_cgroup *), neap_os_cgroup *c, int wanted)
{
    neap_ns until = neap_os_now() + SECONDS * NEAP_S;
    int answer;

    while ((answer = question(c)) != wanted && neap_os_now() < until)
        nap();
    return answer;
}

static int members(neap_os_cgroup *c)
{
    pid_t pids[MANY];

    return neap_os_cgroup_pids(c, pids, MANY);
}

static neap_ns used(neap_os_cgroup *c)
{
    neap_ns ns = -1;

    assert_int_equal(neap_os_cgroup_cpu(c, &ns), 0);
    return ns;
}

static void await_used(neap_os_cgroup *c, neap_ns least)
{
    neap_ns until = neap_os_now() + SECONDS * NEAP_S;

    while (used(c) < least && neap_os_now() < until)
        nap();
    assert_true(used(c) >= least);
}

static neap_os_cgroup *take(void)
{
    neap_os_cgroup *c = NULL;

    assert_int_equal(neap_os_cgroup_take(all, &c), 0);
    return c;
}

/* A shell that puts itself into `c` and then does `script`. */
static pid_t start(neap_os_cgroup *c, const char *script)
{
    char path[4096], line[8192];

    assert_int_equal(neap_os_cgroup_path(c, path, sizeof path), 0);
    snprintf(line, sizeof line, "echo 0 >%s/cgroup.procs || exit 99\n%s", path, script);
    return process_sh(line);
}

/* The end of a test: everybody is dead, the directory is given back. */
static void end(neap_os_cgroup *c, pid_t leader)
{
    assert_int_equal(neap_os_cgroup_kill(c), 0);
    process_take_away(leader);
    assert_int_equal(await(neap_os_cgroup_is_empty, c, 1), 1);
    neap_os_cgroup_give_back(c);
}

static int setup(void **state)
{
    return neap_os_cgroup_open(&all, why, sizeof why);
}

static int teardown(void **state)
{
    char base[4096];

    process_clean(state);
    snprintf(base, sizeof base, "%s", neap_os_cgroup_base(all));
    neap_os_cgroup_close(all);
    all = NULL;
    if (access(base, F_OK) == 0) {
        neap_os_cgroup_clear(base, NEAP_OS_CGROUP_END);
        print_error("%s was left behind\n", base);
        return -1;
    }
    return 0;
}

/* Three busy ones, each in a session of its own, their parents gone. */
#define DAEMONS                                                                        \
    "for i in 1 2 3; do setsid sh -c '(" SPIN ") & exit' & done; wait; exec sleep 60"

static void a_busy_tree_of_daemons_is_frozen_and_thawed_as_one(void **state)
{
    neap_os_cgroup *c = take();
    pid_t leader = start(c, DAEMONS);
    neap_ns before;

    assert_int_equal(await(members, c, 4), 4);
    await_used(c, 20 * NEAP_MS);
    assert_int_equal(neap_os_cgroup_is_frozen(c), 0);

    assert_int_equal(neap_os_cgroup_freeze(c), 0);
    assert_int_equal(await(neap_os_cgroup_is_frozen, c, 1), 1);
    before = used(c);
    for (int i = 0; i < 20; i++)
        nap();
    assert_int_equal(used(c), before);

    assert_int_equal(neap_os_cgroup_thaw(c), 0);
    assert_int_equal(await(neap_os_cgroup_is_frozen, c, 0), 0);
    await_used(c, before + 20 * NEAP_MS);
    end(c, leader);
}

/* A child that was waited for, and a daemon whose parents are gone. The leader stops
 * itself after each. */
static void the_account_has_the_dead_and_the_daemons(void **state)
{
    neap_os_cgroup *c = take();
    pid_t leader = start(c, "busy='i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done'\n"
                            "sh -c \"$busy\"; kill -STOP $$\n"
                            "setsid sh -c \"($busy) & exit\"; kill -STOP $$");
    neap_ns one;

    assert_true(process_await(process_is_stopped, leader));
    one = used(c);
    assert_true(one > 5 * NEAP_MS);
    kill(leader, SIGCONT);
    assert_true(process_await(process_is_stopped, leader));
    assert_int_equal(await(members, c, 1), 1);
    assert_true(used(c) > one + one / 2);
    end(c, leader);
}

static void twenty_one_sessions_are_killed_at_once(void **state)
{
    neap_os_cgroup *c = take();
    pid_t leader = start(c, "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 "
                            "20; do setsid sleep 60 & done; exec sleep 60");
    pid_t pids[MANY];
    neap_ns before;

    assert_int_equal(await(members, c, 21), 21);
    assert_int_equal(neap_os_cgroup_pids(c, pids, MANY), 21);
    before = neap_os_now();
    assert_int_equal(neap_os_cgroup_kill(c), 0);
    assert_int_equal(await(neap_os_cgroup_is_empty, c, 1), 1);
    print_message("killed 21 sessions in %lld us\n",
                  (long long)(neap_os_now() - before) / 1000);
    for (int i = 0; i < 21; i++)
        assert_true(process_await(process_is_gone, pids[i]));
    assert_int_equal(neap_os_cgroup_pids(c, pids, MANY), 0);
    end(c, leader);
}

static void the_frozen_can_be_killed(void **state)
{
    neap_os_cgroup *c = take();
    pid_t leader = start(c, "setsid sleep 60 & exec sleep 60");

    assert_int_equal(await(members, c, 2), 2);
    assert_int_equal(neap_os_cgroup_freeze(c), 0);
    assert_int_equal(await(neap_os_cgroup_is_frozen, c, 1), 1);
    end(c, leader);
}

static void a_signal_reaches_every_session_even_of_a_fork_storm(void **state)
{
    neap_os_cgroup *c = take();
    pid_t leader = start(c, "for i in 1 2 3; do setsid sh -c 'while :; do /bin/true; "
                            "done' & done; exec sleep 60");

    await_used(c, 20 * NEAP_MS);
    assert_true(neap_os_cgroup_signal(c, SIGKILL, NULL) >= 4);
    assert_int_equal(await(neap_os_cgroup_is_empty, c, 1), 1);
    assert_int_equal(neap_os_cgroup_signal(c, SIGKILL, NULL), -ESRCH);
    end(c, leader);
}

/* How many have come to their `sleep`. */
static int sleepers(neap_os_cgroup *c)
{
    pid_t pids[MANY];
    int count = neap_os_cgroup_pids(c, pids, MANY), sleeping = 0;

    for (int i = 0; i < count; i++) {
        char name[64];

        process_status(pids[i], "Name", name, sizeof name);
        sleeping += strcmp(name, "sleep") == 0;
    }
    return sleeping;
}

static void cgroups_that_a_task_made_belong_to_it(void **state)
{
    neap_os_cgroup *c = take();
    char path[4096], script[8300];
    pid_t leader;

    neap_os_cgroup_path(c, path, sizeof path);
    snprintf(script, sizeof script,
             "mkdir -p %s/a/b; sh -c 'echo 0 >%s/a/b/cgroup.procs; exec sleep 60' & "
             "exec sleep 60",
             path, path);
    leader = start(c, script);
    assert_int_equal(await(sleepers, c, 2), 2);
    assert_int_equal(neap_os_cgroup_signal(c, SIGTERM, NULL), 2);
    end(c, leader);
    strcat(path, "/a");
    assert_int_not_equal(access(path, F_OK), 0);
}

static void a_directory_is_used_again_and_its_account_begins_at_zero(void **state)
{
    neap_os_cgroup *c = take(), *next;
    pid_t leader = start(c, SPIN);
    char first[4096], second[4096];

    await_used(c, 10 * NEAP_MS);
    neap_os_cgroup_path(c, first, sizeof first);
    assert_int_equal(neap_os_cgroup_freeze(c), 0);
    end(c, leader);

    next = take();
    neap_os_cgroup_path(next, second, sizeof second);
    assert_string_equal(second, first);
    assert_int_equal(used(next), 0);
    assert_int_equal(neap_os_cgroup_is_frozen(next), 0);
    leader = start(next, SPIN);
    await_used(next, NEAP_MS);
    end(next, leader);
}

static void a_directory_that_is_not_empty_is_kept_until_it_is(void **state)
{
    neap_os_cgroup *c = take(), *other;
    pid_t leader = start(c, "exec sleep 60");
    char first[4096], second[4096];

    assert_int_equal(await(members, c, 1), 1);
    neap_os_cgroup_path(c, first, sizeof first);
    neap_os_cgroup_freeze(c);
    neap_os_cgroup_give_back(c);
    other = take();
    neap_os_cgroup_path(other, second, sizeof second);
    assert_string_not_equal(second, first);
    neap_os_cgroup_give_back(other);
    assert_true(process_await(process_sleeps, leader));

    process_end(leader);
    other = take();
    neap_os_cgroup_path(other, second, sizeof second);
    assert_string_equal(second, first);
    neap_os_cgroup_give_back(other);
}

static void a_hundred_at_once_and_none_is_left(void **state)
{
    neap_os_cgroup *list[100];

    for (int i = 0; i < 100; i++) {
        list[i] = take();
        assert_int_equal(used(list[i]), 0);
    }
    for (int i = 0; i < 100; i++)
        neap_os_cgroup_give_back(list[i]);
}

static void taking_from_the_pool_costs_less_than_making(void **state)
{
    enum { ROUNDS = 200 };
    neap_os_cgroup *list[ROUNDS];
    neap_ns making, pooled, before = neap_os_now();

    for (int i = 0; i < 50; i++)
        list[i] = take();
    making = (neap_os_now() - before) / 50;
    for (int i = 0; i < 50; i++)
        neap_os_cgroup_give_back(list[i]);
    before = neap_os_now();
    for (int i = 0; i < ROUNDS; i++)
        neap_os_cgroup_give_back(take());
    pooled = (neap_os_now() - before) / ROUNDS;
    print_message("take: made %lld us; give back and taken again %lld us\n",
                  (long long)making / 1000, (long long)pooled / 1000);
}

static void what_a_dead_runtime_left_is_cleared(void **state)
{
    char base[4096];
    neap_os_cgroup *c = take();
    pid_t leader = start(c, "setsid sleep 60 & exec sleep 60");

    snprintf(base, sizeof base, "%s", neap_os_cgroup_base(all));
    assert_int_equal(await(members, c, 2), 2);
    neap_os_cgroup_freeze(c);
    assert_int_equal(neap_os_cgroup_clear(base, NEAP_OS_CGROUP_FREE), 0);
    assert_int_equal(await(neap_os_cgroup_is_frozen, c, 0), 0);
    assert_int_equal(members(c), 2);
    neap_os_cgroup_freeze(c);
    neap_os_cgroup_clear(base, NEAP_OS_CGROUP_END);
    process_take_away(leader);
    for (int i = 0; i < 2000 && access(base, F_OK) == 0; i++, nap())
        neap_os_cgroup_clear(base, NEAP_OS_CGROUP_END);
    assert_int_equal(neap_os_cgroup_clear(base, NEAP_OS_CGROUP_END), 1);
}

static void what_a_killed_runtime_left_empty_the_next_one_removes(void **state)
{
    char path[4096], *end;
    neap_os_cgroups *next = NULL;
    pid_t pid = fork();

    if (pid == 0) {
        neap_os_cgroup *c;

        if (neap_os_cgroup_open(&next, why, sizeof why) == 0)
            neap_os_cgroup_take(next, &c);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    snprintf(path, sizeof path, "%s", neap_os_cgroup_base(all));
    end = strrchr(path, '/') + 1;
    snprintf(end, sizeof path - (size_t)(end - path), "neap-%d-1", (int)pid);
    assert_int_equal(access(path, F_OK), 0);

    assert_int_equal(neap_os_cgroup_open(&next, why, sizeof why), 0);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(access(neap_os_cgroup_base(all), F_OK), 0);
    neap_os_cgroup_close(next);
    neap_os_cgroup_give_back(take());
}

static void only_what_is_ours_is_cleared(void **state)
{
    assert_int_equal(neap_os_cgroup_clear("/", NEAP_OS_CGROUP_END), -EINVAL);
    assert_int_equal(neap_os_cgroup_clear("/tmp", NEAP_OS_CGROUP_END), -EINVAL);
}

static void a_limit_needs_its_controller(void **state)
{
    neap_os_cgroup *c = take();
    bool has = neap_os_cgroup_controllers(all) & NEAP_OS_CGROUP_MEMORY;

    assert_int_equal(neap_os_cgroup_limit(c, "memory.max", "100000000"),
                     has ? 0 : -ENOTSUP);
    assert_int_equal(neap_os_cgroup_limit(c, "cgroup.freeze", "1"), -ENOTSUP);
    assert_int_equal(neap_os_cgroup_limit(c, "nonsense", "1"), -ENOTSUP);
    neap_os_cgroup_give_back(c);
}

/* As root: an unprivileged user does it all again below a cgroup that is his. */
static void nobody_can_do_it_below_a_cgroup_of_his_own(void **state)
{
    char own[4096], script[9000];
    pid_t pid;
    int status = -1;

    if (geteuid() != 0)
        skip();
    assert_int_equal(neap_os_cgroup_find(own, sizeof own, why, sizeof why), 0);
    snprintf(script, sizeof script,
             "d=%s/neap-test-$$; mkdir $d || exit 90\n"
             "chown 65534:65534 $d $d/cgroup.procs $d/cgroup.subtree_control\n"
             "sh -c 'echo 0 >'$d'/cgroup.procs; exec setpriv --reuid=65534 "
             "--regid=65534 --clear-groups \"%s\"' >&2\n"
             "code=$?; rmdir $d || exit 91; exit $code",
             own, program);
    pid = process_sh(script);
    waitpid(pid, &status, 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 77)
        skip(); /* he may not come to where the program is */
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define ours(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        ours(a_busy_tree_of_daemons_is_frozen_and_thawed_as_one),
        ours(the_account_has_the_dead_and_the_daemons),
        ours(twenty_one_sessions_are_killed_at_once),
        ours(the_frozen_can_be_killed),
        ours(a_signal_reaches_every_session_even_of_a_fork_storm),
        ours(cgroups_that_a_task_made_belong_to_it),
        ours(a_directory_is_used_again_and_its_account_begins_at_zero),
        ours(a_directory_that_is_not_empty_is_kept_until_it_is),
        ours(a_hundred_at_once_and_none_is_left),
        ours(taking_from_the_pool_costs_less_than_making),
        ours(what_a_dead_runtime_left_is_cleared),
        ours(what_a_killed_runtime_left_empty_the_next_one_removes),
        ours(only_what_is_ours_is_cleared),
        ours(a_limit_needs_its_controller),
        cmocka_unit_test(nobody_can_do_it_below_a_cgroup_of_his_own),
    };

    program = argv[0];
    if (neap_os_cgroup_open(&all, why, sizeof why) < 0) {
        print_message("skipped: %s\n", why);
        return 77;
    }
    neap_os_cgroup_close(all);
    all = NULL;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
