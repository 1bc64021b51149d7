/* os_guard_death_test.c - each way in which a runtime can be gone, and what becomes of
 * its tasks, by choice.
 * ctest labels: process */
#include "guarding.h"

#include <guard/proc.h>
#include <os/record.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum form { KILLED, EXECS, LEAVES_A_WORKER, CLOSES_ALL, EXITS };

/* What the runtime says of itself before it goes. */
struct word {
    pid_t guard, worker, tasks[3];
    char record[256];
};

static bool has_child_of_its_own(pid_t pid)
{
    return process_children(pid) == 1;
}

static void note_child(void *user, pid_t pid)
{
    *(pid_t *)user = pid;
}

static void hold(neap_record *record, pid_t group, pid_t session)
{
    int entry = neap_record_put(
        record, &(neap_record_entry){.pid = group, .group = group, .session = session});

    neap_record_hold(record, entry);
    kill(-group, SIGSTOP);
}

/* A task, and one whose child has a session of its own: all are held. */
static void begin(neap_guard_on_death on_death, struct word *w)
{
    neap_guard_options options = {.on_death = on_death, .grace = GUARDING_GRACE};
    neap_record *record;

    if (neap_record_open(&record, on_death == NEAP_GUARD_END, GUARDING_GRACE) != 0)
        _exit(1);
    options.record = record;
    options.stuck_after = 2 * NEAP_S;
    if (neap_guard_open(&guard, guard_program(), &options) != 0)
        _exit(1);
    w->guard = neap_guard_pid(guard);
    SPAWN(1, "/bin/sleep", "1000");
    w->tasks[0] = started(1);
    SHELL(2, "setsid sleep 1000 & wait");
    w->tasks[1] = started(2);
    if (!process_await(has_child_of_its_own, w->tasks[1]))
        _exit(1);
    neap_proc_children(w->tasks[1], note_child, &w->tasks[2]);
    while (getsid(w->tasks[2]) != w->tasks[2])
        ;
    for (int i = 0; i < 3; i++)
        hold(record, w->tasks[i], i < 2 ? w->guard : w->tasks[2]);
    neap_guard_beat(guard, neap_os_now());
    snprintf(w->record, sizeof w->record, "%s", neap_record_path(record));
}

static _Noreturn void runtime(enum form form, neap_guard_on_death on_death, int line)
{
    struct word w = {0};

    alarm(20);
    begin(on_death, &w);
    if (form == LEAVES_A_WORKER && (w.worker = fork()) == 0)
        for (;;)
            pause();
    if (write(line, &w, sizeof w) != sizeof w)
        _exit(1);
    if (form == EXITS)
        exit(0);
    if (form == EXECS)
        execl("/bin/sleep", "sleep", "20", (char *)NULL);
    for (int fd = 0; form == CLOSES_ALL && fd < 256; fd++)
        close(fd);
    for (;;)
        pause();
}

static pid_t start(enum form form, neap_guard_on_death on_death, struct word *w)
{
    int line[2];
    pid_t pid;

    neap_guard_close(guard);
    guard = NULL;
    assert_int_equal(pipe(line), 0);
    pid = fork();
    if (pid == 0)
        runtime(form, on_death, line[1]);
    close(line[1]);
    assert_int_equal(read(line[0], w, sizeof *w), sizeof *w);
    close(line[0]);
    return pid;
}

static void finish(pid_t pid, const struct word *w)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    if (w->worker > 0)
        kill(w->worker, SIGKILL);
    for (int i = 0; i < 3; i++)
        kill(w->tasks[i], SIGKILL);
}

static void goes(enum form form, neap_guard_on_death on_death)
{
    struct word w;
    pid_t pid = start(form, on_death, &w);

    if (form == KILLED || form == LEAVES_A_WORKER)
        kill(pid, SIGKILL);
    assert_true(process_await(process_is_gone, w.guard));
    if (form == EXECS || form == CLOSES_ALL)
        assert_true(process_lives(pid));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(process_lives(w.tasks[i]), on_death == NEAP_GUARD_CONTINUE);
        assert_false(process_is_stopped(w.tasks[i]));
    }
    assert_int_not_equal(access(w.record, F_OK), 0);
    finish(pid, &w);
}

static void goes_both_ways(enum form form)
{
    goes(form, NEAP_GUARD_END);
    goes(form, NEAP_GUARD_CONTINUE);
}

static void a_runtime_that_is_killed(void **state)
{
    goes_both_ways(KILLED);
}

static void a_runtime_that_execs_another_program(void **state)
{
    goes_both_ways(EXECS);
}

static void a_runtime_that_leaves_a_worker_with_its_descriptors(void **state)
{
    goes_both_ways(LEAVES_A_WORKER);
}

static void a_runtime_that_closes_all_descriptors(void **state)
{
    goes_both_ways(CLOSES_ALL);
}

static void a_runtime_that_exits_without_closing(void **state)
{
    goes_both_ways(EXITS);
}

/* Of the session of a guard before ours: not below ours, and in the record. */
static void what_another_guard_left_ends_with_the_runtime(void **state)
{
    struct word w;
    neap_record *record;
    pid_t stray = process_sh("exec sleep 1000");

    assert_int_equal(neap_record_open(&record, 1, 0), 0);
    neap_guard_close(guard);
    assert_int_equal(neap_guard_open(&guard, guard_program(),
                                     &(neap_guard_options){.on_death = NEAP_GUARD_END,
                                                           .grace = GUARDING_GRACE,
                                                           .record = record}),
                     0);
    w.guard = neap_guard_pid(guard);
    hold(record, stray, getsid(0));
    assert_true(process_await(process_is_stopped, stray));
    neap_guard_abandon(guard); /* the socket ends: we are as good as dead */
    guard = NULL;
    assert_true(process_await(process_is_gone, stray));
    assert_true(process_await(process_is_gone, w.guard));
    neap_record_close(record);
}

/* The record. */

static void a_record_grows_and_its_entries_come_again(void **state)
{
    enum { COUNT = 5000 };
    neap_record *r;
    int first;

    assert_int_equal(neap_record_open(&r, 0, 0), 0);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(neap_record_put(r, &(neap_record_entry){.tag = 1}), i);
    assert_false(neap_record_has_held(r));
    neap_record_hold(r, COUNT - 1);
    neap_record_hold(r, COUNT - 1);
    assert_true(neap_record_has_held(r));
    neap_record_drop(r, COUNT - 1);
    assert_false(neap_record_has_held(r));
    first = neap_record_put(r, &(neap_record_entry){.tag = 2});
    assert_int_equal(first, COUNT - 1);
    neap_record_close(r);
}

static void a_directory_of_somebody_else_is_not_used(void **state)
{
    char dir[] = "/tmp/neap-test-XXXXXX", inner[64];
    neap_record *r;

    assert_non_null(mkdtemp(dir));
    snprintf(inner, sizeof inner, "%s/neap", dir);
    assert_int_equal(symlink("/tmp", inner), 0);
    setenv("XDG_RUNTIME_DIR", dir, 1);
    assert_int_equal(neap_record_open(&r, 0, 0), 0);
    assert_true(!neap_record_path(r) ||
                strncmp(neap_record_path(r), dir, strlen(dir)) != 0);
    neap_record_close(r);
    unlink(inner);
    assert_int_equal(neap_record_open(&r, 0, 0), 0);
    assert_int_equal(neap_record_where(r), NEAP_RECORD_FILE);
    assert_int_equal(strncmp(neap_record_path(r), inner, strlen(inner)), 0);
    neap_record_close(r);
    unsetenv("XDG_RUNTIME_DIR");
    rmdir(inner);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        guard_test(a_runtime_that_is_killed),
        guard_test(a_runtime_that_execs_another_program),
        guard_test(a_runtime_that_leaves_a_worker_with_its_descriptors),
        guard_test(a_runtime_that_closes_all_descriptors),
        guard_test(a_runtime_that_exits_without_closing),
        guard_test(what_another_guard_left_ends_with_the_runtime),
        cmocka_unit_test(a_record_grows_and_its_entries_come_again),
        cmocka_unit_test(a_directory_of_somebody_else_is_not_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
