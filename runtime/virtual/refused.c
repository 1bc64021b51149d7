/* refused.c - the public functions that have to do with processes: each says what there
 * is instead. */
#include "refused.h"
#include "core/text.h"
#include "loop/limits.h"
#include "loop/runtime.h"
#include <neap/facts.h>

int neap_virtual_refuse(void)
{
    return neap_virtual_refuse_it("processes cannot be started");
}

int neap_virtual_refuse_it(const char *what)
{
    return neap_error(NEAP_EUNSUPPORTED, "%s " NEAP_NO_PROCESSES ": only virtual tasks",
                      what);
}

int neap_attach(neap_runtime *rt, int pid, const neap_spec *spec, neap_id *out)
{
    return neap_virtual_refuse_it("processes cannot be attached");
}

int neap_suspend(neap_runtime *rt)
{
    return neap_virtual_refuse_it("this process cannot be stopped");
}

int neap_on_signal(neap_runtime *rt, int signo, neap_signal_fn *fn, void *user)
{
    return neap_virtual_refuse_it("signals are not heard");
}

int neap_on_child(neap_runtime *rt, int pid, neap_child_fn *fn, void *user)
{
    return neap_virtual_refuse_it("children are not heard of");
}

int neap_limits_check(const neap_limits *limits)
{
    return neap_virtual_refuse_it("limits cannot be set");
}

int neap_limits_ranges(const neap_limits *limits)
{
    return neap_virtual_refuse_it("limits cannot be set");
}

int neap_rescue(neap_rescue_mode mode, neap_ns grace, neap_left_fn *fn, void *user)
{
    return 0;
}

/* In the loop of a host. */

int neap_fd(neap_runtime *rt)
{
    return neap_virtual_refuse_it("virtual time passes by itself: there is nothing to "
                                  "wait for");
}

neap_ns neap_timeout(const neap_runtime *rt)
{
    neap_ns due, now = neap_loop_now(rt);

    if (rt->replay)
        return 0;
    due = neap_loop_due(rt);
    return due == NEAP_FOREVER ? due : due < now ? 0 : due - now;
}

const char *neap_placement(neap_runtime *rt)
{
    return "";
}

/* Policies in shared objects. */

int neap_policy_file_open(neap_policy_file **out, const char *path)
{
    return neap_virtual_refuse_it("policies are not loaded from files");
}

const neap_policy *neap_policy_file_table(const neap_policy_file *file)
{
    return NULL;
}

void neap_policy_file_close(neap_policy_file *file)
{
}

/* What this machine allows. */

int neap_facts_new(neap_facts **out, const char *guard)
{
    return neap_virtual_refuse();
}

const neap_fact *neap_facts_at(const neap_facts *facts, size_t i)
{
    return NULL;
}

bool neap_facts_usable(const neap_facts *facts)
{
    return false;
}

void neap_facts_free(neap_facts *facts)
{
}

const char *neap_fact_state_name(neap_fact_state state)
{
    return "?";
}
