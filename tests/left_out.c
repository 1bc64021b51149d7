/* left_out.c - cases of a cmocka program that are not run: those that NEAP_TEST_LEAVE_OUT
 * names, with blanks between.
 *
 * The linker puts it between a test and cmocka (--wrap): only where something is left out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests,
                                   size_t n, CMFixtureFunction set_up,
                                   CMFixtureFunction tear_down);
int __real__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests,
                                   size_t n, CMFixtureFunction set_up,
                                   CMFixtureFunction tear_down);

static int is_left_out(const char *name)
{
    const char *list = getenv("NEAP_TEST_LEAVE_OUT");
    size_t length = strlen(name);

    for (const char *at = list; at && (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return 1;
    return 0;
}

int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests,
                                   size_t n, CMFixtureFunction set_up,
                                   CMFixtureFunction tear_down)
{
    struct CMUnitTest *kept = malloc((n + 1) * sizeof *kept);
    size_t count = 0;
    int failed;

    if (!kept)
        return 1;
    for (size_t i = 0; i < n; i++) {
        if (is_left_out(tests[i].name))
            printf("left out: %s\n", tests[i].name);
        else
            kept[count++] = tests[i];
    }
    failed = __real__cmocka_run_group_tests(name, kept, count, set_up, tear_down);
    free(kept);
    return failed;
}
