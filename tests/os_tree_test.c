/* os_tree_test.c - the living processes below one, and their groups. ctest labels:
 * process */
#include "process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <guard/proc.h>
#include <os/os.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 8 };

static bool contains(const pid_t *groups, int count, pid_t group)
{
    for (int i = 0; i < count; i++)
        if (groups[i] == group)
            return true;
    return false;
}

static void a_tree_of_one_group_counts_once(void **state)
{
    pid_t groups[ROOM], root = process_sh("sleep 1000 & sleep 1000 & wait");

    assert_true(process_await(process_has_child, root));
    assert_int_equal(neap_os_tree_groups(root, groups, ROOM), 1);
    assert_int_equal(groups[0], root);
    process_end(root);
}

static bool has_two_groups(pid_t root)
{
    pid_t groups[ROOM];

    return neap_os_tree_groups(root, groups, ROOM) == 2;
}

static void a_descendant_in_a_group_of_its_own_is_found(void **state)
{
    pid_t groups[ROOM], root = process_sh("(timeout 1000 sleep 1000; true) & wait");
    int count;

    assert_true(process_await(has_two_groups, root));
    count = neap_os_tree_groups(root, groups, ROOM);
    assert_true(contains(groups, count, root));
    process_end(root);
}

static void a_descendant_in_a_session_of_its_own_is_found(void **state)
{
    pid_t root = process_sh("setsid -w sleep 1000 & wait");

    assert_true(process_await(has_two_groups, root));
    process_end(root);
}

static void no_room_still_says_how_many(void **state)
{
    pid_t none = -7, root = process_sh("setsid -w sleep 1000 & wait");

    assert_true(process_await(has_two_groups, root));
    assert_int_equal(neap_os_tree_groups(root, &none, 0), 2);
    assert_int_equal(none, -7);
    process_end(root);
}

static void a_zombie_has_no_group(void **state)
{
    pid_t groups[ROOM], root = process_sh("exit 0");

    assert_true(process_await(process_is_gone, root));
    assert_int_equal(process_state(root), 'Z');
    assert_int_equal(neap_os_tree_groups(root, groups, ROOM), 0);
    process_take_away(root);
    assert_int_equal(neap_os_tree_groups(root, groups, ROOM), 0);
}

static bool has_300_children(pid_t pid)
{
    pid_t groups[ROOM];

    return process_children(pid) == 300 && neap_os_tree_groups(pid, groups, ROOM) == 2;
}

static void a_tree_of_hundreds_is_seen_whole(void **state)
{
    pid_t pids[1024], root = process_sh("i=1; while [ $i -lt 300 ]; do sleep 1000 & "
                                        "i=$((i + 1)); done; setsid sleep 1000 & wait");

    assert_true(process_await(has_300_children, root));
    assert_int_equal(neap_proc_tree(root, pids, 1024), 301);
    assert_int_equal(neap_proc_tree(root, pids, 100), 100);
    process_end(root);
}

static void having_children_is_told(void **state)
{
    pid_t parent = process_sh("sleep 1000 & wait"),
          lone = process_sh("exec sleep 1000");

    assert_true(process_await(process_has_child, parent));
    assert_true(neap_os_has_children(parent));
    assert_false(neap_os_has_children(lone));
    process_end(lone);
    assert_false(neap_os_has_children(lone));
    process_end(parent);
}

static void a_group_lives_until_its_leader_ends(void **state)
{
    pid_t leader = process_sh("exec sleep 1000");

    assert_true(neap_os_group_lives(leader));
    kill(leader, SIGKILL);
    assert_true(process_await(process_is_gone, leader));
    assert_false(neap_os_group_lives(leader)); /* a zombie is nobody */
    process_take_away(leader);
    assert_false(neap_os_group_lives(leader));
    assert_false(neap_os_group_lives(0));
    assert_false(neap_os_group_lives(1));
}

static void a_group_outlives_its_leader(void **state)
{
    int line[2];
    char text[32] = "";
    pid_t leader, rest;

    assert_int_equal(pipe(line), 0);
    leader = fork();
    if (leader == 0) {
        dup2(line[1], STDOUT_FILENO);
        setpgid(0, 0);
        execl("/bin/sh", "sh", "-c", "sleep 1000 >/dev/null & echo $!", (char *)NULL);
    }
    process_take_away(leader);
    assert_true(read(line[0], text, sizeof text - 1) > 0);
    assert_int_equal(sscanf(text, "%d", &rest), 1);
    assert_true(neap_os_group_lives(leader));
    kill(rest, SIGKILL);
    assert_true(process_await(process_is_gone, rest));
    assert_false(neap_os_group_lives(leader));
    close(line[0]);
    close(line[1]);
}

static void keep(void *user, pid_t pid)
{
    *(pid_t *)user = pid;
}

static pid_t child_of(pid_t pid)
{
    pid_t child = 0;

    neap_proc_children(pid, keep, &child);
    return child;
}

static bool runs_that_name(pid_t pid)
{
    char name[64];

    process_status(child_of(pid), "Name", name, sizeof name);
    return strcmp(name, "x) R 1 (") == 0;
}

static void a_name_with_brackets_and_blanks_is_read(void **state)
{
    char dir[] = "/tmp/neap-test-XXXXXX", path[64], script[200];
    neap_proc p;
    pid_t pid;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/x) R 1 (", dir);
    snprintf(script, sizeof script, "cp /bin/sleep '%s' && '%s' 1000; true", path,
             path);
    pid = process_sh(script);
    assert_true(process_await(runs_that_name, pid));
    assert_int_equal(neap_proc_read(child_of(pid), &p), 0);
    assert_int_equal(p.parent, pid);
    assert_int_equal(p.group, pid);
    assert_int_equal(p.session, getsid(0));
    assert_int_equal(p.threads, 1);
    process_end(pid);
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        process_test(a_tree_of_one_group_counts_once),
        process_test(a_descendant_in_a_group_of_its_own_is_found),
        process_test(a_descendant_in_a_session_of_its_own_is_found),
        process_test(no_room_still_says_how_many),
        process_test(a_zombie_has_no_group),
        process_test(a_tree_of_hundreds_is_seen_whole),
        process_test(having_children_is_told),
        process_test(a_group_lives_until_its_leader_ends),
        process_test(a_group_outlives_its_leader),
        process_test(a_name_with_brackets_and_blanks_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
