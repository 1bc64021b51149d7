/* place.c - a runtime with fewer cpus than the machine keeps its tasks on that many
 * CPUs.
 *
 * So a task with many threads cannot take more than was given. Which CPUs: those least
 * busy over the last 100 ms before the first process starts; a runtime that has just
 * been made waits for that long. With one cpu we go there ourselves: signals to another
 * CPU cost five times as much.
 */
#include "runtime.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAMPLE (100 * NEAP_MS)

int neap_place_open(neap_runtime *rt)
{
    struct placement *p = &rt->place;
    int cpus = rt->opt.cpus, r = neap_os_cpus_allowed(&p->allowed);

    if (r < 0)
        return neap_error(-r, "cannot tell which CPUs may be used: %s",
                          neap_strerror(r));
    p->n_allowed = neap_os_cpuset_count(&p->allowed);
    p->confined = cpus && cpus < p->n_allowed && !rt->opt.unconfined;
    if (!p->confined)
        return 0;
    p->load = malloc(sizeof *p->load);
    if (!p->load)
        return neap_error(NEAP_EMEMORY, NULL);
    p->sampled_at = neap_os_now();
    r = neap_os_load_read(p->load);
    if (r == -ENOTSUP) { /* nobody can be bound to a CPU here */
        neap_place_close(rt);
        p->confined = false;
        return 0;
    }
    return r < 0 ? neap_error(-r, "cannot tell how busy the CPUs are: %s",
                              neap_strerror(r))
                 : 0;
}

void neap_place_close(neap_runtime *rt)
{
    struct placement *p = &rt->place;

    if (p->moved)
        neap_os_thread_place(&p->allowed);
    free(p->load);
    p->load = NULL;
}

static void move_ourselves(struct placement *p, const neap_os_cpuset *to)
{
    p->moved = neap_os_thread_place(to) == 0;
}

static void tell(neap_runtime *rt)
{
    neap_report report = {.kind = NEAP_REPORT_LOG};
    char text[sizeof rt->place.text + 32];

    snprintf(text, sizeof text, "tasks run on CPUs %s", neap_placement(rt));
    report.message = text;
    neap_loop_tell(rt, &report);
}

static int choose(neap_runtime *rt, int cpus)
{
    struct placement *p = &rt->place;
    neap_os_load *now = malloc(sizeof *now);
    int r = now ? neap_os_load_read(now) : -NEAP_EMEMORY;

    if (r == 0) {
        neap_os_cpus_choose(&p->allowed, p->load, now, cpus, (uint32_t)getpid(),
                            &p->set);
        p->chosen = true;
        free(p->load);
        p->load = now; /* the beginning of the next sample, should `cpus` change */
        if (cpus == 1)
            move_ourselves(p, &p->set);
        tell(rt);
    } else {
        free(now);
    }
    return r;
}

neap_ns neap_place_get(neap_runtime *rt, neap_ns now, const neap_os_cpuset **set)
{
    struct placement *p = &rt->place;

    *set = NULL;
    if (!p->confined)
        return 0;
    if (!p->chosen && now < p->sampled_at + SAMPLE)
        return p->sampled_at + SAMPLE;
    if (!p->chosen)
        choose(rt, neap_core_ctx(rt->core)->cpus);
    *set = p->chosen ? &p->set : NULL;
    return 0;
}

/* The CPU of the runtime's cpu: the c-th of its CPUs. */
static int cpu_number(const neap_runtime *rt, int cpu)
{
    const struct placement *p = &rt->place;
    const neap_os_cpuset *set = p->confined && p->chosen ? &p->set : &p->allowed;

    for (int i = 0; i < NEAP_OS_CPUS_MAX; i++) {
        if ((set->word[i / 64] >> (i % 64) & 1) && cpu-- == 0)
            return i;
    }
    return NEAP_NO_CPU;
}

static bool set_one(neap_os_cpuset *set, int cpu)
{
    memset(set, 0, sizeof *set);
    if (cpu == NEAP_NO_CPU)
        return false;
    set->word[cpu / 64] |= (uint64_t)1 << (cpu % 64);
    return true;
}

/* Those of its CPUs that are among the runtime's, or all of them if none is. */
static bool meet(const neap_os_cpuset *bound, const neap_os_cpuset *set,
                 neap_os_cpuset *own)
{
    bool met = false;

    *own = *bound;
    for (size_t i = 0; set && i < NEAP_OS_CPUS_MAX / 64; i++) {
        own->word[i] &= set->word[i];
        met |= own->word[i] != 0;
    }
    if (!met)
        *own = *bound;
    return met || !set;
}

static void tell_outside(neap_runtime *rt, const process *p)
{
    neap_report report = {.kind = NEAP_REPORT_TASK, .task = p->task->id};
    char cpus[128], text[512];

    neap_os_cpuset_text(p->bound, cpus, sizeof cpus);
    snprintf(text, sizeof text,
             "%.100s is bound to CPU %s, which is not among those of this run (%.100s)",
             p->task->about->name, cpus, neap_placement(rt));
    report.message = text;
    neap_loop_tell(rt, &report);
}

void neap_place_own(neap_runtime *rt, process *p, const neap_os_cpuset **set,
                    neap_os_cpuset *own)
{
    if (p->pinned) {
        p->on = cpu_number(rt, p->task->cpu);
        if (set_one(own, p->on))
            *set = own;
    } else if (p->bound) {
        if (!meet(p->bound, *set, own))
            tell_outside(rt, p);
        *set = own;
    }
}

void neap_place_turn(neap_runtime *rt, process *p, int cpu)
{
    neap_os_cpuset own;
    int on;

    if (!p->pinned || p->phase != P_LIVE)
        return;
    on = cpu_number(rt, cpu);
    if (on == p->on || !set_one(&own, on))
        return;
    p->on = on;
    neap_os_tree_place(p->task->about->pid, &own);
}

/* One that is pinned moves at its next turn, or now if it has one. */
static void place_one(neap_runtime *rt, process *p, const neap_os_cpuset *set)
{
    neap_os_cpuset own;

    if (p->pinned) {
        p->on = NEAP_NO_CPU;
        if (p->task->cpu != NEAP_NO_CPU)
            neap_place_turn(rt, p, p->task->cpu);
        return;
    }
    neap_place_own(rt, p, &set, &own);
    neap_os_tree_place(p->task->about->pid, set);
}

static void place_all(neap_runtime *rt, const neap_os_cpuset *set)
{
    for (neap_task *t = neap_core_after(rt->core, 0); t;
         t = neap_core_after(rt->core, t->id)) {
        process *p = t->about->process;

        if (p && !p->attached && (p->phase == P_LIVE || p->phase == P_FORKED))
            place_one(rt, p, set);
    }
}

/* Live trees move at once: by what is known of the load since the last choice. */
int neap_place_change(neap_runtime *rt, int cpus)
{
    struct placement *p = &rt->place;

    if (rt->opt.unconfined)
        return 0;
    if (p->moved)
        neap_os_thread_place(&p->allowed);
    p->moved = false;
    p->confined = cpus < p->n_allowed;
    if (!p->confined) {
        place_all(rt, &p->allowed);
        return 0;
    }
    if (!p->load) {
        p->load = calloc(1, sizeof *p->load);
        if (!p->load)
            return neap_error(NEAP_EMEMORY, NULL);
    }
    if (choose(rt, cpus) == -ENOTSUP)
        p->confined = false;
    else
        place_all(rt, &p->set);
    return 0;
}

const char *neap_placement(neap_runtime *rt)
{
    struct placement *p = &rt->place;

    p->text[0] = '\0';
    if (p->confined && p->chosen)
        neap_os_cpuset_text(&p->set, p->text, sizeof p->text);
    return p->text;
}
