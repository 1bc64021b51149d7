/* loop_memory_test.c - libev aborts when it gets no memory: so it asks for none while
 * tasks run.
 *
 * ctest labels: process
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ev.h>
#include <neap/neap.h>
#include <stdlib.h>

static int asked;

static void *count(void *old, long size)
{
    if (size > 0) {
        asked++;
        return realloc(old, (size_t)size);
    }
    free(old);
    return NULL;
}

static neap_runtime *a_runtime(void)
{
    neap_options o = {.size = sizeof o, .quantum = NEAP_MS, .cpus = 1};
    neap_runtime *rt;

    assert_int_equal(neap_new(&rt, &o), 0);
    return rt;
}

static void spawn(neap_runtime *rt, neap_output output)
{
    const char *argv[] = {"sh", "-c",
                          "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done", NULL};
    neap_job job = {.size = sizeof job, .argv = argv, .output = output};

    assert_int_equal(neap_spawn(rt, &job, NULL), 0);
}

static void a_run_asks_for_no_memory_of_the_loop(void **state)
{
    neap_runtime *rt;

    ev_set_allocator(count);
    rt = a_runtime();
    assert_true(asked > 0);
    asked = 0;
    for (int i = 0; i < 4; i++)
        spawn(rt, i % 2 ? NEAP_OUTPUT_TAG : NEAP_OUTPUT_INHERIT);
    assert_int_equal(neap_run(rt), 0);
    assert_int_equal(asked, 0);
    neap_free(rt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_asks_for_no_memory_of_the_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
