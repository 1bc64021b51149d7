/* host.c - the hooks of a policy in Lua, as the core calls them.
 *
 * Only what Lua defines is replaced; what `base` has is left as it is, at the speed of
 * C. Three things are always ours: init and exit (the state), init_task and exit_task
 * (the handles). They call base's first (last, for the exits), so that base's state is
 * always sound.
 *
 * Where Lua has a hand in the queue of `base`, all three queue hooks pass through here
 * and keep books (seat->queued): no mistake in Lua can queue a task twice, or leave one
 * queued that has gone.
 */
#include "host.h"
#include "queue.h"
#include <string.h>

struct neap_seat *neap_host_seat(const struct neap_host *h, const neap_task *t)
{
    return (struct neap_seat *)(void *)((char *)neap_own(t) + h->seat);
}

/* By id and not through the seat: a task that has left has none. */
void neap_host_push_task(const struct neap_host *h, lua_State *L, const neap_task *t)
{
    if (t)
        lua_rawgeti(h->keep, NEAP_SLOT_HANDLES, (lua_Integer)t->id);
    else
        lua_pushnil(h->keep);
    lua_xmove(h->keep, L, 1);
}

/* In a state of the policy's own there are no handles but ours. */
bool neap_host_owns(const struct neap_host *h, const struct neap_handle *handle)
{
    bool same;

    if (!handle || !handle->task)
        return false;
    if (h->own)
        return true;
    lua_rawgeti(h->keep, NEAP_SLOT_HANDLES, (lua_Integer)handle->id);
    same = lua_touserdata(h->keep, -1) == (const void *)handle;
    lua_pop(h->keep, 1);
    return same;
}

/* init and exit. */

struct opening {
    struct neap_host *host;
    neap_ctx *c;
    const neap_params *params;
    bool has_base; /* base's init has succeeded */
    int rc;
};

/* The Lua hook's answer: nothing, or false or nil with a message. */
static void judge(lua_State *L, struct opening *o)
{
    bool refused =
        lua_type(L, -2) == LUA_TBOOLEAN ? !lua_toboolean(L, -2) : !lua_isnil(L, -1);

    if (!refused)
        return;
    neap_call_fail(o->c, L, "init refused");
    o->rc = -NEAP_EPOLICY;
}

static int init_body(lua_State *L)
{
    struct opening *o = lua_touserdata(L, 1);
    struct neap_host *h = o->host;

    lua_pushvalue(h->keep, NEAP_SLOT_SELF);
    lua_xmove(h->keep, L, 1);
    o->rc = neap_params_apply(L, 2, h, o->c, o->params);
    if (o->rc < 0)
        return 0;
    o->has_base = true;
    if (h->has[NEAP_HOOK_KEY])
        o->rc = neap_keys_init(h, o->c);
    if (o->rc < 0)
        return 0;
    if (!h->has[NEAP_HOOK_INIT]) {
        neap_carry_restore(L, h);
        return 0;
    }
    lua_pushvalue(h->keep, NEAP_SLOT_HOOK + NEAP_HOOK_INIT);
    lua_xmove(h->keep, L, 1);
    lua_insert(L, 2); /* init, self, params */
    lua_call(L, 2, 2);
    judge(L, o);
    if (o->rc == 0)
        neap_carry_restore(L, h);
    return 0;
}

static int host_init(neap_ctx *c, const neap_params *params)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {.hook = NEAP_HOOK_INIT, .c = c};
    struct opening o = {.host = h, .c = c, .params = params};

    if (!neap_call_body(h, &call, init_body, &o))
        o.rc = -NEAP_EPOLICY;
    neap_call_end(h, &call);
    h->c = o.rc < 0 ? NULL : c;
    if (o.rc < 0 && o.has_base && h->base && h->base->exit)
        h->base->exit(c, NEAP_REPLACED);
    return o.rc;
}

/* Else the policy sees the script's handles, in the script's own state. */
static bool makes_handles(const struct neap_host *h)
{
    return h->own || h->script->simulates;
}

/* After an ejection nobody has said that the tasks have left: they leave the queues,
 * and handles in a state of the policy's own end. */
static void drop_handles(const struct neap_host *h)
{
    lua_State *keep = h->keep;

    for (lua_pushnil(keep); lua_next(keep, NEAP_SLOT_HANDLES); lua_pop(keep, 1)) {
        struct neap_handle *handle = neap_handle_test(keep, -1);

        if (!handle)
            continue;
        neap_queue_leave(handle);
        if (makes_handles(h))
            handle->task = NULL;
    }
}

static void host_exit(neap_ctx *c, neap_reason reason)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {.hook = NEAP_HOOK_EXIT, .c = c, .number = (int)reason};

    drop_handles(h);
    if (h->has[NEAP_HOOK_EXIT]) {
        neap_call_hook(h, &call, 0);
        neap_call_end(h, &call);
    }
    neap_log_close(h, c);
    if (h->base && h->base->exit)
        h->base->exit(c, reason);
    h->has_left = true;
    h->c = NULL;
}

/* init_task and exit_task. */

static int handle_body(lua_State *L)
{
    const struct neap_call *call = lua_touserdata(L, 1);
    struct neap_host *h = call->c->policy->host;
    neap_task *t = call->task;

    lua_pushvalue(h->keep, NEAP_SLOT_HANDLES);
    lua_xmove(h->keep, L, 1);
    if (makes_handles(h)) {
        neap_handle_bind(neap_handle_new(L, h->script), t);
    } else {
        if (!h->script->guest)
            neap_handle_bind(t->user, t);
        neap_handle_push(L, h->script, t);
    }
    lua_rawseti(L, -2, (lua_Integer)t->id);
    return 0;
}

static int make_handle(struct neap_host *h, neap_ctx *c, neap_task *t)
{
    struct neap_call call = {
        .hook = NEAP_HOOK_INIT_TASK, .c = c, .task = t, .is_ours = true};
    bool made = neap_call_body(h, &call, handle_body, &call);

    neap_call_end(h, &call);
    return made ? 0 : -NEAP_EMEMORY;
}

static void drop_handle(struct neap_host *h, const neap_task *t)
{
    lua_State *keep = h->keep;
    struct neap_handle *handle;

    lua_rawgeti(keep, NEAP_SLOT_HANDLES, (lua_Integer)t->id);
    handle = neap_handle_test(keep, -1);
    lua_pop(keep, 1);
    if (!handle)
        return;
    neap_queue_leave(handle);
    if (makes_handles(h))
        handle->task = NULL;
    lua_pushnil(keep);
    lua_rawseti(keep, NEAP_SLOT_HANDLES,
                (lua_Integer)t->id); /* known: allocates nothing */
}

/* false, or nil with a message, refuses the task; an error does not: its default
 * answers. */
static int ask_init_task(struct neap_host *h, neap_ctx *c, neap_task *t)
{
    struct neap_call call = {.hook = NEAP_HOOK_INIT_TASK, .c = c, .task = t};
    lua_State *L = h->L;
    int rc = 0;

    if (neap_call_hook(h, &call, 2)) {
        bool refused =
            lua_type(L, -2) == LUA_TBOOLEAN ? !lua_toboolean(L, -2) : !lua_isnil(L, -1);

        if (refused) {
            rc = -NEAP_EPOLICY;
            if (lua_type(L, -1) == LUA_TSTRING)
                neap_call_fail(c, L, "refused");
        }
    }
    neap_call_end(h, &call);
    return rc;
}

static int host_init_task(neap_ctx *c, neap_task *t)
{
    struct neap_host *h = c->policy->host;
    int rc = h->base && h->base->init_task ? h->base->init_task(c, t) : 0;

    if (rc < 0)
        return rc;
    memset(neap_host_seat(h, t), 0, sizeof(struct neap_seat));
    rc = make_handle(h, c, t);
    if (rc == 0 && h->has[NEAP_HOOK_INIT_TASK])
        rc = ask_init_task(h, c, t);
    if (rc == 0)
        return 0;
    drop_handle(h, t);
    if (h->base && h->base->exit_task)
        h->base->exit_task(c, t, NEAP_HOWS, 0);
    return rc;
}

static void host_exit_task(neap_ctx *c, neap_task *t, neap_how how, int code)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {.hook = NEAP_HOOK_EXIT_TASK,
                             .c = c,
                             .task = t,
                             .number = (int)how,
                             .code = code};

    if (h->has[NEAP_HOOK_EXIT_TASK]) {
        neap_call_hook(h, &call, 0);
        neap_call_end(h, &call);
    }
    if (h->base && h->base->exit_task)
        h->base->exit_task(c, t, how, code);
    drop_handle(h, t);
}

/* The queue. */

static void host_enqueue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {
        .hook = NEAP_HOOK_ENQUEUE, .c = c, .task = t, .number = (int)why};
    struct neap_seat *seat = neap_host_seat(h, t);

    seat->held = true;
    if (!h->has[NEAP_HOOK_ENQUEUE]) {
        neap_base_enqueue(h, c, t, why);
        return;
    }
    if (!neap_call_hook(h, &call, 0)) { /* the core queues it now, and base must not */
        seat->held = false;
        if (seat->queued)
            neap_base_dequeue(h, c, t, NEAP_CHANGED);
    }
    neap_call_end(h, &call);
}

static void host_dequeue(neap_ctx *c, neap_task *t, neap_why why)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {
        .hook = NEAP_HOOK_DEQUEUE, .c = c, .task = t, .number = (int)why};
    struct neap_seat *seat = neap_host_seat(h, t);

    if (h->has[NEAP_HOOK_DEQUEUE]) {
        neap_call_hook(h, &call, 0);
        neap_call_end(h, &call);
    }
    if (seat->queued) /* Lua left it to base, or forgot */
        neap_base_dequeue(h, c, t, why);
    seat->held = false;
}

/* The task that Lua's pick returned, or NULL. */
static neap_task *picked(struct neap_host *h, struct neap_call *call)
{
    const struct neap_handle *handle = neap_handle_test(h->L, -1);

    if (neap_host_owns(h, handle))
        return handle->task;
    if (!lua_isnil(h->L, -1))
        neap_call_refuse(h, call, "a task that waits, or nil");
    return NULL;
}

static neap_task *accept(struct neap_host *h, neap_ctx *c, neap_task *t)
{
    struct neap_seat *seat = neap_host_seat(h, t);

    if (seat->queued) /* taken past base */
        neap_base_dequeue(h, c, t, NEAP_CHANGED);
    seat->held = false;
    return t;
}

static neap_task *host_pick(neap_ctx *c, int cpu)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {.hook = NEAP_HOOK_PICK, .c = c, .number = cpu};
    neap_task *t = NULL;

    if (!h->has[NEAP_HOOK_PICK]) {
        t = neap_base_pick(h, c, cpu);
        if (t)
            neap_host_seat(h, t)->held = false;
        return t;
    }
    if (neap_call_hook(h, &call, 1))
        t = picked(h, &call);
    neap_call_end(h, &call);
    if (t && neap_host_seat(h, t)->held && neap_task_may_use(t, cpu))
        return accept(h, c, t);
    if (call.popped) /* what base gave for this cpu and is not used goes back */
        neap_base_enqueue(h, c, call.popped, NEAP_PREEMPTED);
    return t; /* NULL, or what the core will refuse by name */
}

/* The rest. */

static neap_ns host_slice(neap_ctx *c, neap_task *t)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {.hook = NEAP_HOOK_SLICE, .c = c, .task = t};
    lua_Integer slice = c->quantum;

    if (neap_call_hook(h, &call, 1) &&
        (!neap_option_integer_test(h->L, -1, &slice) || slice <= 0)) {
        neap_call_refuse(h, &call, "nanoseconds, an integer greater than 0");
        slice = c->quantum;
    }
    neap_call_end(h, &call);
    return slice;
}

static void host_running(neap_ctx *c, neap_task *t, int cpu)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {
        .hook = NEAP_HOOK_RUNNING, .c = c, .task = t, .number = cpu};

    neap_call_hook(h, &call, 0);
    neap_call_end(h, &call);
}

static void host_stopping(neap_ctx *c, neap_task *t, neap_ns ran, neap_why why)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {
        .hook = NEAP_HOOK_STOPPING, .c = c, .task = t, .ran = ran, .number = (int)why};

    neap_call_hook(h, &call, 0);
    neap_call_end(h, &call);
}

static bool host_tick(neap_ctx *c, neap_task *t, neap_ns ran)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {.hook = NEAP_HOOK_TICK, .c = c, .task = t, .ran = ran};
    bool over = false;

    if (neap_call_hook(h, &call, 1)) {
        if (lua_isnil(h->L, -1) || lua_type(h->L, -1) == LUA_TBOOLEAN)
            over = lua_toboolean(h->L, -1);
        else
            neap_call_refuse(h, &call, "true, false or nil");
    }
    neap_call_end(h, &call);
    return over;
}

static int host_preempt(neap_ctx *c, neap_task *t)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {.hook = NEAP_HOOK_PREEMPT, .c = c, .task = t};
    lua_Integer cpu = NEAP_NO_CPU;

    if (neap_call_hook(h, &call, 1) && !lua_isnil(h->L, -1) &&
        (!neap_option_integer_test(h->L, -1, &cpu) || cpu < 0 || cpu >= c->cpus)) {
        neap_call_refuse(h, &call, "the number of a cpu, or nil");
        cpu = NEAP_NO_CPU;
    }
    neap_call_end(h, &call);
    return (int)cpu;
}

static void host_update(neap_ctx *c, neap_task *t, neap_what what)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {
        .hook = NEAP_HOOK_UPDATE, .c = c, .task = t, .number = (int)what};

    if (h->has[NEAP_HOOK_UPDATE]) {
        neap_call_hook(h, &call, 0);
        neap_call_end(h, &call);
    }
    if (h->has[NEAP_HOOK_KEY] && what == NEAP_CHARGED)
        neap_keys_charged(h, c, t);
}

static void host_signal(neap_ctx *c, neap_task *t, int signo)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {
        .hook = NEAP_HOOK_SIGNAL, .c = c, .task = t, .number = signo};

    neap_call_hook(h, &call, 0);
    neap_call_end(h, &call);
}

static void host_timer(neap_ctx *c, uint64_t id)
{
    struct neap_host *h = c->policy->host;
    struct neap_call call = {.hook = NEAP_HOOK_TIMER, .c = c, .timer = id};

    neap_call_hook(h, &call, 0);
    neap_call_end(h, &call);
}

void neap_host_hook_up(struct neap_host *h)
{
    neap_policy *p = &h->record;
    const bool *has = h->has;

    p->init = host_init;
    p->exit = host_exit;
    p->init_task = host_init_task;
    p->exit_task = host_exit_task;
    if (has[NEAP_HOOK_ENQUEUE] || has[NEAP_HOOK_DEQUEUE] || has[NEAP_HOOK_PICK]) {
        p->enqueue = host_enqueue;
        p->dequeue = host_dequeue;
        p->pick = host_pick;
    }
    if (p->enqueue == host_enqueue) /* base does not know the order */
        p->explain = NULL;
    if (has[NEAP_HOOK_KEY]) {
        p->enqueue = neap_keys_enqueue;
        p->dequeue = neap_keys_dequeue;
        p->pick = neap_keys_pick;
        p->preempt = h->preempts ? neap_keys_preempt : p->preempt;
        p->update = host_update;
    }
    p->slice = has[NEAP_HOOK_SLICE] ? host_slice : p->slice;
    p->running = has[NEAP_HOOK_RUNNING] ? host_running : p->running;
    p->stopping = has[NEAP_HOOK_STOPPING] ? host_stopping : p->stopping;
    p->tick = has[NEAP_HOOK_TICK] ? host_tick : p->tick;
    p->preempt = has[NEAP_HOOK_PREEMPT] ? host_preempt : p->preempt;
    p->update = has[NEAP_HOOK_UPDATE] ? host_update : p->update;
    p->signal = has[NEAP_HOOK_SIGNAL] ? host_signal : p->signal;
    p->timer = has[NEAP_HOOK_TIMER] ? host_timer : p->timer;
}
