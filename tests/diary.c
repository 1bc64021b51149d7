/* diary.c - a policy that writes down its hooks and fails as it is told to. */
#include "diary.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

diary_plan plan;

struct queue {
    neap_fifo waiting;
};

static bool note(neap_ctx *c, const char *hook, const neap_task *t, const char *why)
{
    size_t n = strlen(plan.page);

    if (t)
        snprintf(plan.page + n, sizeof plan.page - n, "%s %d%s%s, ", hook, (int)t->id,
                 why ? " " : "", why ? why : "");
    if (plan.asks_api)
        plan.api_answer = neap_set_quantum(plan.rt, NEAP_S);
    if (!plan.fails || strcmp(plan.fails, hook) != 0)
        return false;
    neap_fail(c, "as planned", "where it was");
    return true;
}

static int diary_init(neap_ctx *c, const neap_params *params)
{
    plan.c = c;
    return plan.fails && strcmp(plan.fails, "init") == 0
               ? (neap_fail(c, "not today", NULL), -NEAP_EPOLICY)
               : 0;
}

static void diary_exit(neap_ctx *c, neap_reason reason)
{
    plan.reason = reason;
}

static int diary_init_task(neap_ctx *c, neap_task *t)
{
    uint64_t *own = neap_own(t);

    for (int i = 0; i < 8; i++)
        assert_true(own[i] == 0);
    own[7] = t->id;
    note(c, "init_task", t, NULL);
    if (plan.refuse_task && --plan.refuse_task == 0) {
        neap_fail(c, "not this one", NULL);
        return -EPERM;
    }
    plan.joined++;
    return 0;
}

static void diary_exit_task(neap_ctx *c, neap_task *t, neap_how how, int code)
{
    plan.left++;
    assert_true(((uint64_t *)neap_own(t))[7] == t->id);
    note(c, "exit_task", t, how == NEAP_HOWS ? "goes" : neap_how_name(how));
}

static void diary_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct queue *q = c->state;

    if (note(c, "enqueue", t, neap_why_name(why)))
        return;
    if (why == NEAP_PREEMPTED)
        neap_fifo_push_front(&q->waiting, t);
    else
        neap_fifo_push(&q->waiting, t);
}

static void diary_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct queue *q = c->state;

    note(c, "dequeue", t, neap_why_name(why));
    neap_fifo_remove(&q->waiting, t);
}

static neap_task *diary_pick(neap_ctx *c, int cpu)
{
    struct queue *q = c->state;

    if (note(c, "pick", NULL, NULL) || plan.picks_nothing)
        return NULL;
    if (plan.bad_pick)
        return neap_find(plan.rt, plan.bad_pick);
    return neap_fifo_take(&q->waiting, cpu);
}

static neap_ns diary_slice(neap_ctx *c, neap_task *t)
{
    note(c, "slice", t, NULL);
    return plan.slice ? plan.slice : c->quantum;
}

static void diary_running(neap_ctx *c, neap_task *t, int cpu)
{
    note(c, "running", t, NULL);
}

static void diary_stopping(neap_ctx *c, neap_task *t, neap_ns ran, neap_why why)
{
    note(c, "stopping", t, neap_why_name(why));
}

static bool diary_tick(neap_ctx *c, neap_task *t, neap_ns ran)
{
    return !note(c, "tick", t, NULL) && false;
}

static int diary_preempt(neap_ctx *c, neap_task *t)
{
    note(c, "preempt", t, NULL);
    if (plan.resched)
        neap_resched(c, 0);
    return NEAP_NO_CPU;
}

static void diary_update(neap_ctx *c, neap_task *t, neap_what what)
{
    note(c, "update", t, NULL);
}

static void diary_signal(neap_ctx *c, neap_task *t, int signo)
{
    note(c, "signal", t, NULL);
}

static void diary_timer(neap_ctx *c, uint64_t id)
{
    neap_count(c, id == 7 ? "seven" : "other");
    if (id == 8)
        neap_resched(c, 0);
}

const neap_policy diary = {
    .name = "diary",
    .state_size = sizeof(struct queue),
    .task_size = 64,
    .init = diary_init,
    .exit = diary_exit,
    .init_task = diary_init_task,
    .exit_task = diary_exit_task,
    .enqueue = diary_enqueue,
    .dequeue = diary_dequeue,
    .pick = diary_pick,
    .slice = diary_slice,
    .running = diary_running,
    .stopping = diary_stopping,
    .tick = diary_tick,
    .preempt = diary_preempt,
    .update = diary_update,
    .signal = diary_signal,
    .timer = diary_timer,
};

void diary_fresh(neap_runtime *rt)
{
    memset(&plan, 0, sizeof plan);
    plan.rt = rt;
}

sim with_diary(const neap_policy *table)
{
    sim s;
    neap_ctx *c;

    diary_fresh(NULL);
    s = sim_of_table(table, .cpus = 1);
    c = plan.c;
    diary_fresh(s.rt);
    plan.c = c;
    return s;
}

const char *since_last(void)
{
    static char page[sizeof plan.page];

    memcpy(page, plan.page, sizeof page);
    plan.page[0] = '\0';
    return page;
}
