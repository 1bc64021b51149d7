/* os_program_test.c - where execvp would find a program, and where we are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <os/os.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* DIR/a/tool may be executed, DIR/b/tool not; DIR/a/plain is a file, DIR/a/sub a
 * directory. */
static char dir[64], found[PATH_MAX];

static void make(const char *name, mode_t mode)
{
    char path[128];
    int fd;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (mode & S_IFDIR) {
        assert_int_equal(mkdir(path, 0755), 0);
        return;
    }
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    close(fd);
}

static const char *at(const char *format)
{
    static char path[256];

    snprintf(path, sizeof path, format, dir, dir);
    return path;
}

static int set_up(void **state)
{
    strcpy(dir, "/tmp/neap-test-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    make("a", S_IFDIR);
    make("b", S_IFDIR);
    make("a/sub", S_IFDIR);
    make("a/tool", 0755);
    make("a/plain", 0644);
    make("b/tool", 0644);
    return 0;
}

static int tear_down(void **state)
{
    unlink(at("%s/a/tool"));
    unlink(at("%s/a/plain"));
    unlink(at("%s/b/tool"));
    rmdir(at("%s/a/sub"));
    rmdir(at("%s/a"));
    rmdir(at("%s/b"));
    return rmdir(dir);
}

static int find(const char *file, const char *path, const char *cwd)
{
    return neap_os_program_find(file, path, cwd, found, sizeof found);
}

static void the_first_directory_of_the_path_that_has_it_wins(void **state)
{
    assert_int_equal(find("tool", at("/nowhere:%s/a:%s/b"), NULL), 0);
    assert_string_equal(found, at("%s/a/tool"));
}

static void one_that_may_not_be_executed_is_passed_over(void **state)
{
    assert_int_equal(find("tool", at("%s/b:%s/a"), NULL), 0);
    assert_string_equal(found, at("%s/a/tool"));
}

static void one_that_may_not_be_executed_is_told_when_it_is_all_there_is(void **state)
{
    assert_int_equal(find("tool", at("%s/b:/nowhere"), NULL), -EACCES);
    assert_int_equal(find(at("%s/a/plain"), NULL, NULL), -EACCES);
}

static void a_directory_is_no_program(void **state)
{
    assert_int_equal(find("sub", at("%s/a"), NULL), -EACCES);
    assert_int_equal(find("/", NULL, NULL), -EACCES);
}

static void what_is_nowhere_is_not_found(void **state)
{
    assert_int_equal(find("no-such-tool", at("%s/a"), NULL), -ENOENT);
    assert_int_equal(find(at("%s/a/no"), NULL, NULL), -ENOENT);
    assert_int_equal(find(at("%s/a/plain/no"), NULL, NULL), -ENOENT);
    assert_int_equal(find("", at("%s/a"), NULL), -ENOENT);
}

static void a_name_with_a_slash_is_not_looked_up(void **state)
{
    assert_int_equal(find("a/tool", at("%s/a"), dir), 0);
    assert_string_equal(found, "a/tool");
    assert_int_equal(find("./tool", at("%s/a"), dir), -ENOENT);
}

static void the_directory_of_the_job_counts(void **state)
{
    const char *a = at("%s/a");

    assert_int_equal(find("./tool", NULL, a), 0);
    assert_string_equal(found, "./tool");
    assert_int_equal(find("tool", "/nowhere:", a), 0); /* an empty entry is "here" */
    assert_string_equal(found, "tool");
    assert_int_equal(find("tool", ".", a), 0);
    assert_string_equal(found, "./tool");
}

static void without_a_path_the_standard_one_is_searched(void **state)
{
    assert_int_equal(find("sh", NULL, NULL), 0);
    assert_int_equal(found[0], '/');
}

static void a_path_that_is_too_long_is_told(void **state)
{
    char small[4];
    char big[PATH_MAX + 2];

    assert_int_equal(neap_os_program_find("/bin/sh", NULL, NULL, small, sizeof small),
                     -ENAMETOOLONG);
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    assert_int_equal(find(big, "/bin", NULL), -ENAMETOOLONG);
}

static void we_find_the_directory_of_this_program(void **state)
{
    char own[PATH_MAX], exe[PATH_MAX] = "";

    assert_int_equal(neap_os_self_dir(own, sizeof own), 0);
    assert_true(readlink("/proc/self/exe", exe, sizeof exe - 1) > 0);
    *strrchr(exe, '/') = '\0';
    assert_string_equal(own, exe);
    assert_int_equal(neap_os_self_dir(own, 2), -ENAMETOOLONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_directory_of_the_path_that_has_it_wins),
        cmocka_unit_test(one_that_may_not_be_executed_is_passed_over),
        cmocka_unit_test(one_that_may_not_be_executed_is_told_when_it_is_all_there_is),
        cmocka_unit_test(a_directory_is_no_program),
        cmocka_unit_test(what_is_nowhere_is_not_found),
        cmocka_unit_test(a_name_with_a_slash_is_not_looked_up),
        cmocka_unit_test(the_directory_of_the_job_counts),
        cmocka_unit_test(without_a_path_the_standard_one_is_searched),
        cmocka_unit_test(a_path_that_is_too_long_is_told),
        cmocka_unit_test(we_find_the_directory_of_this_program),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
