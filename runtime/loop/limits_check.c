/* limits_check.c - limits checked for what they say and for what may be had here, and
 * put into the numbers of the kernel. */
#include "limits.h"
#include <string.h>

#define MIB ((uint64_t)1 << 20)
/* sched_setattr() keeps times in 1024 ns */
enum { SHORTEST_RUNTIME = 1024 };

static const int kernel_policy[] = {
    [NEAP_SCHED_BATCH] = 3, [NEAP_SCHED_OTHER] = 0, [NEAP_SCHED_IDLE] = 5,
    [NEAP_SCHED_FIFO] = 1,  [NEAP_SCHED_RR] = 2,    [NEAP_SCHED_DEADLINE] = 6};

static int out_of_range(const char *name, long long value, long long least,
                        long long most)
{
    if (most == INT64_MAX)
        return neap_error(NEAP_ERANGE, "%s: %lld is out of range, at least %lld", name,
                          value, least);
    return neap_error(NEAP_ERANGE, "%s: %lld is out of range %lld..%lld", name, value,
                      least, most);
}

static int check_sizes(const neap_limits *l)
{
    const struct {
        unsigned bit;
        const char *name;
        uint64_t value, least;
    } sizes[] = {
        {NEAP_LIMIT_MEMORY, "memory", l->memory, MIB},
        {NEAP_LIMIT_ADDRESS_SPACE, "address_space", l->address_space, MIB},
        {NEAP_LIMIT_FILES, "files", l->files, 4},
        {NEAP_LIMIT_PROCESSES, "processes", l->processes, 1},
        {NEAP_LIMIT_STACK, "stack", l->stack, MIB / 8},
    };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if ((l->given & sizes[i].bit) && sizes[i].value < sizes[i].least)
            return out_of_range(sizes[i].name, (long long)sizes[i].value,
                                (long long)sizes[i].least, INT64_MAX);
    }
    return 0;
}

static int check_numbers(const neap_limits *l)
{
    const struct {
        unsigned bit;
        const char *name;
        long long value, least, most;
    } numbers[] = {
        {NEAP_LIMIT_CPU_TIME, "cpu_time", l->cpu_time, 1, INT64_MAX},
        {NEAP_LIMIT_NICE, "nice", l->nice, -20, 19},
        {NEAP_LIMIT_IONICE, "ionice: class", (long long)l->io_class, 1, 3},
        {NEAP_LIMIT_IONICE, "ionice: level", l->io_level, 0, 7},
        {NEAP_LIMIT_SCHED, "sched", (long long)l->sched, 0, NEAP_SCHED_DEADLINE},
        {NEAP_LIMIT_UMASK, "umask", l->umask, 0, 0777},
        {NEAP_LIMIT_CPU_MAX, "cpu_max (thousandths)", l->cpu_max, 10, 1024000},
        {NEAP_LIMIT_CPU_WEIGHT, "cpu_weight", l->cpu_weight, 1, 10000},
        {NEAP_LIMIT_IO_WEIGHT, "io_weight", l->io_weight, 1, 10000},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if ((l->given & numbers[i].bit) &&
            (numbers[i].value < numbers[i].least || numbers[i].value > numbers[i].most))
            return out_of_range(numbers[i].name, numbers[i].value, numbers[i].least,
                                numbers[i].most);
    }
    return 0;
}

static int check_class(const neap_limits *l)
{
    bool realtime = l->sched == NEAP_SCHED_FIFO || l->sched == NEAP_SCHED_RR;

    if (!(l->given & NEAP_LIMIT_SCHED))
        return 0;
    if (realtime && (l->sched_priority < 1 || l->sched_priority > 99))
        return out_of_range("sched: priority", l->sched_priority, 1, 99);
    if (l->sched != NEAP_SCHED_DEADLINE ||
        (l->sched_runtime >= SHORTEST_RUNTIME &&
         l->sched_runtime <= l->sched_deadline && l->sched_deadline <= l->sched_period))
        return 0;
    return neap_error(NEAP_EINVAL,
                      "sched: deadline needs 1024ns <= runtime <= deadline <= period, "
                      "not %lld/%lld/%lld ns",
                      (long long)l->sched_runtime, (long long)l->sched_deadline,
                      (long long)l->sched_period);
}

int neap_limits_ranges(const neap_limits *l)
{
    int r;

    if (l->size < sizeof *l)
        return neap_error(NEAP_EINVAL, "limits without their size");
    if (l->given >> NEAP_LIMIT_COUNT)
        return neap_error(NEAP_EINVAL, "limits that this version does not know");
    r = check_sizes(l);
    if (r == 0)
        r = check_numbers(l);
    return r < 0 ? r : check_class(l);
}

/* All CPUs that are given must be ours to use. */
static int check_cpus(const neap_limits *l)
{
    neap_os_cpuset allowed, extra;
    char all[256], wrong[256];
    bool some = false, any = false;
    int r;

    if (!(l->given & NEAP_LIMIT_BIND) || l->pin)
        return 0;
    r = neap_os_cpus_allowed(&allowed);
    if (r < 0)
        return neap_error(-r, "cannot tell which CPUs may be used: %s",
                          neap_strerror(r));
    for (int i = 0; i < NEAP_CPUS_MAX / 64; i++) {
        extra.word[i] = l->cpus[i] & ~allowed.word[i];
        some |= extra.word[i] != 0;
        any |= l->cpus[i] != 0;
    }
    if (!any)
        return neap_error(NEAP_EINVAL, "bind: the list names no CPU");
    if (!some)
        return 0;
    neap_os_cpuset_text(&allowed, all, sizeof all);
    neap_os_cpuset_text(&extra, wrong, sizeof wrong);
    return neap_error(NEAP_EUNSUPPORTED,
                      "bind: CPU %s is not there, or not for this process: it may use "
                      "%s",
                      wrong, all);
}

static void give(neap_os_limits *out, int which)
{
    out->given |= 1u << which;
}

static void give_resource(neap_os_limits *out, int which, uint64_t value)
{
    out->rlimit[which].soft = out->rlimit[which].hard = value;
    give(out, which);
}

/* XCPU at the soft limit, KILL at the hard one: a second between them where that may
 * be. */
static void give_cpu_time(neap_os_limits *out, neap_ns time)
{
    uint64_t hard = neap_os_limits_hard(NEAP_WIRE_CPU);
    uint64_t seconds = (uint64_t)(time / NEAP_S + (time % NEAP_S != 0));

    if (time == NEAP_FOREVER)
        seconds = NEAP_UNLIMITED;
    give_resource(out, NEAP_WIRE_CPU, seconds);
    if (seconds < hard)
        out->rlimit[NEAP_WIRE_CPU].hard = seconds + 1;
}

static void give_resources(const neap_limits *l, neap_os_limits *out)
{
    const struct {
        unsigned bit;
        int which;
        uint64_t value;
    } list[] = {
        {NEAP_LIMIT_MEMORY, NEAP_WIRE_DATA, l->memory},
        {NEAP_LIMIT_ADDRESS_SPACE, NEAP_WIRE_SPACE, l->address_space},
        {NEAP_LIMIT_FILE_SIZE, NEAP_WIRE_FSIZE, l->file_size},
        {NEAP_LIMIT_FILES, NEAP_WIRE_FILES, l->files},
        {NEAP_LIMIT_PROCESSES, NEAP_WIRE_PROCESSES, l->processes},
        {NEAP_LIMIT_CORE, NEAP_WIRE_CORE, l->core},
        {NEAP_LIMIT_STACK, NEAP_WIRE_STACK, l->stack},
    };

    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        if (l->given & list[i].bit)
            give_resource(out, list[i].which, list[i].value);
    }
    if (l->given & NEAP_LIMIT_CPU_TIME)
        give_cpu_time(out, l->cpu_time);
}

static void give_class(const neap_limits *l, neap_os_limits *out)
{
    bool realtime = l->sched == NEAP_SCHED_FIFO || l->sched == NEAP_SCHED_RR;

    out->policy = (uint32_t)kernel_policy[l->sched];
    if (realtime)
        out->priority = (uint32_t)l->sched_priority;
    if (l->sched == NEAP_SCHED_DEADLINE) {
        out->runtime = (uint64_t)l->sched_runtime;
        out->deadline = (uint64_t)l->sched_deadline;
        out->period = (uint64_t)l->sched_period;
    }
    give(out, NEAP_WIRE_SCHED);
}

static int give_user(const neap_limits *l, neap_os_limits *out)
{
    char why[LONGEST_WHY] = "";
    int r = l->user ? neap_os_user_find(l->user, out, why, sizeof why) : -NEAP_EINVAL;

    if (r == 0)
        return 0;
    return neap_error(-r, "user: %s", *why ? why : neap_strerror(r));
}

/* Everything in numbers of the kernel. */
int neap_limits_translate(const neap_limits *l, neap_os_limits *out)
{
    int r = neap_limits_ranges(l);

    memset(out, 0, sizeof *out);
    if (r == 0)
        r = check_cpus(l);
    if (r < 0)
        return r;
    give_resources(l, out);
    out->nice = l->nice;
    out->io_class = (uint32_t)l->io_class;
    out->io_level = l->io_class == NEAP_IO_IDLE ? 0 : (uint32_t)l->io_level;
    out->umask = l->umask;
    if (l->given & NEAP_LIMIT_NICE)
        give(out, NEAP_WIRE_NICE);
    if (l->given & NEAP_LIMIT_IONICE)
        give(out, NEAP_WIRE_IONICE);
    if (l->given & NEAP_LIMIT_BIND)
        give(out, NEAP_WIRE_AFFINITY);
    if (l->given & NEAP_LIMIT_SCHED)
        give_class(l, out);
    if (l->given & NEAP_LIMIT_UMASK)
        give(out, NEAP_WIRE_UMASK);
    if ((l->given & NEAP_LIMIT_NO_NEW_PRIVS) && l->no_new_privs)
        give(out, NEAP_WIRE_NO_NEW_PRIVS);
    return l->given & NEAP_LIMIT_USER ? give_user(l, out) : 0;
}

int neap_limits_here(const neap_os_limits *l)
{
    char why[LONGEST_WHY] = "";
    int r = neap_os_limits_check(l, why, sizeof why);

    return r < 0 ? neap_error(-r, "%s", why) : 0;
}

int neap_limits_check(const neap_limits *l)
{
    neap_os_limits child;
    int r;

    if (!l)
        return 0;
    r = neap_limits_translate(l, &child);
    if (r < 0)
        return r;
    child.given &= ~(1u << NEAP_WIRE_PROCESSES); /* there may be a cgroup for it */
    return neap_limits_here(&child);
}
