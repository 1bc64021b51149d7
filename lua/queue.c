/* queue.c - neap.fifo() and neap.heap(): the queues of policies in Lua.
 *
 * A fifo is linked through the handles. A heap is an array of (key, rank of arrival,
 * handle), 4-ary, least first; its keys are 64-bit integers, or the codes of doubles
 * from the first number on that is no integer (keys.c).
 */
#include "queue.h"
#include "host.h"
#include "queue_inside.h"
#include <math.h>
#include <string.h>

static const char *const type_name[] = {"neap.fifo", "neap.heap"};

static struct neap_queue *queue_argument(lua_State *L, uint32_t kind)
{
    struct neap_queue *q = lua_touserdata(L, 1);

    if (!q || lua_rawlen(L, 1) != sizeof *q || q->kind != kind)
        luaL_typeerror(L, 1, kind == FIFO ? "fifo" : "heap");
    return q;
}

static struct neap_handle *task_argument(lua_State *L)
{
    struct neap_handle *h = neap_handle_test(L, 2);

    if (!h)
        luaL_typeerror(L, 2, "task");
    if (!h->task)
        luaL_error(L, "task %I has ended", (LUAI_UACINT)h->id);
    return h;
}

static struct neap_handle *newcomer(lua_State *L)
{
    struct neap_handle *h = task_argument(L);

    if (h->queue)
        luaL_error(L, "task %I is in a queue already", (LUAI_UACINT)h->id);
    return h;
}

/* The cpu that pop() and peek() are asked for; none: any. */
static int cpu_argument(lua_State *L)
{
    lua_Integer cpu = lua_isinteger(L, 2) ? lua_tointeger(L, 2) : -1;

    if (cpu >= 0 && cpu < NEAP_CPUS_MAX)
        return (int)cpu;
    return lua_isnoneornil(L, 2)
               ? NEAP_NO_CPU
               : (int)neap_option_integer(L, 2, "cpu", 0, NEAP_CPUS_MAX - 1);
}

static bool fits(const struct neap_handle *h, int cpu)
{
    return cpu == NEAP_NO_CPU || neap_task_may_use(h->task, cpu);
}

/* In a state of a policy's own the host knows the handles, else the script does. */
static int push_handle(lua_State *L, const struct neap_handle *h)
{
    if (!h)
        lua_pushnil(L);
    else if (h->ref == LUA_NOREF)
        neap_host_push_task(*(struct neap_host **)lua_getextraspace(L), L, h->task);
    else
        neap_handle_push(L, h->script, h->task);
    return 1;
}

/* The fifo. */

static void unlink_handle(struct neap_queue *q, struct neap_handle *h)
{
    if (h->before)
        h->before->behind = h->behind;
    else
        q->first = h->behind;
    if (h->behind)
        h->behind->before = h->before;
    else
        q->last = h->before;
    h->before = h->behind = NULL;
}

static void link_between(struct neap_queue *q, struct neap_handle *h,
                         struct neap_handle *before, struct neap_handle *behind)
{
    h->before = before;
    h->behind = behind;
    *(before ? &before->behind : &q->first) = h;
    *(behind ? &behind->before : &q->last) = h;
    h->queue = q;
    q->count++;
}

static int fifo_push(lua_State *L)
{
    struct neap_queue *q = queue_argument(L, FIFO);

    link_between(q, newcomer(L), q->last, NULL);
    return 0;
}

static int fifo_push_front(lua_State *L)
{
    struct neap_queue *q = queue_argument(L, FIFO);

    link_between(q, newcomer(L), NULL, q->first);
    return 0;
}

static struct neap_handle *first_of(const struct neap_queue *q, int cpu)
{
    struct neap_handle *h = q->first;

    while (h && !fits(h, cpu))
        h = h->behind;
    return h;
}

static int fifo_peek(lua_State *L)
{
    const struct neap_queue *q = queue_argument(L, FIFO);

    return push_handle(L, first_of(q, cpu_argument(L)));
}

static int fifo_pop(lua_State *L)
{
    const struct neap_queue *q = queue_argument(L, FIFO);
    struct neap_handle *h = first_of(q, cpu_argument(L));

    if (h)
        neap_queue_leave(h);
    return push_handle(L, h);
}

/* The heap. */

static int64_t key_argument(lua_State *L, struct neap_queue *q)
{
    lua_Integer n;

    if (lua_isinteger(L, 3)) {
        n = lua_tointeger(L, 3);
        return q->has_floats ? neap_queue_code_of((double)n) : n;
    }
    if (lua_type(L, 3) != LUA_TNUMBER || !isfinite(lua_tonumber(L, 3)))
        luaL_argerror(L, 3, "expected a key: an integer or a finite number");
    if (!q->has_floats)
        neap_queue_begin_floats(q);
    return neap_queue_code_of(lua_tonumber(L, 3));
}

static int push_key(lua_State *L, const struct neap_queue *q, const struct entry *e)
{
    if (q->has_floats)
        lua_pushnumber(L, neap_queue_number_of(e->key));
    else
        lua_pushinteger(L, e->key);
    return 1;
}

static void make_room(lua_State *L, struct neap_queue *q)
{
    size_t room = q->room ? 2 * q->room : ROOM_AT_FIRST;
    struct entry *entry;

    if (q->count < q->room)
        return;
    entry = lua_newuserdatauv(L, room * sizeof *entry, 0);
    if (q->count)
        memcpy(entry, q->entry, q->count * sizeof *entry);
    q->entry = entry;
    q->room = room;
    lua_setiuservalue(L, 1, 1);
}

/* The rank is taken from `*next` once nothing can fail any more. */
static int insert(lua_State *L, struct neap_queue *q, uint64_t *next, int step)
{
    struct neap_handle *h = newcomer(L);
    int64_t key = key_argument(L, q);

    make_room(L, q);
    h->queue = q;
    q->count++;
    neap_queue_insert(q, (struct entry){key, *next, h});
    *next += (uint64_t)step;
    return 0;
}

static int heap_push(lua_State *L)
{
    struct neap_queue *q = queue_argument(L, HEAP);

    return insert(L, q, &q->back, 1);
}

/* Before all others of the same key. */
static int heap_push_front(lua_State *L)
{
    struct neap_queue *q = queue_argument(L, HEAP);

    return insert(L, q, &q->front, -1);
}

static struct neap_handle *own_argument(lua_State *L, const struct neap_queue *q)
{
    struct neap_handle *h = task_argument(L);

    if (h->queue != q)
        luaL_error(L, "task %I is not in this heap", (LUAI_UACINT)h->id);
    return h;
}

static int heap_update(lua_State *L)
{
    struct neap_queue *q = queue_argument(L, HEAP);
    const struct neap_handle *h = own_argument(L, q);
    int64_t key = key_argument(L, q);
    struct entry e = q->entry[h->place];

    e.key = key;
    neap_queue_settle(q, h->place, e);
    return 0;
}

static int heap_key(lua_State *L)
{
    const struct neap_queue *q = queue_argument(L, HEAP);
    const struct neap_handle *h = own_argument(L, q);

    return push_key(L, q, &q->entry[h->place]);
}

/* The least that may use `cpu`: a search only where the least of all may not. */
static const struct entry *least_of(const struct neap_queue *q, int cpu)
{
    const struct entry *least = NULL;

    if (q->count && fits(q->entry[0].handle, cpu))
        return &q->entry[0];
    for (size_t i = 1; i < q->count; i++) {
        const struct entry *e = &q->entry[i];

        if ((!least || neap_queue_is_before(e, least)) && fits(e->handle, cpu))
            least = e;
    }
    return least;
}

static int heap_peek(lua_State *L)
{
    const struct neap_queue *q = queue_argument(L, HEAP);
    const struct entry *e = least_of(q, cpu_argument(L));

    return e ? push_handle(L, e->handle) + push_key(L, q, e) : push_handle(L, NULL);
}

static int heap_pop(lua_State *L)
{
    const struct neap_queue *q = queue_argument(L, HEAP);
    const struct entry *e = least_of(q, cpu_argument(L));

    if (!e)
        return push_handle(L, NULL);
    push_handle(L, e->handle);
    push_key(L, q, e);
    neap_queue_leave(e->handle);
    return 2;
}

/* Both. */

void neap_queue_leave(struct neap_handle *h)
{
    struct neap_queue *q = h->queue;

    if (!q)
        return;
    h->queue = NULL;
    q->count--;
    if (q->kind == FIFO)
        unlink_handle(q, h);
    else
        neap_queue_remove_at(q, h->place);
}

static struct neap_queue *any_argument(lua_State *L)
{
    const struct neap_queue *q = lua_touserdata(L, 1);

    return queue_argument(L, q && lua_rawlen(L, 1) == sizeof *q ? q->kind : FIFO);
}

static int queue_remove(lua_State *L)
{
    const struct neap_queue *q = any_argument(L);
    struct neap_handle *h = neap_handle_test(L, 2);

    if (!h)
        luaL_typeerror(L, 2, "task");
    lua_pushboolean(L, h->queue == q);
    if (h->queue == q)
        neap_queue_leave(h);
    return 1;
}

static int queue_has(lua_State *L)
{
    const struct neap_queue *q = any_argument(L);
    const struct neap_handle *h = neap_handle_test(L, 2);

    lua_pushboolean(L, h && h->queue == q);
    return 1;
}

static int queue_size(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)any_argument(L)->count);
    return 1;
}

static int next_of_list(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(2)) + 1;

    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(2));
    lua_rawgeti(L, lua_upvalueindex(1), at);
    return 1;
}

static int push_walk(lua_State *L)
{
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_of_list, 2);
    return 1;
}

static int fifo_each(lua_State *L)
{
    const struct neap_queue *q = queue_argument(L, FIFO);
    lua_Integer n = 0;

    lua_createtable(L, (int)q->count, 0);
    for (const struct neap_handle *h = q->first; h; h = h->behind) {
        push_handle(L, h);
        lua_rawseti(L, -2, ++n);
    }
    return push_walk(L);
}

/* Takes all from a copy of the entries; the places in the handles are as they were. */
static int heap_each(lua_State *L)
{
    const struct neap_queue *q = queue_argument(L, HEAP);
    size_t size = q->count * sizeof *q->entry;
    struct neap_queue copy = *q;

    lua_createtable(L, (int)q->count, 0);
    copy.entry = lua_newuserdatauv(L, size ? size : 1, 0);
    if (size)
        memcpy(copy.entry, q->entry, size);
    for (lua_Integer n = 1; copy.count > 0; n++) {
        push_handle(L, copy.entry[0].handle);
        lua_rawseti(L, -3, n);
        copy.count--;
        neap_queue_remove_at(&copy, 0);
    }
    for (size_t i = 0; i < q->count; i++)
        q->entry[i].handle->place = i;
    lua_pop(L, 1);
    return push_walk(L);
}

static int queue_tostring(lua_State *L)
{
    const struct neap_queue *q = any_argument(L);

    lua_pushfstring(L, "%s of %I tasks", q->kind == FIFO ? "fifo" : "heap",
                    (LUAI_UACINT)q->count);
    return 1;
}

/* The tasks outlive the queue. All of them are alive: those that are not have left. */
static int queue_gc(lua_State *L)
{
    struct neap_queue *q = any_argument(L);

    for (size_t i = 0; q->kind == HEAP && i < q->count; i++)
        q->entry[i].handle->queue = NULL;
    while (q->kind == FIFO && q->first)
        neap_queue_leave(q->first);
    q->count = 0;
    return 0;
}

static const luaL_Reg fifo_methods[] = {
    {"each", fifo_each},      {"has", queue_has},   {"peek", fifo_peek},
    {"pop", fifo_pop},        {"push", fifo_push},  {"push_front", fifo_push_front},
    {"remove", queue_remove}, {"size", queue_size}, {NULL, NULL}};

static const luaL_Reg heap_methods[] = {{"each", heap_each},
                                        {"has", queue_has},
                                        {"key", heap_key},
                                        {"peek", heap_peek},
                                        {"pop", heap_pop},
                                        {"push", heap_push},
                                        {"push_front", heap_push_front},
                                        {"size", queue_size},
                                        {"remove", queue_remove},
                                        {"update", heap_update},
                                        {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", queue_gc},
                                       {"__len", queue_size},
                                       {"__tostring", queue_tostring},
                                       {NULL, NULL}};

static int make(lua_State *L, uint32_t kind, const luaL_Reg *methods)
{
    struct neap_queue *q = lua_newuserdatauv(L, sizeof *q, 1);

    memset(q, 0, sizeof *q);
    q->kind = kind;
    q->back = FIRST_RANK;
    q->front = FIRST_RANK - 1;
    if (luaL_newmetatable(L, type_name[kind == HEAP])) {
        luaL_setfuncs(L, metamethods, 0);
        lua_newtable(L);
        luaL_setfuncs(L, methods, 0);
        lua_setfield(L, -2, "__index");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
    }
    lua_setmetatable(L, -2);
    return 1;
}

int neap_queue_fifo(lua_State *L)
{
    return make(L, FIFO, fifo_methods);
}

int neap_queue_heap(lua_State *L)
{
    return make(L, HEAP, heap_methods);
}
