/* os_collector_test.c - the collector by itself: pipes handed over, held, full and
 * cut off. ctest labels: process */
#include "guarding.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <os/collector.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000 };

static neap_collector *collector;
static int out; /* what the collector writes to its 1 and 2 */

static const char *program(void)
{
    static char path[4096];
    char *slash;

    snprintf(path, sizeof path - 16, "%s", guard_program());
    slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, "neap-output");
    return path;
}

/* Opens a collector whose 1 and 2 are a pipe that `out` reads. */
static int set_up(void **state)
{
    int ends[2], one = dup(STDOUT_FILENO), two = dup(STDERR_FILENO), error;

    fflush(stdout);
    assert_int_equal(neap_os_pipe(ends), 0);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    error = neap_collector_open(&collector, program());
    dup2(one, STDOUT_FILENO);
    dup2(two, STDERR_FILENO);
    close(one);
    close(two);
    close(ends[1]);
    out = ends[0];
    return error;
}

static int tear_down(void **state)
{
    close(out);
    if (collector) {
        neap_collector_stop(collector);
        neap_collector_close(collector);
    }
    collector = NULL;
    return 0;
}

static void start(uint64_t id, const char *name, neap_collect how, int fds[3])
{
    fds[1] = fds[2] = 0;
    assert_int_equal(neap_collector_task(collector, id, name, how, fds), 0);
    assert_true(fds[1] > 2 && fds[2] > 2);
}

static void finish(int fds[3])
{
    close(fds[1]);
    close(fds[2]);
}

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static neap_collector_event event(void)
{
    neap_collector_event e;
    neap_ns until = neap_os_now() + PATIENCE_MS * NEAP_MS;

    while (!neap_collector_next(collector, &e)) {
        struct pollfd p = {.fd = neap_collector_fd(collector), .events = POLLIN};

        poll(&p, 1, PATIENCE_MS);
        neap_collector_flush(collector);
        assert_true(neap_os_now() < until);
    }
    return e;
}

static void done(uint64_t id)
{
    neap_collector_event e = event();

    assert_int_equal(e.kind, NEAP_COLLECTED_DONE);
    assert_int_equal(e.id, id);
}

/* The collector writes `text` next. */
static void hears(const char *text)
{
    char got[256] = "";
    size_t n = 0, wanted = strlen(text);

    while (n < wanted) {
        struct pollfd p = {.fd = out, .events = POLLIN};
        ssize_t k;

        assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
        k = read(out, got + n, wanted - n);
        assert_true(k > 0);
        n += (size_t)k;
    }
    assert_string_equal(got, text);
}

static void is_silent(void)
{
    struct pollfd p = {.fd = out, .events = POLLIN};

    assert_int_equal(poll(&p, 1, 50), 0);
}

static void a_task_is_done_when_what_it_wrote_is_written(void **state)
{
    neap_ns before;
    int fds[3];

    start(1, "one", NEAP_COLLECT_LINES, fds);
    say(fds[1], "a\nb");
    finish(fds);
    neap_collector_ended(collector, 1);
    done(1);
    hears("one: a\none: b\n");
    before = neap_os_now();
    neap_collector_close(collector);
    collector = NULL;
    assert_true(neap_os_now() - before < NEAP_S / 2);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* it is reaped */
}

static void say_kib(int fd, int kib)
{
    char line[1024];

    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    while (kib-- > 0)
        assert_int_equal(write(fd, line, sizeof line), sizeof line);
}

/* Writes until nothing between `fd` and us takes more. Returns how many KiB. */
static int fill(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int kib = 0;

    for (; poll(&p, 1, 100) > 0 && kib < 100 * 1024; kib++)
        say_kib(fd, 1);
    return kib;
}

static void a_task_is_not_done_while_nobody_reads(void **state)
{
    struct pollfd p[] = {{.fd = neap_collector_fd(collector), .events = POLLIN},
                         {.fd = out, .events = POLLIN}};
    static char much[4096];
    int fds[3];

    start(1, "one", NEAP_COLLECT_LINES, fds);
    assert_in_range(fill(fds[1]), 64, 512); /* two pipes and two buffers, no more */
    finish(fds);
    neap_collector_ended(collector, 1);
    assert_int_equal(poll(p, 1, 50), 0);
    while (poll(p, 2, PATIENCE_MS) > 0 && !p[0].revents)
        assert_true(read(out, much, sizeof much) > 0);
    done(1);
}

/* Reads what comes until nothing does for a while. */
static size_t read_all(char *bytes, size_t room)
{
    struct pollfd p = {.fd = out, .events = POLLIN};
    size_t size = 0;

    while (size < room && poll(&p, 1, 200) > 0) {
        ssize_t n = read(out, bytes + size, room - size);

        assert_true(n > 0);
        size += (size_t)n;
    }
    return size;
}

/* More than the pipe to the reader takes, and less than the sink. */
static void what_is_only_in_the_sink_is_not_written(void **state)
{
    struct pollfd p = {.fd = neap_collector_fd(collector), .events = POLLIN};
    static char all[1024 * 1024];
    int fds[3];

    start(1, "one", NEAP_COLLECT_LINES, fds);
    say_kib(fds[1], 100);
    finish(fds);
    neap_collector_ended(collector, 1);
    assert_int_equal(poll(&p, 1, 100), 0);
    read_all(all, sizeof all);
    done(1);
}

static void what_found_no_room_comes_when_there_is_some(void **state)
{
    static char all[1024 * 1024];
    size_t kib;
    int fds[3];

    start(1, "one", NEAP_COLLECT_LINES, fds);
    kib = (size_t)fill(fds[1]);
    assert_int_equal(read_all(all, sizeof all), kib * (1024 + strlen("one: ")));
    finish(fds);
}

static void a_line_does_not_come_within_a_group(void **state)
{
    static char all[1024 * 1024];
    int group[3], line[3];
    size_t size;

    start(1, "group", NEAP_COLLECT_TASKS, group);
    start(2, "line", NEAP_COLLECT_LINES, line);
    say_kib(group[1], 500);
    finish(group);
    neap_collector_ended(collector, 1); /* it is being printed from now on */
    poll(&(struct pollfd){.fd = out, .events = POLLIN}, 1, PATIENCE_MS);
    say(line[1], "here\n");
    size = read_all(all, sizeof all);
    assert_int_equal(size, 500 * 1024 + strlen("line: here\n"));
    assert_memory_equal(all + 500 * 1024, "line: here\n", strlen("line: here\n"));
    finish(line);
}

static void others_are_taken_while_nobody_reads(void **state)
{
    int full[3], fds[3];

    start(1, "full", NEAP_COLLECT_LINES, full);
    fill(full[1]);
    for (uint64_t id = 2; id < 600; id++) {
        neap_ns until = neap_os_now() + PATIENCE_MS * NEAP_MS;
        int error;

        do {
            fds[1] = fds[2] = 0;
            error = neap_collector_task(collector, id, "t", NEAP_COLLECT_LINES, fds);
        } while (error == -EAGAIN && neap_os_now() < until);
        assert_int_equal(error, 0);
        finish(fds);
        neap_collector_ended(collector, id);
    }
    finish(full);
}

static void a_pipe_that_somebody_holds_is_passed_on(void **state)
{
    neap_ns before;
    char byte;
    int fds[3];

    start(1, "one", NEAP_COLLECT_LINES, fds);
    say(fds[1], "a\nb");
    neap_collector_ended(collector, 1);
    done(1);
    hears("one: a\none: b\n");
    say(fds[1], "c");
    is_silent(); /* the line has no end yet */
    before = neap_os_now();
    neap_collector_close(collector);
    collector = NULL;
    assert_true(neap_os_now() - before < NEAP_S / 2);
    say(fds[1], "c\n");
    hears("one: cc\n");
    finish(fds);
    assert_int_equal(read(out, &byte, 1), 0); /* the collector has ended */
    waitpid(-1, NULL, 0);
}

static void a_group_is_printed_when_its_task_ends_though_somebody_holds_it(void **state)
{
    int fds[3];

    start(1, "one", NEAP_COLLECT_TASKS, fds);
    say(fds[2], "error\n");
    say(fds[1], "out\n");
    is_silent();
    neap_collector_ended(collector, 1);
    done(1);
    hears("out\nerror\n");
    say(fds[1], "late\n");
    hears("late\n");
    finish(fds);
}

static void groups_come_in_the_order_of_their_ends(void **state)
{
    int one[3], two[3];

    start(1, "one", NEAP_COLLECT_TASKS, one);
    start(2, "two", NEAP_COLLECT_TASKS, two);
    say(one[1], "1\n");
    say(two[1], "2\n");
    finish(two);
    finish(one);
    neap_collector_ended(collector, 2);
    neap_collector_ended(collector, 1);
    hears("2\n1\n");
    done(2);
    done(1);
}

static void a_collector_that_dies_is_told_of_once(void **state)
{
    struct pollfd cut = {.events = 0};
    neap_collector_event e;
    int fds[3];

    start(1, "one", NEAP_COLLECT_LINES, fds);
    cut.fd = fds[1];
    kill(neap_collector_pid(collector), SIGKILL);
    assert_int_equal(event().kind, NEAP_COLLECTED_DEAD);
    assert_false(neap_collector_next(collector, &e));
    assert_int_equal(poll(&cut, 1, PATIENCE_MS), 1);
    assert_int_equal(write(fds[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    finish(fds);
    fds[1] = fds[2] = 0;
    assert_int_equal(neap_collector_task(collector, 2, "two", NEAP_COLLECT_LINES, fds),
                     -EPIPE);
    assert_true(fds[1] < 0 && fds[2] < 0);
}

static int descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void a_task_costs_us_no_descriptor_but_its_write_ends(void **state)
{
    int before = descriptors(), fds[3];

    for (uint64_t id = 1; id <= 500; id++) {
        start(id, "t", NEAP_COLLECT_TASKS, fds);
        assert_true(fcntl(fds[1], F_GETFD) & FD_CLOEXEC);
        assert_true(fcntl(fds[2], F_GETFD) & FD_CLOEXEC);
        assert_int_equal(descriptors(), before + 2);
        finish(fds);
        for (int i = 0; id % 50 == 0 && i < 50; i++)
            neap_collector_ended(collector, id - 49 + (uint64_t)i);
        for (int i = 0; id % 50 == 0 && i < 50; i++)
            done(id - 49 + (uint64_t)i);
    }
    assert_int_equal(descriptors(), before);
}

/* In a process of its own, since nobody can raise a hard limit again. */
static int with_few_descriptors(void)
{
    struct rlimit few = {.rlim_cur = 64, .rlim_max = 64};
    int fds[40][3], n = 0, error = 0;

    if (setrlimit(RLIMIT_NOFILE, &few) != 0 || set_up(NULL) != 0)
        return 2;
    while (n < 40 && error == 0) {
        fds[n][1] = fds[n][2] = 0;
        error = neap_collector_task(collector, (uint64_t)n, "t", NEAP_COLLECT_LINES,
                                    fds[n]);
        if (error == 0)
            finish(fds[n++]);
    }
    if (error != -EMFILE || n < 4)
        return 3;
    neap_collector_ended(collector, 0);
    if (event().kind != NEAP_COLLECTED_DONE)
        return 4;
    fds[0][1] = fds[0][2] = 0;
    error = neap_collector_task(collector, 99, "t", NEAP_COLLECT_LINES, fds[0]);
    tear_down(NULL);
    return error == 0 ? 0 : 5;
}

static void a_full_table_of_descriptors_refuses_and_loses_nothing(void **state)
{
    pid_t pid;
    int status;

    fflush(stdout);
    pid = fork();
    if (pid == 0)
        _exit(with_few_descriptors());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void what_is_no_collector_is_refused(void **state)
{
    neap_collector *none = NULL;

    assert_int_equal(neap_collector_open(&none, "/bin/true"), -EPROTO);
    assert_int_equal(neap_collector_open(&none, "/no/such/program"), -ENOENT);
    assert_null(none);
}

#define collecting(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        collecting(a_task_is_done_when_what_it_wrote_is_written),
        collecting(a_task_is_not_done_while_nobody_reads),
        collecting(what_is_only_in_the_sink_is_not_written),
        collecting(what_found_no_room_comes_when_there_is_some),
        collecting(a_line_does_not_come_within_a_group),
        collecting(others_are_taken_while_nobody_reads),
        collecting(a_pipe_that_somebody_holds_is_passed_on),
        collecting(a_group_is_printed_when_its_task_ends_though_somebody_holds_it),
        collecting(groups_come_in_the_order_of_their_ends),
        collecting(a_collector_that_dies_is_told_of_once),
        collecting(a_task_costs_us_no_descriptor_but_its_write_ends),
        cmocka_unit_test(a_full_table_of_descriptors_refuses_and_loses_nothing),
        cmocka_unit_test(what_is_no_collector_is_refused),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
