/* lost_test.c - an adopted task whose end another took: it is lost, and leaves nothing.
 * ctest labels: process
 */
#include "process.h"
#include <neap/neap.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static neap_how how;
static int exits;

static void note_exit(void *user, neap_runtime *rt, neap_task *t, neap_how by, int code)
{
    how = by;
    exits++;
}

static pid_t child_of(pid_t parent)
{
    char path[64];
    int pid = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    file = fopen(path, "re");
    if (file) {
        if (fscanf(file, "%d", &pid) != 1)
            pid = 0;
        fclose(file);
    }
    return pid;
}

static neap_runtime *start(neap_task **task)
{
    static const char *const argv[] = {
        "bash", "-c", "set -m; (while :; do :; done) & wait; while :; do :; done",
        NULL};
    neap_options o = {.size = sizeof o, .cpus = 1, .adopt = true, .on_exit = note_exit};
    neap_job job = {.size = sizeof job, .argv = argv};
    neap_runtime *rt;
    neap_id id;

    exits = 0;
    assert_int_equal(neap_new(&rt, &o), 0);
    assert_int_equal(neap_spawn(rt, &job, &id), 0);
    *task = neap_find(rt, id);
    for (int i = 0; i < 100 && !(*task)->about->pid; i++)
        neap_run_for(rt, 10 * NEAP_MS);
    for (int i = 0; i < 100 && !child_of((*task)->about->pid); i++)
        neap_run_for(rt, 10 * NEAP_MS);
    return rt;
}

/* The guard and its keeper, who is our child. */
static void kill_both(pid_t leader)
{
    char text[16] = "";
    pid_t guard, keeper;

    process_status(leader, "PPid", text, sizeof text);
    guard = atoi(text);
    process_status(guard, "PPid", text, sizeof text);
    keeper = atoi(text);
    kill(keeper, SIGKILL);
    kill(guard, SIGKILL);
}

static void one_whose_end_was_taken_is_lost_and_leaves_nothing_stopped(void **state)
{
    neap_task *t;
    neap_runtime *rt = start(&t);
    pid_t leader = t->about->pid, child = child_of(leader);

    assert_true(child > 0);
    kill_both(leader);
    neap_run_for(rt, 500 * NEAP_MS);
    assert_int_equal(exits, 0); /* taken over */
    assert_int_equal(neap_task_pause(rt, t->id), 0);
    neap_run_for(rt, 50 * NEAP_MS);
    assert_true(process_await(process_is_stopped, child));
    kill(leader, SIGKILL);
    assert_int_equal(waitpid(leader, NULL, 0), leader);
    for (int i = 0; i < 500 && exits == 0; i++)
        neap_run_for(rt, 10 * NEAP_MS);
    assert_int_equal(exits, 1);
    assert_int_equal(how, NEAP_HOW_LOST);
    assert_true(process_await(process_is_gone, child));
    neap_free(rt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_whose_end_was_taken_is_lost_and_leaves_nothing_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
