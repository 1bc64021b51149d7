/* options.c - what a runtime is told, at its making or later: checked, each refusal
 * with its value and what would do. */
#include "runtime.h"
#include <string.h>

#define STUCK_DEFAULT (2 * NEAP_S)
#define STUCK_MIN (100 * NEAP_MS)
#define LONGEST_GRACE (24 * 3600 * NEAP_S) /* more is as good as this */

extern const neap_policy *const neap_builtin_policies[];

const neap_policy *neap_policy_at(size_t i)
{
    for (size_t k = 0; neap_builtin_policies[k]; k++) {
        if (k == i)
            return neap_builtin_policies[k];
    }
    return NULL;
}

const neap_policy *neap_policy_find(const char *name)
{
    const neap_policy *p;

    for (size_t i = 0; name && (p = neap_policy_at(i)); i++) {
        if (strcmp(p->name, name) == 0 || (p->alias && strcmp(p->alias, name) == 0))
            return p;
    }
    return NULL;
}

static int no_policy(const char *name)
{
    const char *names[64];
    const neap_policy *p;
    const char *near;
    size_t n = 0;

    for (size_t i = 0; (p = neap_policy_at(i)) && n + 3 < sizeof names / sizeof *names;
         i++) {
        names[n++] = p->name;
        if (p->alias)
            names[n++] = p->alias;
    }
    names[n] = NULL;
    near = neap_suggest(name, names);
    return neap_error(NEAP_ENOTFOUND, "no policy \"%.60s\"%s%s%s", name,
                      near ? " (did you mean \"" : "", near ? near : "",
                      near ? "\"?)" : "");
}

int neap_options_policy(const char *name, const neap_policy *table,
                        const neap_policy **out)
{
    *out = table ? table : neap_policy_find(name ? name : "fair");
    return *out ? 0 : no_policy(name);
}

int neap_options_quantum(neap_ns quantum)
{
    if (quantum >= NEAP_QUANTUM_MIN && quantum <= NEAP_QUANTUM_MAX)
        return 0;
    return neap_error(NEAP_ERANGE, "a quantum of %lld ns is outside 1ms to 1s",
                      (long long)quantum);
}

static int check_max_hold(neap_ns max_hold)
{
    if (max_hold == 0 || max_hold >= NEAP_MAX_HOLD_MIN)
        return 0;
    return neap_error(NEAP_ERANGE,
                      "a max_hold of %lld ns is less than 10ms (0: no bound)",
                      (long long)max_hold);
}

static int check_actuator(neap_actuator actuator)
{
    if (actuator <= NEAP_ACTUATOR_NONE)
        return 0;
    return neap_error(NEAP_EINVAL, "there is no actuator %d", (int)actuator);
}

int neap_options_cpus(const neap_runtime *rt, int cpus)
{
    int most = rt->live ? rt->place.n_allowed : NEAP_CPUS_MAX;

    if (cpus >= 1 && cpus <= most)
        return 0;
    return neap_error(NEAP_ERANGE, "%d cpus: expected 1 to %d, %s", cpus, most,
                      rt->live ? "the CPUs that this process may use"
                               : "the most there can be");
}

static int check_stuck(neap_options *o)
{
    neap_ns time = o->stuck_after;

    if (time == 0)
        o->stuck_after = STUCK_DEFAULT;
    else if (time < STUCK_MIN)
        return neap_error(NEAP_ERANGE, "stuck after %lld ns: expected at least 100ms",
                          (long long)time);
    return 0;
}

static int check_grace(neap_options *o)
{
    if (o->grace < 0)
        return neap_error(NEAP_ERANGE, "a grace time of %lld ns is negative",
                          (long long)o->grace);
    if (o->grace == 0)
        o->grace = NEAP_GRACE_DEFAULT;
    if (o->grace > LONGEST_GRACE)
        o->grace = LONGEST_GRACE;
    return 0;
}

static int check_loop(const neap_options *o)
{
    if (!o->loop || o->clock == NEAP_CLOCK_LIVE)
        return 0;
    return neap_error(NEAP_EINVAL, "a virtual clock needs no loop");
}

int neap_options_times(neap_options *o)
{
    int r = check_grace(o);

    if (r == 0)
        r = check_stuck(o);
    if (r == 0)
        r = check_max_hold(o->max_hold);
    if (r == 0)
        r = check_loop(o);
    return r == 0 ? check_actuator(o->actuator) : r;
}
