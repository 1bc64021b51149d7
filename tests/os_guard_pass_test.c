/* os_guard_pass_test.c - what a task gets from elsewhere: descriptors, a cgroup, its
 * name.
 * ctest labels: process */
#include "guarding.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void spawn_with(uint64_t tag, const char *script, const neap_guard_job *more)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    neap_guard_job job = *more;

    job.program = argv[0];
    job.argv = argv;
    if (!job.env)
        job.env = (const char *const *)environ;
    assert_int_equal(neap_guard_spawn(guard, tag, &job), 0);
}

/* All that comes through the pipe until nobody holds its other end. */
static void read_all(int fd, char *out, size_t room)
{
    size_t have = 0;
    ssize_t n;

    alarm(20); /* somebody who keeps the other end would keep us for ever */
    while ((n = read(fd, out + have, room - 1 - have)) > 0)
        have += (size_t)n;
    alarm(0);
    out[have] = '\0';
    close(fd);
}

static void its_descriptors_are_what_it_was_given(void **state)
{
    int in[2], out[2];
    char text[64];

    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    assert_int_equal(write(in[1], "hello\n", 6), 6);
    close(in[1]);
    spawn_with(1, "cat; echo error >&2; ls /proc/self/fd | wc -l",
               &(neap_guard_job){.fds = (int[]){in[0], out[1], out[1]}});
    close(in[0]);
    close(out[1]);
    started(1);
    read_all(out[0], text, sizeof text);
    assert_string_equal(text, "hello\nerror\n4\n"); /* ls has one of its own */
    exited(1, 0, false);
}

static void one_descriptor_is_given_and_the_rest_stay(void **state)
{
    int out[2];
    char text[256];

    assert_int_equal(pipe(out), 0);
    spawn_with(1, "readlink /proc/self/fd/0 >&2",
               &(neap_guard_job){.fds = (int[]){-1, -1, out[1]}});
    close(out[1]);
    started(1);
    read_all(out[0], text, sizeof text);
    assert_string_equal(text, "/dev/null\n");
    exited(1, 0, false);
}

static void output_to_nowhere(void **state)
{
    int out[2];
    char text[256];

    assert_int_equal(pipe(out), 0);
    spawn_with(1, "exec 3<&1; readlink /proc/$$/fd/3 >&2; exit 0",
               &(neap_guard_job){.null_output = true, .fds = (int[]){-1, -1, out[1]}});
    close(out[1]);
    started(1);
    read_all(out[0], text, sizeof text);
    assert_string_equal(text, "/dev/null\n");
    exited(1, 0, false);
}

static void a_spawn_that_fails_keeps_no_descriptor(void **state)
{
    const char *const argv[] = {"/no/such/program", NULL};
    int out[2];
    char text[8];

    assert_int_equal(pipe(out), 0);
    assert_int_equal(
        neap_guard_spawn(guard, 1,
                         &(neap_guard_job){.program = argv[0],
                                           .argv = argv,
                                           .env = (const char *const *)environ,
                                           .fds = (int[]){-1, out[1], -1}}),
        0);
    close(out[1]);
    forked(1);
    neap_guard_go(guard, 1);
    failed(1, ENOENT);
    read_all(out[0], text, sizeof text);
    assert_string_equal(text, "");
}

static void a_descriptor_that_is_none_is_refused(void **state)
{
    const char *const argv[] = {"/bin/true", NULL};
    neap_guard_job job = {.program = argv[0],
                          .argv = argv,
                          .env = (const char *const *)environ,
                          .fds = (int[]){-1, 999, -1}};

    assert_int_equal(neap_guard_spawn(guard, 1, &job), -EBADF);
    job.fds = NULL;
    assert_int_equal(neap_guard_spawn(guard, 1, &job), 0);
    started(1);
    exited(1, 0, false);
}

/* Large requests that do not fit into the socket at once, with and without. */
static void of_many_each_gets_its_own(void **state)
{
    enum { COUNT = 100, FILLER = 30000 };
    static char filler[FILLER];
    const char *const env[] = {filler, NULL};
    int out[COUNT + 1][2], ends = 0;
    char script[64], text[64];

    memset(filler, 'x', FILLER - 1);
    filler[1] = '=';
    for (int tag = 1; tag <= COUNT; tag++) {
        bool with = tag % 3 != 0;

        snprintf(script, sizeof script, "test %d = 0 || echo %d", with, tag);
        if (with)
            assert_int_equal(pipe(out[tag]), 0);
        spawn_with((uint64_t)tag, script,
                   &(neap_guard_job){.fds = with ? (int[]){-1, out[tag][1], -1} : NULL,
                                     .env = env});
        if (with)
            close(out[tag][1]);
    }
    while (ends < COUNT) {
        neap_guard_event e = guard_event();

        assert_true(e.kind != NEAP_GUARD_FAILED && e.kind != NEAP_GUARD_LOST);
        if (e.kind == NEAP_GUARD_FORKED)
            neap_guard_go(guard, e.tag);
        if (e.kind == NEAP_GUARD_EXITED)
            neap_guard_reap(guard, e.tag);
        ends += e.kind == NEAP_GUARD_REAPED;
    }
    for (int tag = 1; tag <= COUNT; tag++) {
        if (tag % 3 == 0)
            continue;
        read_all(out[tag][0], text, sizeof text);
        assert_int_equal(atoi(text), tag);
    }
}

/* Cgroups. */

/* Where a cgroup v2 is mounted, with a directory of ours in it; skips where we may make
 * none. */
static void make_cgroup(char *path, size_t room)
{
    char line[512], where[256] = "", type[64];
    FILE *mounts = fopen("/proc/mounts", "r");

    while (mounts && !*where && fgets(line, sizeof line, mounts))
        if (sscanf(line, "%*s %255s %63s", where, type) != 2 ||
            strcmp(type, "cgroup2") != 0)
            *where = '\0';
    if (mounts)
        fclose(mounts);
    snprintf(path, room, "%s/neap-test-%d", where, (int)getpid());
    if (!*where || mkdir(path, 0755) != 0)
        skip();
}

static bool is_in_cgroup(pid_t pid, const char *name)
{
    char path[64], line[512];
    bool found = false;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        found |= strncmp(line, "0::", 3) == 0 && strstr(line, name);
    if (file)
        fclose(file);
    return found;
}

static void a_task_is_made_in_its_cgroup(void **state)
{
    char path[512];
    pid_t pid;

    make_cgroup(path, sizeof path);
    spawn_with(1, "exit 4", &(neap_guard_job){.cgroup = path});
    pid = forked(1);
    assert_true(is_in_cgroup(pid, strrchr(path, '/')));
    neap_guard_go(guard, 1);
    expect(NEAP_GUARD_STARTED, 1);
    exited(1, 4, false);
    reaped(1, false);
    assert_int_equal(rmdir(path), 0);
}

static void a_cgroup_that_is_not_there_fails_the_spawn(void **state)
{
    spawn_with(1, "exit 4", &(neap_guard_job){.cgroup = "/no/such/cgroup"});
    failed(1, ENOENT);
    spawn_with(2, "exit 4", &(neap_guard_job){.cgroup = "/tmp"});
    failed(2, EBADF);
}

/* For good: the last of these tests. */
static void refuse_clone3(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof code / sizeof *code, code};

    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

static void without_clone3_a_task_is_moved_to_its_cgroup(void **state)
{
    neap_guard_close(guard);
    refuse_clone3();
    assert_int_equal(guard_set_up(state), 0);
    a_task_is_made_in_its_cgroup(state);
    spawn_with(2, "exit 4", &(neap_guard_job){.cgroup = "/tmp"});
    failed(2, ENOENT);
}

/* Names. */

static bool is_named(pid_t pid)
{
    uint64_t tag = 0;

    return neap_os_process_tag(pid, neap_guard_pid(guard), &tag) == 0 && tag == 77;
}

/* `hide`: what a descendant is started by. */
static void assert_known(const char *hide)
{
    int out[2];
    char text[256];
    pid_t stray;

    assert_int_equal(pipe(out), 0);
    snprintf(text, sizeof text,
             "setsid sh -c '%s setsid sh -c \"echo \\$\\$; exec sleep 1000\" &'", hide);
    spawn_with(77, text, &(neap_guard_job){.fds = (int[]){-1, out[1], -1}});
    close(out[1]);
    started(77);
    assert_true(read(out[0], text, sizeof text) > 0);
    close(out[0]);
    stray = (pid_t)atoi(text);
    assert_true(process_await(is_named, stray));
    kill(stray, SIGKILL);
}

static void whoever_descends_from_a_task_is_known_by_it(void **state)
{
    assert_known("");
}

static void a_descendant_without_an_environment_is_known_all_the_same(void **state)
{
    assert_known("env -i");
}

static void
a_descendant_that_has_changed_its_limits_is_known_by_its_environment(void **state)
{
    assert_known("prlimit --locks=1000");
}

/* Its environment is there, which it is not in the middle of an exec. */
static bool is_named_by_the_outer(pid_t pid)
{
    uint64_t tag = 0;

    return neap_os_process_tag(pid, 567, &tag) == 0 && tag == 2;
}

static void a_tag_is_found_in_any_environment(void **state)
{
    enum { FILLER = 100000 };
    static char filler[FILLER];
    const char *const env[] = {"NEAP_TASKS=9:9", "NEAP_TASK=1:2", filler,
                               "X=NEAP_TASK=3:3", NULL};
    uint64_t tag = 0;
    pid_t pid;

    memset(filler, 'x', FILLER - 1);
    filler[1] = '=';
    setenv("NEAP_TASK", "123:4/567:2", 1); /* as if we were in a neap in a neap */
    spawn_with(77, "exec sleep 1000", &(neap_guard_job){.env = env});
    unsetenv("NEAP_TASK");
    pid = started(77);
    assert_true(is_named(pid));
    assert_true(process_await(process_sleeps, pid));
    assert_true(process_await(is_named_by_the_outer, pid));
    assert_int_equal(neap_os_process_tag(pid, 123, &tag), 0);
    assert_int_equal(tag, 4);
    assert_int_equal(neap_os_process_tag(pid, 1, &tag), -ENOENT); /* replaced */
    assert_int_equal(neap_os_process_tag(pid, 9, &tag), -ENOENT);
    assert_int_equal(neap_os_process_tag(pid, 3, &tag), -ENOENT);
    assert_int_equal(neap_os_process_tag(getpid(), neap_guard_pid(guard), &tag),
                     -ENOENT);
    assert_int_equal(neap_os_process_tag(0x7ffffff0, 1, &tag), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        guard_test(its_descriptors_are_what_it_was_given),
        guard_test(one_descriptor_is_given_and_the_rest_stay),
        guard_test(output_to_nowhere),
        guard_test(a_spawn_that_fails_keeps_no_descriptor),
        guard_test(a_descriptor_that_is_none_is_refused),
        guard_test(of_many_each_gets_its_own),
        guard_test(a_task_is_made_in_its_cgroup),
        guard_test(a_cgroup_that_is_not_there_fails_the_spawn),
        guard_test(whoever_descends_from_a_task_is_known_by_it),
        guard_test(a_descendant_without_an_environment_is_known_all_the_same),
        guard_test(
            a_descendant_that_has_changed_its_limits_is_known_by_its_environment),
        guard_test(a_tag_is_found_in_any_environment),
        guard_test(without_clone3_a_task_is_moved_to_its_cgroup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
