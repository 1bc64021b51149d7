/* limits.c - limits joined with the run's, divided between child and cgroup, and told
 * of. */
#include "limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Moves to the cgroup what its controllers can do better. */
static int divide(const neap_runtime *rt, const neap_limits *l, struct task_limits *t)
{
    unsigned usable = rt->cgroups ? neap_os_cgroup_controllers(rt->cgroups) : 0;
    const struct {
        unsigned bit, controller;
        const char *name, *controller_name;
    } only[] = {
        {NEAP_LIMIT_CPU_MAX, NEAP_OS_CGROUP_CPU, "cpu_max", "cpu"},
        {NEAP_LIMIT_CPU_WEIGHT, NEAP_OS_CGROUP_CPU, "cpu_weight", "cpu"},
        {NEAP_LIMIT_IO_WEIGHT, NEAP_OS_CGROUP_IO, "io_weight", "io"},
    };

    for (size_t i = 0; i < sizeof only / sizeof *only; i++) {
        if (!(l->given & only[i].bit))
            continue;
        if (!(usable & only[i].controller))
            return neap_error(NEAP_EUNSUPPORTED,
                              "cannot set %s: no cgroup v2 with the %s controller is "
                              "ours to use",
                              only[i].name, only[i].controller_name);
        t->in_cgroup |= only[i].bit;
    }
    if ((l->given & NEAP_LIMIT_MEMORY) && (usable & NEAP_OS_CGROUP_MEMORY)) {
        t->in_cgroup |= NEAP_LIMIT_MEMORY;
        t->child.given &= ~(1u << NEAP_WIRE_DATA);
    }
    if ((l->given & NEAP_LIMIT_PROCESSES) && (usable & NEAP_OS_CGROUP_PIDS)) {
        t->in_cgroup |= NEAP_LIMIT_PROCESSES;
        t->child.given &= ~(1u << NEAP_WIRE_PROCESSES);
    }
    t->memory = l->memory;
    t->processes = l->processes;
    t->cpu_max = l->cpu_max;
    t->cpu_weight = l->cpu_weight;
    t->io_weight = l->io_weight;
    return 0;
}

/* The kernel takes such a task only where it may use every CPU. */
static int check_deadline(const neap_runtime *rt, const neap_limits *l)
{
    if (!(l->given & NEAP_LIMIT_SCHED) || l->sched != NEAP_SCHED_DEADLINE)
        return 0;
    if (!(l->given & NEAP_LIMIT_BIND) && !rt->place.confined &&
        rt->place.n_allowed == (int)sysconf(_SC_NPROCESSORS_ONLN))
        return 0;
    return neap_error(NEAP_EUNSUPPORTED,
                      "cannot set SCHED_DEADLINE: it needs every CPU of the machine, "
                      "so no bind, and a runtime with all cpus or confine = false");
}

/* What is held less well than was asked for is told of once. */
static void tell_weaker(neap_runtime *rt, const struct task_limits *t)
{
    static const struct {
        int which;
        const char *text;
    } weaker[] = {
        {NEAP_WIRE_DATA, "memory: no cgroup with the memory controller: RLIMIT_DATA "
                         "holds each process of a task by itself"},
        {NEAP_WIRE_PROCESSES, "processes: no cgroup with the pids controller: "
                              "RLIMIT_NPROC counts all processes of the user"},
    };

    for (size_t i = 0; i < sizeof weaker / sizeof *weaker; i++) {
        unsigned bit = 1u << weaker[i].which;
        neap_report report = {.kind = NEAP_REPORT_LOG, .message = weaker[i].text};

        if (!(t->child.given & bit) || (rt->limits_told & bit))
            continue;
        rt->limits_told |= bit;
        neap_loop_tell(rt, &report);
    }
}

/* The original soft limit of descriptors, where this process has raised its own. */
static void give_files_back(const neap_runtime *rt, neap_os_limits *out)
{
    if (!rt->files_before || (out->given >> NEAP_WIRE_FILES & 1))
        return;
    out->rlimit[NEAP_WIRE_FILES].soft = rt->files_before;
    out->rlimit[NEAP_WIRE_FILES].hard = NEAP_WIRE_AS_IT_IS;
    out->given |= 1u << NEAP_WIRE_FILES;
}

static int prepare(neap_runtime *rt, const neap_limits *l, struct task_limits *t)
{
    int r = neap_limits_translate(l, &t->child);

    if (r == 0)
        r = neap_cgroups_open(rt);
    if (r == 0)
        r = check_deadline(rt, l);
    if (r == 0)
        r = divide(rt, l, t);
    if (r == 0)
        r = neap_limits_here(&t->child);
    if (r == 0)
        give_files_back(rt, &t->child);
    return r;
}

static int take_place(const neap_limits *l, process *p)
{
    p->pinned = (l->given & NEAP_LIMIT_BIND) && l->pin;
    p->on = NEAP_NO_CPU;
    if (!(l->given & NEAP_LIMIT_BIND) || l->pin)
        return 0;
    p->bound = malloc(sizeof *p->bound);
    if (!p->bound)
        return neap_error(NEAP_EMEMORY, NULL);
    memcpy(p->bound->word, l->cpus, sizeof l->cpus);
    return 0;
}

int neap_limits_take(neap_runtime *rt, const neap_limits *given, process *p)
{
    neap_limits l = {.size = sizeof l};
    int r = given ? neap_limits_ranges(given) : 0;

    if (r < 0)
        return r;
    if (given)
        l = *given;
    neap_limits_fill(&l, &rt->limits);
    if (!l.given)
        return 0;
    p->limits = calloc(1, sizeof *p->limits);
    if (!p->limits)
        return neap_error(NEAP_EMEMORY, NULL);
    r = prepare(rt, &l, p->limits);
    if (r == 0)
        r = take_place(&l, p);
    if (r == 0)
        tell_weaker(rt, p->limits);
    return r;
}

const neap_os_limits *neap_limits_of(const neap_runtime *rt, const process *p)
{
    return p->limits ? &p->limits->child : rt->plain ? &rt->plain->child : NULL;
}

static int open_files(neap_runtime *rt)
{
    if (!rt->opt.adopt || neap_os_files_raise(&rt->files_before) < 0)
        return 0;
    rt->plain = calloc(1, sizeof *rt->plain);
    if (!rt->plain)
        return neap_error(NEAP_EMEMORY, NULL);
    give_files_back(rt, &rt->plain->child);
    return 0;
}

int neap_limits_open(neap_runtime *rt)
{
    const neap_limits *l = rt->opt.limits;
    struct task_limits unused = {.in_cgroup = 0};
    int r = 0;

    rt->limits.size = sizeof rt->limits;
    if (l) {
        r = prepare(rt, l, &unused);
        if (r < 0)
            return r;
        rt->limits = *l;
    }
    if (rt->limits.given & NEAP_LIMIT_USER) {
        rt->limits_user = strdup(l->user);
        if (!rt->limits_user)
            return neap_error(NEAP_EMEMORY, NULL);
        rt->limits.user = rt->limits_user;
    }
    return open_files(rt);
}

void neap_limits_close(neap_runtime *rt)
{
    if (rt->files_before)
        neap_os_files_restore(rt->files_before);
    free(rt->plain);
    free(rt->limits_user);
}

void neap_limits_tell_failed(neap_runtime *rt, const process *p,
                             const neap_guard_event *e)
{
    const neap_os_limits *l = neap_limits_of(rt, p);
    char what[96], text[LONGEST_WHY];
    neap_report report = {.kind = NEAP_REPORT_TASK, .task = p->task->id};

    if (!l)
        return;
    neap_os_limits_describe(l, e->code, what, sizeof what);
    snprintf(text, sizeof text, "%.200s: cannot set %s: %s", p->task->about->name, what,
             strerror(e->error)); /* not ours: the kernel said it */
    report.message = text;
    neap_loop_tell(rt, &report);
}

static int write_number(neap_os_cgroup *c, const char *key, uint64_t value)
{
    char text[32];

    if (value == NEAP_UNLIMITED)
        snprintf(text, sizeof text, "max");
    else
        snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return neap_os_cgroup_limit(c, key, text);
}

/* cpu.max: so many microseconds in each period of 100 ms. */
static int write_cpu_max(neap_os_cgroup *c, unsigned thousandths)
{
    char text[32];

    snprintf(text, sizeof text, "%u 100000", thousandths * 100);
    return neap_os_cgroup_limit(c, "cpu.max", text);
}

bool neap_limits_in_cgroup(const process *p)
{
    return p->limits && p->limits->in_cgroup;
}

int neap_limits_into_cgroup(const process *p)
{
    const struct task_limits *t = p->limits;
    unsigned in = t ? t->in_cgroup : 0;
    int r = 0;

    if (r == 0 && (in & NEAP_LIMIT_MEMORY))
        r = write_number(p->cgroup, "memory.max", t->memory);
    if (r == 0 && (in & NEAP_LIMIT_PROCESSES))
        r = write_number(p->cgroup, "pids.max", t->processes);
    if (r == 0 && (in & NEAP_LIMIT_CPU_MAX))
        r = write_cpu_max(p->cgroup, t->cpu_max);
    if (r == 0 && (in & NEAP_LIMIT_CPU_WEIGHT))
        r = write_number(p->cgroup, "cpu.weight", t->cpu_weight);
    if (r == 0 && (in & NEAP_LIMIT_IO_WEIGHT))
        r = write_number(p->cgroup, "io.weight", t->io_weight);
    return r;
}
