/* sleep.c - who sleeps gives its cpu to another; who wakes competes again.
 *
 * A task sleeps when none of its threads runs or waits for the disk, and its account
 * did not move meanwhile. Tasks that have a cpu are looked at only while others wait:
 * soon after they were let go (1 ms), later and later where that was in vain, and when
 * a decision is due anyway. A sleeper is not stopped: a stop would break what it waits
 * in. For the same reason a task that is to be held just when it sleeps is stopped only
 * when it wakes. It is awake again when its account has moved and it is seen running.
 * All sleepers are asked in turn, which costs one cheap reading each; so are the held,
 * one at each fourth decision: a held tree whose account moves has a process that we do
 * not know.
 *
 * Looks may take half a percent of a CPU, sweeps less than one. When that is used up
 * they come later; but those of the first milliseconds of a task are always made, since
 * its start has cost far more, and so is one at a task that was asleep before its turn.
 */
#include "runtime.h"

#define PATIENCE NEAP_MS            /* until the first look */
#define BEGINNING (3 * NEAP_MS)     /* of a task: looks are made, whatever they cost */
#define FRESH (500 * NEAP_US)       /* ... and come so often, after the first */
#define LOOK_SHARE 200              /* a look's cost may be this part of the time */
#define SWEEP_SHARE 140             /* likewise for the sweeps */
#define BURST (2 * NEAP_MS)         /* of CPU time that may be saved up */
#define WAKE_UP (8 * NEAP_US)       /* what it costs to be woken for nothing else */
#define ALL_ASLEEP (500 * NEAP_MS)  /* between sweeps when nothing else goes on */
#define WATCH_EVERY (200 * NEAP_MS) /* the held, while there are no decisions */
enum {
    WATCHED = 32,    /* how many of them then */
    WATCH_TURNS = 4, /* else one at each so many decisions */
    VAIN_MOST = 4,   /* looks in vain that count: 7 of 8 are left out then */
    ASKED = 50,      /* sleepers in one sweep, or, if that is more, */
    ASKED_PART = 25  /* ... this part of all: each of 1,000 within 250 ms */
};
#define MOVED (200 * NEAP_US) /* what a held tree may seem to have used */

static bool is_asleep(const process *p)
{
    return p->next_asleep != NULL;
}

static void lie_down(neap_runtime *rt, process *p)
{
    struct sleepers *s = &rt->sleepers;

    if (!s->first) {
        p->next_asleep = p->prev_asleep = p;
        s->first = p;
    } else {
        p->next_asleep = s->first;
        p->prev_asleep = s->first->prev_asleep;
        p->prev_asleep->next_asleep = p;
        s->first->prev_asleep = p;
    }
    s->count++;
}

void neap_sleep_forget(neap_runtime *rt, process *p)
{
    struct sleepers *s = &rt->sleepers;

    if (!is_asleep(p))
        return;
    if (s->first == p)
        s->first = p->next_asleep == p ? NULL : p->next_asleep;
    p->next_asleep->prev_asleep = p->prev_asleep;
    p->prev_asleep->next_asleep = p->next_asleep;
    p->next_asleep = p->prev_asleep = NULL;
    s->count--;
}

static bool any_awake(const process *p)
{
    for (const member *m = p->members; m; m = m->next) {
        if (neap_os_member_is_awake(&m->who))
            return true;
    }
    return false;
}

/* Does anything of it run? Those who are known are asked first. An end that is on its
 * way to us counts as well. */
static bool is_awake(neap_runtime *rt, process *p)
{
    const member *leader = p->members;

    for (member *m = p->members; m; m = m->next) {
        if (neap_member_renew(m) && neap_os_member_is_awake(&m->who))
            return true;
    }
    if (!leader || !neap_proc_lives(&leader->who))
        return true;
    return neap_tree_scan(rt, p) > 0 || any_awake(p);
}

static bool leader_is_awake(const process *p)
{
    member *leader = p->members;

    return leader && neap_member_renew(leader) && neap_os_member_is_awake(&leader->who);
}

/* Running tasks. */

void neap_sleep_begin(neap_runtime *rt, process *p, neap_ns now)
{
    if (p->patience < PATIENCE)
        p->patience = PATIENCE;
    p->seen_at = now;
    p->seen_cpu = p->task->cpu_ns;
    p->look_at = now + p->patience;
}

void neap_sleep_look_soon(process *p, neap_ns when)
{
    p->look_at = p->sure_until = when;
}

void neap_sleep_started(process *p, neap_ns now)
{
    p->sure_until = now + BEGINNING;
    p->patience = FRESH;
}

static bool was_busy(const process *p, neap_ns now)
{
    return 4 * (p->task->cpu_ns - p->seen_cpu) >= 3 * (now - p->seen_at);
}

static bool was_idle(const process *p, neap_ns now)
{
    return 16 * (p->task->cpu_ns - p->seen_cpu) < now - p->seen_at;
}

static void look_later(process *p, neap_ns now)
{
    if (p->patience < NEAP_S && now >= p->sure_until)
        p->patience *= 2;
    p->seen_at = now;
    p->seen_cpu = p->task->cpu_ns;
    p->look_at = now + p->patience;
}

/* Its account says whether it may sleep. It may not have been busy since others, who
 * are not ours, use the CPU as well: who was found awake twice all the same is left in
 * peace some of the next times. */
static bool may_sleep(process *p, neap_ns now)
{
    if (now <= p->sure_until)
        return true;
    if (was_busy(p, now)) {
        p->vain -= p->vain > 0;
        return false;
    }
    if (p->spare == 0 || was_idle(p, now))
        return true;
    p->spare--;
    return false;
}

static bool is_found_asleep(neap_runtime *rt, process *p, neap_ns now)
{
    neap_ns before;

    if (leader_is_awake(p)) /* the usual answer */
        return false;
    neap_account_exact(rt, p, now);
    before = p->exact;
    if (is_awake(rt, p))
        return false;
    neap_account_exact(rt, p, now);
    return p->exact == before;
}

static bool sleeps(neap_runtime *rt, process *p, neap_ns now)
{
    neap_ns from;
    bool asleep;

    if (!may_sleep(p, now))
        return false;
    from = neap_os_thread_cpu();
    asleep = is_found_asleep(rt, p, now);
    rt->sleepers.look_budget -= neap_os_thread_cpu() - from;
    p->vain = asleep ? 0 : p->vain + (p->vain < VAIN_MOST);
    p->spare = (1u << p->vain >> 1) - (p->vain > 0);
    return asleep;
}

static void look(neap_runtime *rt, process *p, neap_ns now)
{
    neap_account_measure(rt, p, now);
    if (!sleeps(rt, p, now)) {
        look_later(p, now);
        return;
    }
    p->patience = PATIENCE;
    if (neap_core_block(rt->core, now, p->task) == 0)
        lie_down(rt, p);
}

/* Who has this cpu, if it is a process that may be found asleep. */
static process *on_cpu(const neap_runtime *rt, int cpu)
{
    neap_task *t = neap_core_current(rt->core, cpu);
    process *p = t ? t->about->process : NULL;

    if (!p || p->phase != P_LIVE || t->state != NEAP_STATE_RUNNING || p->ending ||
        rt->opt.actuator == NEAP_ACTUATOR_NONE) /* it could not be held when it wakes */
        return NULL;
    return p;
}

/* When a decision is due anyway, each is looked at that was not busy to the end. */
static void look_at_running(neap_runtime *rt, neap_ns now)
{
    bool deciding = neap_core_next(rt->core) <= now;
    bool funded = rt->sleepers.look_budget > 0;

    for (int i = 0; i < neap_core_ctx(rt->core)->cpus; i++) {
        process *p = on_cpu(rt, i);

        if (p && (funded || p->look_at <= p->sure_until) &&
            (p->look_at <= now || (deciding && now - p->seen_at >= PATIENCE) ||
             now - p->seen_at >= ALL_ASLEEP))
            look(rt, p, now);
    }
}

/* Sleepers. */

static void wake(neap_runtime *rt, process *p, neap_ns now)
{
    neap_sleep_forget(rt, p);
    p->ran += now - p->released_at;
    neap_process_went_on(p, now);
    neap_sleep_begin(rt, p, now);
    neap_core_wake(rt->core, now, p->task);
}

bool neap_sleep_defer_hold(neap_runtime *rt, process *p, neap_ns now)
{
    bool just_seen =
        now - p->seen_at < PATIENCE; /* awake: it would have no cpu to lose */

    if (p->task->state != NEAP_STATE_READY || just_seen || !sleeps(rt, p, now))
        return false;
    if (!is_asleep(p))
        lie_down(rt, p);
    return true;
}

static void ask(neap_runtime *rt, process *p, neap_ns now)
{
    neap_ns before = p->exact;

    if (neap_account_stands_still(p))
        return;
    neap_account_exact(rt, p, now);
    if (p->exact == before || !is_awake(rt, p))
        return;
    if (p->task->state == NEAP_STATE_BLOCKED) {
        wake(rt, p, now);
        return;
    }
    neap_sleep_forget(rt, p);
    if (neap_core_is_held(p->task))
        neap_process_hold(rt, p, now);
}

static bool somebody_runs(const neap_runtime *rt)
{
    const neap_ctx *c = neap_core_ctx(rt->core);

    for (int i = 0; i < c->cpus && c->ready == 0; i++) {
        if (neap_core_current(rt->core, i))
            return true;
    }
    return c->ready > 0;
}

/* Each quantum; with a decision, if there is one half a quantum before or after: then
 * it is no wake-up of its own. */
static neap_ns sweep_due(const neap_runtime *rt)
{
    neap_ns quantum = neap_core_ctx(rt->core)->quantum;
    neap_ns decision = neap_core_next(rt->core), due;

    if (rt->sleepers.count == 0)
        return NEAP_FOREVER;
    if (!somebody_runs(rt))
        return rt->sleepers.swept_at + ALL_ASLEEP;
    due = rt->sleepers.swept_at + quantum;
    return decision > due - quantum / 2 && decision < due + quantum / 2 ? decision
                                                                        : due;
}

static void sweep(neap_runtime *rt, neap_ns now)
{
    struct sleepers *s = &rt->sleepers;
    neap_ns from, limit = s->sweep_budget;
    size_t part = s->count / ASKED_PART, left = part > ASKED ? part : ASKED;

    if (left > s->count || !somebody_runs(rt))
        left = s->count;
    s->swept_at = now;
    if (limit <= 0)
        return;
    from = neap_os_thread_cpu();
    while (left-- > 0 && s->first) {
        process *p = s->first;

        s->first = p->next_asleep;
        ask(rt, p, now);
        if (left % 16 == 0 && neap_os_thread_cpu() - from > limit)
            break;
    }
    s->sweep_budget -= neap_os_thread_cpu() - from;
}

/* The held. */

/* Does any process of it run all the same? */
static void check_held(neap_runtime *rt, process *p, neap_ns now)
{
    bool moved;

    if (p->phase != P_LIVE || !p->held || p->correct)
        return;
    neap_account_exact(rt, p, now);
    moved = p->exact > p->held_cpu + MOVED;
    p->held_cpu = p->exact;
    if (moved)
        neap_tree_hold_runaway(rt, p);
}

/* The next `n` tasks in turn. */
static void watch_held(neap_runtime *rt, neap_ns now, int n)
{
    rt->watched_at = now;
    while (n-- > 0) {
        neap_task *t = neap_core_after(rt->core, rt->watched);

        rt->watched = t ? t->id : 0;
        if (t && t->about->process)
            check_held(rt, t->about->process, now);
    }
}

static neap_ns watch_due(const neap_runtime *rt)
{
    return rt->n_held > 0 ? rt->watched_at + WATCH_EVERY : NEAP_FOREVER;
}

/* All together. */

static void fill(neap_ns *budget, neap_ns time, neap_ns share)
{
    *budget += time / share;
    if (*budget > BURST)
        *budget = BURST;
}

static void fill_budgets(struct sleepers *s, neap_ns now)
{
    fill(&s->look_budget, now - s->filled_at, LOOK_SHARE);
    fill(&s->sweep_budget, now - s->filled_at, SWEEP_SHARE);
    s->filled_at = now;
}

/* While nobody waits a tree that was once held is looked at now and then all the same:
 * a child of it that was born stopped (tree.c) must not wait for ever. */
static neap_ns lone_look_due(const neap_runtime *rt)
{
    neap_ns due = NEAP_FOREVER;

    for (int i = 0; i < neap_core_ctx(rt->core)->cpus; i++) {
        const process *p = on_cpu(rt, i);

        if (p && p->was_held && p->has_forked && p->seen_at + ALL_ASLEEP < due)
            due = p->seen_at + ALL_ASLEEP;
    }
    return due;
}

/* When the first look is due, or when there is budget for it. */
static neap_ns look_due(const neap_runtime *rt)
{
    const struct sleepers *s = &rt->sleepers;
    neap_ns due = NEAP_FOREVER, funded = s->filled_at;

    if (s->look_budget < WAKE_UP)
        funded += (WAKE_UP - s->look_budget) * LOOK_SHARE;
    if (neap_core_ctx(rt->core)->ready == 0) {
        due = lone_look_due(rt);
        return due < funded ? funded : due;
    }
    for (int i = 0; i < neap_core_ctx(rt->core)->cpus; i++) {
        const process *p = on_cpu(rt, i);
        neap_ns when = p ? p->look_at : NEAP_FOREVER;

        if (p && when > p->sure_until && when < funded)
            when = funded;
        if (when < due)
            due = when;
    }
    return due;
}

void neap_sleep_check(neap_runtime *rt, neap_ns now)
{
    struct sleepers *s = &rt->sleepers;
    bool deciding = neap_core_next(rt->core) <= now, sweeping;

    if (!rt->guard || neap_core_is_paused(rt->core))
        return;
    fill_budgets(s, now);
    sweeping = sweep_due(rt) <= now;
    if ((neap_core_ctx(rt->core)->ready > 0 && deciding) || look_due(rt) <= now) {
        s->look_budget -= deciding ? 0 : WAKE_UP;
        look_at_running(rt, now);
    }
    if (sweeping)
        sweep(rt, now);
    deciding = neap_core_next(rt->core) <= now; /* somebody may sleep, or wake */
    if (deciding && rt->watched_turn++ % WATCH_TURNS == 0)
        watch_held(rt, now, 1);
    else if (watch_due(rt) <= now)
        watch_held(rt, now, WATCHED);
}

neap_ns neap_sleep_due(const neap_runtime *rt)
{
    neap_ns due, sweep, watch;

    if (!rt->guard || neap_core_is_paused(rt->core))
        return NEAP_FOREVER;
    due = look_due(rt);
    sweep = sweep_due(rt);
    watch = watch_due(rt);
    if (sweep < due)
        due = sweep;
    return watch < due ? watch : due;
}
