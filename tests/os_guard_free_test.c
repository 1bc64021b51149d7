/* os_guard_free_test.c - how long are tasks held after the death of their runtime?
 * Prints it. NEAP_TEST_TASKS: how many (100); NEAP_TEST_DEATHS: how often (20).
 * ctest labels: process */
#include "guarding.h"

#include <os/record.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TASKS_MAX = 10000, DEATHS_MAX = 1000 };

static pid_t tasks[TASKS_MAX];

static int number(const char *name, int otherwise, int most)
{
    const char *text = getenv(name);
    int n = text ? atoi(text) : otherwise;

    return n < 1 ? 1 : n > most ? most : n;
}

static void take_events(int count)
{
    for (int up = 0; up < count;) {
        neap_guard_event e = guard_event();

        if (e.kind == NEAP_GUARD_FORKED)
            neap_guard_go(guard, e.tag);
        if (e.kind == NEAP_GUARD_STARTED)
            tasks[e.tag - 1] = e.pid, up++;
        if (e.kind == NEAP_GUARD_FAILED)
            _exit(1);
    }
}

static _Noreturn void runtime(int count, int line)
{
    neap_guard_options options = {.on_death = NEAP_GUARD_CONTINUE};
    int entry;

    alarm(120);
    if (neap_record_open(&options.record, 0, 0) != 0 ||
        neap_guard_open(&guard, guard_program(), &options) != 0)
        _exit(1);
    for (int i = 0; i < count; i += 100) {
        for (int k = i; k < i + 100 && k < count; k++)
            SPAWN((uint64_t)k + 1, "/bin/sleep", "100");
        take_events(count - i < 100 ? count - i : 100);
    }
    for (int i = 0; i < count; i++) {
        entry = neap_record_put(options.record,
                                &(neap_record_entry){.pid = tasks[i],
                                                     .group = tasks[i],
                                                     .session = neap_guard_pid(guard)});
        neap_record_hold(options.record, entry);
        kill(-tasks[i], SIGSTOP);
    }
    for (int i = 0; i < count; i++)
        if (write(line, &tasks[i], sizeof tasks[i]) < 0)
            _exit(1);
    for (;;)
        pause();
}

/* How long until the last is free. */
static neap_ns kill_one(int count)
{
    neap_ns began;
    int line[2];
    pid_t pid;

    assert_int_equal(pipe(line), 0);
    pid = fork();
    if (pid == 0)
        runtime(count, line[1]);
    close(line[1]);
    for (int i = 0; i < count; i++)
        assert_int_equal(read(line[0], &tasks[i], sizeof tasks[i]), sizeof tasks[i]);
    close(line[0]);
    for (int i = 0; i < count; i++)
        assert_true(process_await(process_is_stopped, tasks[i]));
    kill(pid, SIGKILL);
    began = neap_os_now();
    for (int i = 0; i < count; i++)
        while (process_is_stopped(tasks[i]))
            assert_true(neap_os_now() - began < 10 * NEAP_S);
    began = neap_os_now() - began;
    waitpid(pid, NULL, 0);
    for (int i = 0; i < count; i++) {
        assert_true(process_lives(tasks[i]));
        kill(tasks[i], SIGKILL);
    }
    return began;
}

static int compare(const void *a, const void *b)
{
    neap_ns x = *(const neap_ns *)a, y = *(const neap_ns *)b;

    return (x > y) - (x < y);
}

static void the_tasks_of_a_killed_runtime_are_soon_free(void **state)
{
    static neap_ns times[DEATHS_MAX];
    int count = number("NEAP_TEST_TASKS", 100, TASKS_MAX);
    int deaths = number("NEAP_TEST_DEATHS", 20, DEATHS_MAX);

    neap_guard_close(guard);
    guard = NULL;
    for (int i = 0; i < deaths; i++)
        times[i] = kill_one(count);
    qsort(times, (size_t)deaths, sizeof *times, compare);
    printf("the last of %d held tasks was free after %.1f ms (median of %d), "
           "p99 %.1f ms\n",
           count, (double)times[deaths / 2] / 1e6, deaths,
           (double)times[deaths * 99 / 100] / 1e6);
    assert_true(times[deaths / 2] < NEAP_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        guard_test(the_tasks_of_a_killed_runtime_are_soon_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
