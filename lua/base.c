/* base.c - self.base: the C hooks that a Lua policy replaced, for it to call.
 *
 * A C hook trusts its caller, a Lua author is not held to be trustworthy: so
 * base:slice(t) can be called in `slice` and for the task at hand only, and the queue
 * hooks only in ways that keep each task in at most one place.
 */
#include "host.h"
#include <string.h>

void neap_base_enqueue(struct neap_host *h, neap_ctx *c, neap_task *t, neap_why why)
{
    h->base->enqueue(c, t, why);
    neap_host_seat(h, t)->queued = true;
}

void neap_base_dequeue(struct neap_host *h, neap_ctx *c, neap_task *t, neap_why why)
{
    h->base->dequeue(c, t, why);
    neap_host_seat(h, t)->queued = false;
}

neap_task *neap_base_pick(struct neap_host *h, neap_ctx *c, int cpu)
{
    neap_task *t = h->base->pick(c, cpu);

    if (t)
        neap_host_seat(h, t)->queued = false;
    return t;
}

/* The call in which base.NAME was called: the hook of that name, about the task that is
 * the second argument. */
static struct neap_call *same_hook(lua_State *L, enum neap_hook hook)
{
    const struct neap_host *h = neap_context_host(L);
    const char *name = neap_hook_names[hook];

    if (!h->call || h->call->hook != hook)
        luaL_error(L, "base:%s() is there inside the hook %s only", name, name);
    if (h->call->task) {
        const struct neap_handle *handle = neap_handle_test(L, 2);

        if (!handle)
            luaL_typeerror(L, 2, "task");
        if (handle->task != h->call->task)
            luaL_error(L,
                       "base:%s() must be given the task that the hook was asked about",
                       name);
    }
    return h->call;
}

static const neap_policy *base_of(lua_State *L)
{
    return neap_context_host(L)->base;
}

static neap_ns ran_argument(lua_State *L, const struct neap_call *call)
{
    return lua_isnoneornil(L, 3) ? call->ran
                                 : neap_option_integer(L, 3, "ran", 0, LUA_MAXINTEGER);
}

static int base_slice(lua_State *L)
{
    const struct neap_call *call = same_hook(L, NEAP_HOOK_SLICE);
    const neap_policy *base = base_of(L);

    lua_pushinteger(L,
                    base->slice ? base->slice(call->c, call->task) : call->c->quantum);
    return 1;
}

static int base_running(lua_State *L)
{
    const struct neap_call *call = same_hook(L, NEAP_HOOK_RUNNING);
    const neap_policy *base = base_of(L);

    if (base->running)
        base->running(call->c, call->task, call->number);
    return 0;
}

static int base_stopping(lua_State *L)
{
    const struct neap_call *call = same_hook(L, NEAP_HOOK_STOPPING);
    const neap_policy *base = base_of(L);

    if (base->stopping)
        base->stopping(call->c, call->task, ran_argument(L, call),
                       (neap_why)call->number);
    return 0;
}

static int base_tick(lua_State *L)
{
    const struct neap_call *call = same_hook(L, NEAP_HOOK_TICK);
    const neap_policy *base = base_of(L);

    lua_pushboolean(L, base->tick &&
                           base->tick(call->c, call->task, ran_argument(L, call)));
    return 1;
}

static int base_preempt(lua_State *L)
{
    const struct neap_call *call = same_hook(L, NEAP_HOOK_PREEMPT);
    const neap_policy *base = base_of(L);
    int cpu = base->preempt ? base->preempt(call->c, call->task) : NEAP_NO_CPU;

    if (cpu == NEAP_NO_CPU)
        lua_pushnil(L);
    else
        lua_pushinteger(L, cpu);
    return 1;
}

static int base_update(lua_State *L)
{
    const struct neap_call *call = same_hook(L, NEAP_HOOK_UPDATE);
    const neap_policy *base = base_of(L);

    if (base->update)
        base->update(call->c, call->task, (neap_what)call->number);
    return 0;
}

static int base_signal(lua_State *L)
{
    const struct neap_call *call = same_hook(L, NEAP_HOOK_SIGNAL);
    const neap_policy *base = base_of(L);

    if (base->signal)
        base->signal(call->c, call->task, call->number);
    return 0;
}

static int base_timer(lua_State *L)
{
    const struct neap_call *call = same_hook(L, NEAP_HOOK_TIMER);
    const neap_policy *base = base_of(L);

    if (base->timer)
        base->timer(call->c, call->timer);
    return 0;
}

/* The queue hooks may be called in every hook that is about tasks, once Lua has
 * replaced one. */
static struct neap_call *queue_call(lua_State *L, enum neap_hook hook)
{
    const struct neap_host *h = neap_context_host(L);
    const char *name = neap_hook_names[hook];

    if (!h->call || h->call->hook <= NEAP_HOOK_EXIT_TASK)
        luaL_error(L, "base:%s() is not there in init, exit, init_task, exit_task",
                   name);
    if (!h->has[NEAP_HOOK_ENQUEUE] && !h->has[NEAP_HOOK_DEQUEUE] &&
        !h->has[NEAP_HOOK_PICK])
        luaL_error(L, "base:%s() is there where the policy replaces a queue hook only",
                   name);
    if (!h->base->pick)
        luaL_error(L, "policy %s has no %s", h->base->name, name);
    return h->call;
}

static neap_task *task_argument(lua_State *L, const struct neap_host *h)
{
    const struct neap_handle *handle = neap_handle_test(L, 2);

    if (!handle)
        luaL_typeerror(L, 2, "task");
    if (!neap_host_owns(h, handle))
        luaL_error(L, "task %I has left this policy", (LUAI_UACINT)handle->id);
    return handle->task;
}

static neap_why why_argument(lua_State *L, const struct neap_call *call)
{
    const char *words[NEAP_WHYS + 1];

    if (lua_isnoneornil(L, 3)) {
        bool has_why =
            call->hook == NEAP_HOOK_ENQUEUE || call->hook == NEAP_HOOK_DEQUEUE;

        return has_why ? (neap_why)call->number : NEAP_CHANGED;
    }
    for (int i = 0; i < NEAP_WHYS; i++)
        words[i] = neap_why_name((neap_why)i);
    words[NEAP_WHYS] = NULL;
    return (neap_why)neap_option_enum(L, 3, "why", words);
}

static int base_enqueue(lua_State *L)
{
    struct neap_call *call = queue_call(L, NEAP_HOOK_ENQUEUE);
    struct neap_host *h = neap_context_host(L);
    neap_task *t = task_argument(L, h);
    const struct neap_seat *seat = neap_host_seat(h, t);

    if (!seat->held)
        return luaL_error(L, "task %I does not wait in this policy",
                          (LUAI_UACINT)t->id);
    if (seat->queued)
        return luaL_error(L, "task %I is in base's queue already", (LUAI_UACINT)t->id);
    neap_base_enqueue(h, call->c, t, why_argument(L, call));
    if (call->popped == t)
        call->popped = NULL;
    return 0;
}

static int base_dequeue(lua_State *L)
{
    const struct neap_call *call = queue_call(L, NEAP_HOOK_DEQUEUE);
    struct neap_host *h = neap_context_host(L);
    neap_task *t = task_argument(L, h);

    if (!neap_host_seat(h, t)->queued)
        return luaL_error(L, "task %I is not in base's queue", (LUAI_UACINT)t->id);
    neap_base_dequeue(h, call->c, t, why_argument(L, call));
    return 0;
}

static int base_pick(lua_State *L)
{
    struct neap_call *call = queue_call(L, NEAP_HOOK_PICK);
    struct neap_host *h = neap_context_host(L);
    int cpu = (int)neap_option_integer(L, 2, "cpu", 0, call->c->cpus - 1);

    call->popped = neap_base_pick(h, call->c, cpu);
    neap_host_push_task(h, L, call->popped);
    return 1;
}

static const luaL_Reg methods[] = {
    {"dequeue", base_dequeue}, {"enqueue", base_enqueue},   {"pick", base_pick},
    {"preempt", base_preempt}, {"running", base_running},   {"signal", base_signal},
    {"slice", base_slice},     {"stopping", base_stopping}, {"tick", base_tick},
    {"timer", base_timer},     {"update", base_update},     {NULL, NULL}};

void neap_base_push(lua_State *L, int link)
{
    lua_pushvalue(L, link);
    lua_createtable(L, 0, (int)(sizeof methods / sizeof methods[0]));
    lua_insert(L, -2);
    luaL_setfuncs(L, methods, 1);
}
