/* budget.c - the bounds of a policy's Lua state: allocator, count hook, clock.
 *
 * The count hook is always set: it costs about two nanoseconds an instruction, and
 * nothing has to watch from outside. An instruction that works on large strings is
 * seen by what it allocates.
 *
 * A call that is stopped stays so: the hook raises again, in whatever catches it.
 */
#include "budget.h"
#include <lauxlib.h>
#include <stdlib.h>
#include <time.h>

enum {
    LOOK_EVERY = 1000,         /* instructions */
    NS_EACH = 10,              /* of CPU time, about */
    BYTES_EACH = 64,           /* that an instruction's time allocates and fills */
    LARGE = 16 * 1024,         /* a block that counts as work */
    COLLECT_AFTER = 64 * 1024, /* bytes of new objects */
    LARGEST = 4,               /* part of the memory that one block may be */
    SOFT = 10                  /* part of the time after which a call is slow */
};

struct budget {
    size_t used, limit; /* bytes */
    neap_ns time;       /* of the call that runs; 0: none does */
    neap_ns from,
        seen;         /* its CPU time: when it began, about, and now; from 0: unknown */
    lua_Integer left; /* instructions */
    lua_Integer spent; /* since the last look at the clock */
    bool over;
    size_t kept;     /* bytes, after the last collection */
    bool collecting; /* step by step */
};

static neap_ns cpu_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (neap_ns)t.tv_sec * NEAP_S + t.tv_nsec;
}

/* Does the work that was just done go over the budget? */
static bool is_over(struct budget *b, lua_Integer work)
{
    if (b->over || b->time == 0)
        return b->over;
    b->left -= work;
    b->spent += work;
    if (b->left < 0)
        b->over = true;
    if (b->spent < LOOK_EVERY && !b->over)
        return false;
    b->seen = cpu_now();
    if (b->from == 0)
        b->from = b->seen - b->spent * NS_EACH;
    b->spent = 0;
    b->over |= b->seen - b->from > b->time;
    return b->over;
}

static void *allocate(void *user, void *block, size_t before, size_t size)
{
    struct budget *b = user;
    size_t had = block ? before : 0; /* else it says what kind of object */

    if (size == 0) {
        free(block);
        b->used -= had;
        return NULL;
    }
    if (size > had && (size > b->limit / LARGEST || size - had > b->limit - b->used ||
                       (size >= LARGE && is_over(b, (lua_Integer)(size / BYTES_EACH)))))
        return NULL;
    block = realloc(block, size);
    if (block)
        b->used += size - had;
    return block;
}

static struct budget *budget_of(lua_State *L)
{
    void *user;

    return lua_getallocf(L, &user) == allocate ? user : NULL;
}

/* `level`: who is to be named, 0 for the function that runs. */
static void raise_over(lua_State *L, const struct budget *b, int level)
{
    luaL_where(L, level);
    if (b->left < 0)
        lua_pushfstring(L, "stopped: it ran %d instructions, all that it may",
                        (int)(b->time / NEAP_US * 100));
    else
        lua_pushfstring(L, "stopped after %d us of CPU time, it may have %d",
                        (int)((b->seen - b->from) / NEAP_US), (int)(b->time / NEAP_US));
    lua_concat(L, 2);
    lua_error(L);
}

static void on_count(lua_State *L, lua_Debug *where)
{
    struct budget *b = budget_of(L);

    if (is_over(b, LOOK_EVERY))
        raise_over(L, b, 0);
}

lua_State *neap_budget_state(size_t memory)
{
    struct budget *b = calloc(1, sizeof *b);
    lua_State *L;

    if (!b)
        return NULL;
    b->limit = memory;
    L = lua_newstate(allocate, b);
    if (!L) {
        free(b);
        return NULL;
    }
    lua_gc(L, LUA_GCSTOP);
    lua_sethook(L, on_count, LUA_MASKCOUNT, LOOK_EVERY);
    return L;
}

void neap_budget_close(lua_State *L)
{
    struct budget *b = budget_of(L);

    lua_close(L);
    free(b);
}

void neap_budget_begin(lua_State *L, neap_ns time)
{
    struct budget *b = budget_of(L);

    if (!b)
        return;
    b->time = time;
    b->left = time / NEAP_US * 100;
    b->from = b->seen = b->spent = 0;
    b->over = false;
}

bool neap_budget_end(lua_State *L)
{
    struct budget *b = budget_of(L);

    if (!b)
        return false;
    b->time = 0;
    return b->over;
}

neap_ns neap_budget_slow(lua_State *L)
{
    const struct budget *b = budget_of(L);
    neap_ns used = b ? b->seen - b->from : 0;

    return b && !b->over && used > b->time / SOFT ? used : 0;
}

bool neap_budget_is_over(lua_State *L)
{
    const struct budget *b = budget_of(L);

    return b && b->over;
}

void neap_budget_spend(lua_State *L, lua_Integer work)
{
    struct budget *b = budget_of(L);

    if (b && is_over(b, work))
        raise_over(L, b, 1);
}

void neap_budget_collect(lua_State *L)
{
    struct budget *b = budget_of(L);

    if (!b || (b->used < b->kept + COLLECT_AFTER && !b->collecting))
        return;
    if (b->used > b->limit / 2) {
        lua_gc(L, LUA_GCCOLLECT);
        b->collecting = false;
    } else {
        b->collecting = !lua_gc(L, LUA_GCSTEP, 0);
    }
    b->kept = b->used;
}
