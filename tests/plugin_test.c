/* plugin_test.c - policies in shared objects, for a host in C: loaded, run, refused. */
#include "process.h"
#include <dlfcn.h>
#include <errno.h>
#include <neap/neap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *path_of(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s.so", getenv("NEAP_TEST_PLUGINS"), name);
    return path;
}

static neap_runtime *runtime_of(const neap_policy *policy)
{
    neap_options o = {.size = sizeof o, .table = policy, .cpus = 1};
    neap_runtime *rt;

    o.clock = NEAP_CLOCK_VIRTUAL;
    assert_int_equal(neap_new(&rt, &o), 0);
    return rt;
}

static void a_policy_of_a_shared_object_decides(void **state)
{
    neap_policy_file *file;
    neap_runtime *rt;
    neap_spec light = {.size = sizeof light, .weight = 100};
    neap_spec heavy = {.size = sizeof heavy, .weight = 300};
    neap_id first, second;

    assert_int_equal(neap_policy_file_open(&file, path_of("own_policy_plugin")), 0);
    assert_string_equal(neap_policy_file_table(file)->name, "turns");
    rt = runtime_of(neap_policy_file_table(file));
    assert_int_equal(neap_add(rt, &light, &first), 0);
    assert_int_equal(neap_add(rt, &heavy, &second), 0);
    neap_run_for(rt, 4 * NEAP_S);
    assert_int_equal(neap_find(rt, first)->cpu_ns, NEAP_S);
    assert_int_equal(neap_find(rt, second)->cpu_ns, 3 * NEAP_S);
    neap_free(rt);
    neap_policy_file_close(file);
    neap_policy_file_close(NULL);
}

static void two_runtimes_may_have_it_and_each_its_own_state(void **state)
{
    neap_policy_file *one, *two;
    neap_runtime *a, *b;

    assert_int_equal(neap_policy_file_open(&one, path_of("verbs")), 0);
    assert_int_equal(neap_policy_file_open(&two, path_of("verbs")), 0);
    a = runtime_of(neap_policy_file_table(one));
    b = runtime_of(neap_policy_file_table(two));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(neap_add(a, NULL, NULL), 0);
        assert_int_equal(neap_add(b, NULL, NULL), 0);
    }
    neap_run_for(a, NEAP_S);
    neap_free(a);
    neap_policy_file_close(one);
    neap_run_for(b, NEAP_S);
    neap_free(b);
    neap_policy_file_close(two);
}

static void refused(int error, const char *path, const char *why)
{
    neap_policy_file *file = NULL;

    assert_int_equal(neap_policy_file_open(&file, path), -error);
    assert_null(file);
    if (!strstr(neap_last_error(), why))
        fail_msg("%s\nnot in: %s", why, neap_last_error());
}

static void what_is_no_policy_is_refused_with_the_reason(void **state)
{
    refused(ENOENT, "/no/such.so", "cannot read policy file /no/such.so: No such file");
    refused(EINVAL, "/dev/null", "/dev/null: not a regular file");
    refused(NEAP_EPOLICY, "/etc/passwd", "cannot load policy file /etc/passwd: ");
    refused(NEAP_EPOLICY, path_of("no_door"), "it has no symbol neap_plugin");
    refused(NEAP_EPOLICY, path_of("other_version"),
            "is made for version 7 of the interface, this neap has 1: compile it with");
    refused(NEAP_EPOLICY, path_of("nameless"), "its table has no name");
    refused(NEAP_EPOLICY, path_of("taken_name"), "a policy \"fair\" of its own");
    refused(NEAP_EPOLICY, path_of("open_end"),
            "undefined symbol: neap_count (a plug-in includes <neap/plugin.h>)");
}

static void a_path_without_a_slash_is_in_the_current_directory(void **state)
{
    neap_policy_file *file;
    char before[4096];

    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(getenv("NEAP_TEST_PLUGINS")), 0);
    assert_int_equal(neap_policy_file_open(&file, "verbs.so"), 0);
    assert_int_equal(chdir(before), 0);
    neap_policy_file_close(file);
    refused(ENOENT, "verbs.so", "cannot read policy file ./verbs.so: No such file");
}

/* As in a host that links the library and has the Lua module, too. */
static void another_copy_of_neap_is_kept_out_of_it(void **state)
{
    void *other = dlopen(getenv("NEAP_TEST_LIBRARY"), RTLD_NOW | RTLD_LOCAL);
    int (*open_there)(neap_policy_file **, const char *);
    const char *(*error_there)(void);
    neap_policy_file *file, *there = NULL;

    if (!other)
        fail_msg("%s", dlerror());
    *(void **)&open_there = dlsym(other, "neap_policy_file_open");
    *(void **)&error_there = dlsym(other, "neap_last_error");
    assert_int_equal(neap_policy_file_open(&file, path_of("verbs")), 0);
    assert_int_equal(open_there(&there, path_of("verbs")), -NEAP_ESTATE);
    assert_non_null(strstr(error_there(), "in use by another copy of neap"));
    neap_policy_file_close(file);
    dlclose(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_of_a_shared_object_decides),
        cmocka_unit_test(two_runtimes_may_have_it_and_each_its_own_state),
        cmocka_unit_test(what_is_no_policy_is_refused_with_the_reason),
        cmocka_unit_test(a_path_without_a_slash_is_in_the_current_directory),
        cmocka_unit_test(another_copy_of_neap_is_kept_out_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
