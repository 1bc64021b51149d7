/* threads_test.c - runtimes that are made and freed over and over, in several threads
 * at a time: a thousand with NEAP_TEST_ALL=1.
 *
 * ctest labels: process
 * ctest timeout: 120
 */
#include <dirent.h>
#include <neap/neap.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 4, FEW = 40, ALL = 1000, WITH_PROCESS = 10 };

/* One of them, in its own thread. */
struct life {
    int rounds, calls, exits, failed;
    pthread_t thread;
};

static int rounds(void)
{
    const char *all = getenv("NEAP_TEST_ALL");

    return all && *all ? ALL : FEW;
}

static int descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void called(void *user, neap_runtime *rt, neap_timer id)
{
    ((struct life *)user)->calls++;
}

static void ended(void *user, neap_runtime *rt, neap_task *t, neap_how how, int code)
{
    ((struct life *)user)->exits += how == NEAP_HOW_EXIT && code == 3;
}

static int live_once(struct life *l, bool process)
{
    const char *argv[] = {"sh", "-c", "exit 3", NULL};
    neap_job job = {.size = sizeof job, .argv = argv};
    neap_options o = {.size = sizeof o, .user = l, .on_exit = ended};
    neap_runtime *rt = NULL;
    int r = neap_new(&rt, &o);

    if (r == 0)
        r = neap_after(rt, NEAP_MS, called, l, NULL, NULL);
    if (r == 0 && process)
        r = neap_spawn(rt, &job, NULL);
    if (r == 0)
        r = neap_fd(rt) < 0 ? -1 : 0;
    if (r == 0)
        r = neap_run(rt);
    neap_free(rt);
    return r;
}

static int virtual_once(void)
{
    neap_options o = {.size = sizeof o, .clock = NEAP_CLOCK_VIRTUAL};
    neap_spec spec = {.size = sizeof spec};
    neap_runtime *rt = NULL;
    int r = neap_new(&rt, &o);

    for (int i = 0; i < 3 && r == 0; i++)
        r = neap_add(rt, &spec, NULL);
    if (r == 0)
        r = neap_run_for(rt, NEAP_S);
    neap_free(rt);
    return r;
}

static void *live(void *user)
{
    struct life *l = user;

    for (int i = 0; i < l->rounds; i++) {
        int r = live_once(l, i % WITH_PROCESS == 0);

        if (r == 0)
            r = virtual_once();
        if (r != 0) {
            fprintf(stderr, "round %d: %d: %s\n", i, r, neap_last_error());
            l->failed++;
        }
    }
    return NULL;
}

static void check(const struct life *l)
{
    assert_int_equal(l->failed, 0);
    assert_int_equal(l->calls, l->rounds);
    assert_int_equal(l->exits, (l->rounds + WITH_PROCESS - 1) / WITH_PROCESS);
}

static void one_after_the_other_they_leave_nothing(void **state)
{
    struct life l = {.rounds = rounds()};
    int before = descriptors();

    live(&l);
    check(&l);
    assert_int_equal(descriptors(), before);
}

static void several_threads_have_their_own_ones(void **state)
{
    struct life l[THREADS] = {{0}};
    int before = descriptors();

    for (int i = 0; i < THREADS; i++) {
        l[i].rounds = rounds() / THREADS;
        assert_int_equal(pthread_create(&l[i].thread, NULL, live, &l[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(l[i].thread, NULL);
    for (int i = 0; i < THREADS; i++)
        check(&l[i]);
    assert_int_equal(descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_the_other_they_leave_nothing),
        cmocka_unit_test(several_threads_have_their_own_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
