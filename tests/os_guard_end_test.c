/* os_guard_end_test.c - ends: of tasks, of the guard, of the runtime.
 * ctest labels: process */
#include "guarding.h"

#include <errno.h>
#include <guard/proc.h>
#include <guard/wire.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ends. */

static bool has_one_child(pid_t pid)
{
    return process_children(pid) == 1;
}

static bool has_no_child(pid_t pid)
{
    return process_children(pid) == 0;
}

static void a_leader_stays_a_zombie_until_it_is_reaped(void **state)
{
    pid_t pid;

    SPAWN(1, "/bin/true");
    pid = started(1);
    exited(1, 0, false);
    assert_int_equal(process_state(pid), 'Z');
    SPAWN(2, "/bin/true"); /* another one's end does not take it away, nor hides it */
    started(2);
    exited(2, 0, false);
    assert_int_equal(process_state(pid), 'Z');
    reaped(1, false);
    reaped(2, false);
    assert_int_equal(process_children(neap_guard_pid(guard)), 0);
}

static void what_a_leader_leaves_in_its_group_is_told(void **state)
{
    pid_t pid;

    SHELL(1, "sleep 1000 & exit 0");
    pid = started(1);
    exited(1, 0, false);
    reaped(1, true);
    assert_true(process_has_child(neap_guard_pid(guard)));
    kill(-pid, SIGKILL);
    assert_true(process_await(has_no_child, neap_guard_pid(guard)));
}

static void orphans_are_taken_away_behind_a_kept_zombie(void **state)
{
    SHELL(1, "for i in 1 2 3 4 5 6 7 8 9; do (sleep 0.1) & done; exit 0");
    started(1);
    exited(1, 0, false);
    assert_true(process_await(has_one_child, neap_guard_pid(guard)));
}

#define BURN "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; "

static void an_exit_tells_the_cpu_time_of_what_was_waited_for_too(void **state)
{
    neap_ns idle;

    SHELL(1, "(exit 0); exit 0");
    started(1);
    idle = expect(NEAP_GUARD_EXITED, 1).cpu;
    SHELL(2, "(" BURN "exit 0); exit 0");
    started(2);
    assert_true(expect(NEAP_GUARD_EXITED, 2).cpu > idle + 5 * NEAP_MS);
}

static void orphans_are_told_with_their_cpu_time_to_who_asks(void **state)
{
    neap_guard_event e;

    assert_int_equal(neap_guard_orphans(guard), 0);
    SHELL(7, "(sleep 0.05; " BURN ") & exit 0");
    started(7);
    exited(7, 0, false);
    e = expect(NEAP_GUARD_ORPHAN, 7);
    assert_true(e.pid > 0);
    assert_true(e.cpu > 5 * NEAP_MS);
}

/* While we do not listen: some one by one, the rest together. */
static void of_many_orphans_no_time_is_lost(void **state)
{
    enum { COUNT = 1000 };
    bool rest = false, ended = false;
    int count = 0;
    pid_t pid;

    assert_int_equal(neap_guard_orphans(guard), 0);
    SHELL(1, "i=0; while [ $i -lt 1000 ]; do (: &); i=$((i+1)); done; exit 0");
    pid = started(1);
    assert_true(process_await(process_is_gone, pid));
    assert_true(process_await(has_one_child, neap_guard_pid(guard)));
    while (!rest || !ended) {
        neap_guard_event e = guard_event();

        ended |= e.kind == NEAP_GUARD_EXITED;
        if (e.kind != NEAP_GUARD_ORPHAN)
            continue;
        assert_true(e.cpu > 0);
        rest |= e.pid == 0;
        count++;
    }
    assert_true(count > 64 && count < COUNT);
}

static void exits_are_told_while_another_zombie_is_kept(void **state)
{
    enum { COUNT = 100 };
    pid_t pid[COUNT];

    SPAWN(COUNT, "/bin/true");
    started(COUNT);
    exited(COUNT, 0, false);
    for (uint64_t tag = 0; tag < COUNT; tag++) {
        SPAWN(tag, "/bin/sleep", "1000");
        pid[tag] = started(tag);
    }
    kill(neap_guard_pid(guard), SIGSTOP); /* so that their signals merge */
    for (int i = 0; i < COUNT; i++)
        kill(pid[i], SIGKILL);
    kill(neap_guard_pid(guard), SIGCONT);
    for (int i = 0; i < COUNT; i++) {
        neap_guard_event e = guard_event();

        assert_int_equal(e.kind, NEAP_GUARD_EXITED);
        assert_int_equal(e.pid, pid[e.tag]);
        pid[e.tag] = 0;
    }
}

static void holding_and_releasing_costs_the_guard_nothing(void **state)
{
    neap_ns before, after;
    pid_t pid;

    SPAWN(1, "/bin/sleep", "1000");
    pid = started(1);
    assert_true(process_await(process_sleeps, neap_guard_pid(guard)));
    assert_int_equal(neap_os_process_cpu(neap_guard_pid(guard), &before), 0);
    for (int i = 0; i < 500; i++) {
        kill(pid, SIGSTOP);
        while (!process_is_stopped(pid))
            ;
        kill(pid, SIGCONT);
    }
    assert_int_equal(neap_os_process_cpu(neap_guard_pid(guard), &after), 0);
    assert_true(after - before < 500 * NEAP_US); /* less than a wake-up for each */
}

/* Is the tree of ESCAPE below the guard complete? */
static bool has_escaped(pid_t pid)
{
    pid_t pids[16];

    return neap_proc_tree(pid, pids, 16) == 4 &&
           neap_os_tree_groups(pid, pids, 16) == 3;
}

/* Its own group, one in a session and one in a group of its own; they ignore TERM. */
#define ESCAPE "trap '' TERM; setsid sleep 1000 & timeout 1000 sleep 1000 & wait"

static void close_ends_everything(void **state)
{
    pid_t pids[16];
    size_t count;

    SHELL(1, ESCAPE);
    assert_true(process_await(has_escaped, started(1)));
    SPAWN(2, "/bin/true"); /* waits for its go for ever */
    forked(2);
    count = neap_proc_tree(neap_guard_pid(guard), pids, 16);
    assert_int_equal(count, 6);
    neap_guard_close(guard);
    guard = NULL;
    for (size_t i = 0; i < count; i++)
        assert_true(process_is_gone(pids[i]));
    neap_guard_close(NULL);
}

/* Deaths. */

static void a_dead_guard_is_the_last_event(void **state)
{
    neap_guard_event e;
    pid_t waiting, pid;

    SPAWN(1, "/bin/sleep", "1000");
    pid = started(1);
    SPAWN(2, "/bin/sleep", "1000");
    waiting = forked(2);
    kill(pid, SIGSTOP);
    assert_true(process_await(process_is_stopped, pid));
    SPAWN(3, "/bin/true");
    poll(&(struct pollfd){.fd = neap_guard_fd(guard), .events = POLLIN}, 1, 5000);
    kill(neap_guard_pid(guard), SIGKILL);
    forked(3); /* told before the end, delivered before LOST */
    expect(NEAP_GUARD_LOST, 0);
    assert_false(neap_guard_next(guard, &e));
    assert_int_equal(neap_guard_go(guard, 2), -EPIPE);
    assert_true(
        process_await(process_is_gone, waiting)); /* it heard that its line ended */
    assert_true(
        process_await(process_sleeps, pid)); /* the kernel's rule; HUP is ignored */
    kill(pid, SIGKILL);
    assert_true(process_await(process_is_gone, pid));
}

static void a_guard_that_is_none_is_refused(void **state)
{
    neap_guard *none = NULL;

    assert_int_equal(
        neap_guard_open(&none, "/bin/true",
                        &(neap_guard_options){.on_death = NEAP_GUARD_END, .grace = 0}),
        -EPROTO);
    assert_int_equal(
        neap_guard_open(&none, "/no/such/guard",
                        &(neap_guard_options){.on_death = NEAP_GUARD_END, .grace = 0}),
        -ENOENT);
    assert_null(none);
}

static void a_broken_frame_is_taken_for_our_death(void **state)
{
    static const uint32_t frames[][4] = {
        {0xffffffff, 0, 1, 0},  /* no such kind */
        {16, 0xfffffff0, 1, 0}, /* SPAWN of an absurd length */
        {17, 8, 1, 0},          /* GO has no body */
    };
    pid_t pid;

    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        SPAWN(1, "/bin/sleep", "1000");
        pid = started(1);
        assert_int_equal(send(neap_guard_fd(guard), frames[i], 16, MSG_NOSIGNAL), 16);
        assert_int_equal(guard_event().kind, NEAP_GUARD_LOST);
        assert_true(process_is_gone(pid));
        guard_tear_down(state);
        assert_int_equal(guard_set_up(state), 0);
    }
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* Starts a script that plays a guard: it says `bytes`, a frame and a piece, then
 * one at a time. */
static void open_fake_guard(const void *bytes, size_t size, int result)
{
    char said[] = "/tmp/neap-test-XXXXXX", program[] = "/tmp/neap-test-XXXXXX",
         script[200];
    int length;

    close(mkstemp(said));
    close(mkstemp(program));
    length = snprintf(script, sizeof script,
                      "#!/bin/sh\n(dd bs=40 count=1; dd bs=1) <%s >&3 2>/dev/null\nrm "
                      "%s\nexec cat <&3\n",
                      said, said);
    write_file(said, bytes, size);
    write_file(program, script, (size_t)length);
    chmod(program, 0755);
    assert_int_equal(
        neap_guard_open(&guard, program,
                        &(neap_guard_options){.on_death = NEAP_GUARD_END, .grace = 0}),
        result);
    unlink(program);
}

static void frames_in_pieces_are_put_together_and_absurd_ones_end_it(void **state)
{
    static const neap_wire_frame says[] = {
        {{NEAP_WIRE_HELLO, sizeof(neap_wire_event), NEAP_WIRE_GREETING}, {.pid = 1}},
        {{NEAP_WIRE_EXITED, sizeof(neap_wire_event), 77},
         {.pid = 1234, .code = 9, .signalled = 1}},
        {{NEAP_WIRE_EXITED, UINT32_MAX, 77}, {.pid = 0}},
    };
    neap_guard_event e;

    neap_guard_close(guard);
    open_fake_guard(says, sizeof says, 0);
    e = expect(NEAP_GUARD_EXITED, 77);
    assert_int_equal(e.pid, 1234);
    assert_int_equal(e.code, 9);
    assert_true(e.signalled);
    assert_int_equal(guard_event().kind, NEAP_GUARD_LOST);
    assert_int_equal(neap_guard_go(guard, 77), -EPIPE);
}

static void another_version_of_the_guard_is_refused(void **state)
{
    static const neap_wire_frame says = {
        {NEAP_WIRE_HELLO, sizeof(neap_wire_event), NEAP_WIRE_GREETING + 1}, {.pid = 1}};
    neap_guard *real = guard;

    guard = NULL;
    open_fake_guard(&says, sizeof says, -EPROTO);
    assert_null(guard);
    guard = real;
}

/* A runtime in a process of its own that holds three tasks: one as above, the script
 * `polite`, and one that waits for its go. */
static _Noreturn void doomed_runtime(neap_guard_on_death on_death, const char *polite,
                                     int line)
{
    pid_t pids[16], escaped;
    size_t count;

    alarm(20); /* a check that fails in here must not go on with the other tests */
    if (neap_guard_open(
            &guard, guard_program(),
            &(neap_guard_options){.on_death = on_death, .grace = GUARDING_GRACE}) != 0)
        _exit(1);
    SHELL(1, ESCAPE);
    escaped = started(1);
    SHELL(2, polite);
    if (!process_await(process_has_child, started(2)))
        _exit(1);
    SPAWN(3, "/bin/sleep", "1000");
    forked(3);
    if (!process_await(has_escaped, escaped))
        _exit(1);
    count = neap_proc_tree(neap_guard_pid(guard), pids, 16);
    for (size_t i = 1; i < count; i++)
        kill(pids[i], SIGSTOP);
    if (write(line, pids, count * sizeof *pids) < 0)
        _exit(1);
    for (;;)
        pause();
}

/* Kills such a runtime. Returns how many are in pids: its guard, then the others. */
static int kill_a_runtime(neap_guard_on_death on_death, const char *polite, pid_t *pids)
{
    pid_t runtime;
    ssize_t size;
    int line[2], count;

    neap_guard_close(guard);
    guard = NULL;
    assert_int_equal(pipe(line), 0);
    runtime = fork();
    if (runtime == 0)
        doomed_runtime(on_death, polite, line[1]);
    close(line[1]);
    size = read(line[0], pids, 16 * sizeof *pids);
    close(line[0]);
    count = (int)(size / (ssize_t)sizeof *pids);
    for (int i = 1; i < count; i++)
        assert_true(process_await(process_is_stopped, pids[i]));
    kill(runtime, SIGKILL);
    waitpid(runtime, NULL, 0);
    assert_int_equal(count, 8); /* four of ESCAPE, two of the polite one */
    return count;
}

static void a_killed_runtime_takes_everything_with_it(void **state)
{
    pid_t pids[16];
    neap_ns before = neap_os_now();
    int count = kill_a_runtime(NEAP_GUARD_END, "sleep 1000 & wait", pids);

    for (int i = 0; i < count; i++)
        assert_true(process_await(process_is_gone, pids[i]));
    assert_true(neap_os_now() - before > GUARDING_GRACE); /* some ignored TERM */
}

static void the_tasks_of_a_killed_runtime_are_asked_once_before(void **state)
{
    char path[] = "/tmp/neap-test-XXXXXX", script[200], text[64] = "";
    int fd = mkstemp(path), count;
    pid_t pids[16];

    snprintf(script, sizeof script,
             "trap 'echo asked >>%s' TERM; while :; do sleep 1000 & wait; done", path);
    count = kill_a_runtime(NEAP_GUARD_END, script, pids);
    for (int i = 0; i < count; i++)
        assert_true(process_await(process_is_gone, pids[i]));
    assert_true(read(fd, text, sizeof text - 1) >= 0);
    close(fd);
    unlink(path);
    assert_string_equal(text, "asked\n");
}

static void a_killed_runtime_leaves_nothing_stopped(void **state)
{
    pid_t pids[16];
    int living = 0,
        count = kill_a_runtime(NEAP_GUARD_CONTINUE, "sleep 1000 & wait", pids);

    assert_true(process_await(process_is_gone, pids[0]));
    for (int i = 1; i < count; i++) {
        living += process_lives(pids[i]);
        assert_false(process_is_stopped(pids[i]));
        kill(pids[i], SIGKILL);
        assert_true(process_await(process_is_gone, pids[i]));
    }
    assert_true(living >= count - 2); /* but for the guard and what waited for its go */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        guard_test(a_leader_stays_a_zombie_until_it_is_reaped),
        guard_test(what_a_leader_leaves_in_its_group_is_told),
        guard_test(orphans_are_taken_away_behind_a_kept_zombie),
        guard_test(an_exit_tells_the_cpu_time_of_what_was_waited_for_too),
        guard_test(orphans_are_told_with_their_cpu_time_to_who_asks),
        guard_test(of_many_orphans_no_time_is_lost),
        guard_test(exits_are_told_while_another_zombie_is_kept),
        guard_test(holding_and_releasing_costs_the_guard_nothing),
        guard_test(close_ends_everything),
        guard_test(a_dead_guard_is_the_last_event),
        guard_test(a_guard_that_is_none_is_refused),
        guard_test(a_broken_frame_is_taken_for_our_death),
        guard_test(frames_in_pieces_are_put_together_and_absurd_ones_end_it),
        guard_test(another_version_of_the_guard_is_refused),
        guard_test(a_killed_runtime_takes_everything_with_it),
        guard_test(the_tasks_of_a_killed_runtime_are_asked_once_before),
        guard_test(a_killed_runtime_leaves_nothing_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
