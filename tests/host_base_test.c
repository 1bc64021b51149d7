/* host_base_test.c - what a policy in Lua does not replace is its base's own function.
 *
 * So it costs what it costs in C.
 *
 * init, exit, init_task and exit_task are always the host's: it has its own state and
 * handles to care for, and calls the base's.
 */
#include "host.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define POINTERS(HOOK)                                                                 \
    HOOK(enqueue)                                                                      \
    HOOK(dequeue)                                                                      \
    HOOK(pick)                                                                         \
    HOOK(slice)                                                                        \
    HOOK(running)                                                                      \
    HOOK(stopping)                                                                     \
    HOOK(tick)                                                                         \
    HOOK(preempt)                                                                      \
    HOOK(update)                                                                       \
    HOOK(signal)                                                                       \
    HOOK(timer)

static struct neap_host *host_of(const char *text)
{
    lua_State *own = neap_sandbox_new(8 << 20);
    struct neap_host *h = own ? neap_host_new(NULL, own) : NULL;

    assert_non_null(h);
    *(struct neap_host **)lua_getextraspace(own) = h;
    assert_int_equal(neap_sandbox_run(own, text, strlen(text), "@test.lua"), 0);
    assert_int_equal(neap_host_declare(h, own), 0);
    return h;
}

/* Names the hooks in which `p` differs from `base`, a space before each. */
static void name_differences(const neap_policy *p, const neap_policy *base, char *out,
                             size_t room)
{
    size_t used = 0;

    out[0] = '\0';
#define NAME(hook)                                                                     \
    if (p->hook != base->hook)                                                         \
        used += (size_t)snprintf(out + used, room - used, " " #hook);
    POINTERS(NAME)
#undef NAME
}

static void assert_replaced(const char *base, const char *hooks, const char *expected)
{
    char text[512], got[256];
    struct neap_host *h;

    snprintf(text, sizeof text, "local p = { name = 'p', base = '%s' }\n%s\nreturn p",
             base, hooks);
    h = host_of(text);
    name_differences(&h->record, neap_policy_find(base), got, sizeof got);
    assert_string_equal(got, expected);
    neap_host_free(h);
}

static void an_empty_table_has_the_hooks_of_its_base(void **state)
{
    const neap_policy *p;

    for (size_t i = 0; (p = neap_policy_at(i)); i++)
        assert_replaced(p->name, "", "");
}

static void a_hook_in_lua_replaces_that_one_alone(void **state)
{
    static const char *const alone[] = {"slice",   "running", "stopping", "tick",
                                        "preempt", "update",  "signal",   "timer"};
    char hook[64], expected[32];

    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        snprintf(hook, sizeof hook, "function p:%s() end", alone[i]);
        snprintf(expected, sizeof expected, " %s", alone[i]);
        assert_replaced("fair", hook, expected);
    }
}

static void the_three_of_the_queue_go_together(void **state)
{
    assert_replaced("fair", "function p:pick(cpu) return self.base:pick(cpu) end",
                    " enqueue dequeue pick");
}

static void hooks_outside_decisions_replace_none(void **state)
{
    assert_replaced("fair",
                    "function p:init() end function p:exit() end function p:save() end "
                    "function p:restore() end function p:explain() end "
                    "function p:init_task() end function p:exit_task() end",
                    "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_has_the_hooks_of_its_base),
        cmocka_unit_test(a_hook_in_lua_replaces_that_one_alone),
        cmocka_unit_test(the_three_of_the_queue_go_together),
        cmocka_unit_test(hooks_outside_decisions_replace_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
