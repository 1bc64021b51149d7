/* budget.c - the bounds of a policy's Lua state: allocator, count hook, clock.
 *
 * The count hook is always set: it costs about two nanoseconds an instruction, and
 * nothing has to watch from outside. An instruction that works on large strings is
 * seen by what it allocates; one that only compares them is not, nor is one that hands
 * a long list of arguments on. So a state that has made a large string or list is
 * looked at more often from then on.
 *
 * A call that is stopped stays so: from then on every instruction raises, in whatever
 * catches it. Each refusal of memory has the clock looked at, since a whole collection
 * goes before it.
 */
#include "budget.h"
#include "strict.h"
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    LOOK_EVERY = 1000,         /* instructions, at most */
    NS_EACH = 10,              /* of CPU time, about */
    PER_US = 100,              /* instructions */
    BYTES_EACH = 64,           /* that an instruction's time allocates and fills */
    LARGE = 16 * 1024,         /* a block that counts as work */
    LONG = 4 * 1024,           /* a string that is worth an earlier look */
    MANY = 250,                /* values in a list, likewise */
    COLLECT_AFTER = 64 * 1024, /* bytes of new objects */
    LARGEST = 4,               /* part of the memory that one block may be */
    REFUSALS = 2,              /* of memory before the clock is looked at: before the
                          collection that each brings, and after it */
    SOFT = 10                  /* part of the time after which a call is slow */
};

struct neap_budget {
    lua_State *L;
    size_t used, limit; /* bytes */
    uint64_t asked;     /* calls of the allocator */
    int every;          /* instructions from one look to the next */
    neap_ns time;       /* of the call that runs; 0: none does */
    neap_ns from,
        seen;         /* its CPU time: when it began, about, and now; from 0: unknown */
    lua_Integer left; /* instructions */
    lua_Integer spent; /* since the last look at the clock */
    bool over;         /* the call that runs; it stays so */
    bool by_count;     /* whatever the clock says */
    int refusals;      /* of memory, in that call */
    size_t kept;       /* bytes, after the last collection */
    bool collecting;   /* step by step */
};

static neap_ns cpu_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (neap_ns)t.tv_sec * NEAP_S + t.tv_nsec;
}

static void on_count(lua_State *L, lua_Debug *where);

static void look(struct neap_budget *b)
{
    b->seen = cpu_now();
    if (b->from == 0)
        b->from = b->seen - b->spent * NS_EACH;
    b->spent = 0;
    b->over |= !b->by_count && b->seen - b->from > b->time;
    if (b->over)
        lua_sethook(b->L, on_count, LUA_MASKCOUNT, 1);
}

/* Does the work that was just done go over the budget? */
static bool is_over(struct neap_budget *b, lua_Integer work)
{
    if (b->over || b->time == 0)
        return b->over;
    b->left -= work;
    b->spent += work;
    b->over = b->left < 0;
    if (b->over || b->spent >= b->every)
        look(b);
    return b->over;
}

/* An instruction may take `size` times as long as what `usual` is for. */
static void heed(struct neap_budget *b, size_t size, size_t usual)
{
    int every = (int)(LOOK_EVERY * usual / size);

    every = every > 0 ? every : 1;
    if (every >= b->every)
        return;
    b->every = every;
    if (!b->over)
        lua_sethook(b->L, on_count, LUA_MASKCOUNT, every);
}

static bool may_have(struct neap_budget *b, size_t had, size_t size)
{
    bool fits = size <= b->limit / LARGEST && size - had <= b->limit - b->used;

    if (!fits && ++b->refusals > REFUSALS && b->time && !b->over)
        look(b);
    return fits && (size < LARGE || !is_over(b, (lua_Integer)(size / BYTES_EACH)));
}

static void *allocate(void *user, void *block, size_t before, size_t size)
{
    struct neap_budget *b = user;
    size_t had = block ? before : 0; /* else it says what kind of object */

    b->asked++;
    if (size == 0) {
        free(block);
        b->used -= had;
        return NULL;
    }
    if (size > had && !may_have(b, had, size))
        return NULL;
    if (!block && before == LUA_TSTRING && size > LONG && b->L)
        heed(b, size, LONG); /* of what compares it */
    block = realloc(block, size);
    if (block)
        b->used += size - had;
    return block;
}

struct neap_budget *neap_budget_of(lua_State *L)
{
    void *user;

    return lua_getallocf(L, &user) == allocate ? user : NULL;
}

static void write_over(const struct neap_budget *b, char *out, size_t room)
{
    if (b->left < 0)
        snprintf(out, room, "stopped: it ran %lld instructions, all that it may",
                 (long long)(b->time / NEAP_US * PER_US));
    else
        snprintf(out, room, "stopped after %lld us of CPU time, it may have %lld",
                 (long long)((b->seen - b->from) / NEAP_US),
                 (long long)(b->time / NEAP_US));
}

bool neap_budget_blame(lua_State *L, char *out, size_t room)
{
    const struct neap_budget *b = neap_budget_of(L);

    if (!b || (b->refusals == 0 && !b->over))
        return false;
    if (b->over) /* then even the message about it may have found no memory */
        write_over(b, out, room);
    else
        snprintf(out, room,
                 "not enough memory: a policy file may have %zu KiB, and more by the "
                 "option policy_memory",
                 b->limit / 1024);
    return true;
}

/* `level`: who is to be named, 0 for the function that runs. */
static void raise_over(lua_State *L, const struct neap_budget *b, int level)
{
    char text[128];

    luaL_where(L, level);
    write_over(b, text, sizeof text);
    lua_pushstring(L, text);
    lua_concat(L, 2);
    lua_error(L);
}

static void on_count(lua_State *L, lua_Debug *where)
{
    struct neap_budget *b = neap_budget_of(L);

    if (is_over(b, b->every))
        raise_over(L, b, 0);
}

lua_State *neap_budget_state(size_t memory)
{
    struct neap_budget *b = calloc(1, sizeof *b);
    lua_State *L;

    if (!b)
        return NULL;
    b->limit = memory;
    b->every = LOOK_EVERY;
    L = lua_newstate(allocate, b);
    if (!L) {
        free(b);
        return NULL;
    }
    b->L = L;
    lua_gc(L, LUA_GCSTOP);
    lua_sethook(L, on_count, LUA_MASKCOUNT, b->every);
    return L;
}

void neap_budget_close(lua_State *L)
{
    struct neap_budget *b = neap_budget_of(L);

    lua_close(L);
    free(b);
}

void neap_budget_by_count(lua_State *L)
{
    neap_budget_of(L)->by_count = true;
}

void neap_budget_begin(struct neap_budget *b, neap_ns time)
{
    if (!b)
        return;
    b->time = time;
    b->left = time / NEAP_US * PER_US;
    b->from = b->seen = b->spent = 0;
    if (b->over)
        lua_sethook(b->L, on_count, LUA_MASKCOUNT, b->every);
    b->over = false;
    b->refusals = 0;
}

neap_ns neap_budget_end(struct neap_budget *b)
{
    neap_ns used, soft;

    if (!b)
        return 0;
    used = b->seen - b->from;
    soft = b->time / SOFT;
    b->time = 0;
    return !b->over && used > soft ? used : 0;
}

bool neap_budget_is_over(lua_State *L)
{
    const struct neap_budget *b = neap_budget_of(L);

    return b && b->over;
}

void neap_budget_spend(lua_State *L, lua_Integer work)
{
    struct neap_budget *b = neap_budget_of(L);

    if (b && is_over(b, work))
        raise_over(L, b, 1);
}

void neap_budget_list(lua_State *L, int values)
{
    struct neap_budget *b = neap_budget_of(L);

    if (b && values > MANY)
        heed(b, (size_t)values, MANY);
    neap_budget_spend(L, values);
}

uint64_t neap_budget_allocations(lua_State *L)
{
    const struct neap_budget *b = neap_budget_of(L);

    return b ? b->asked : 0;
}

void neap_budget_collect(lua_State *L)
{
    struct neap_budget *b = neap_budget_of(L);

    if (!b || (b->used < b->kept + COLLECT_AFTER && !b->collecting))
        return;
    neap_strict_make_strong(L);
    if (b->used > b->limit / 2) {
        lua_gc(L, LUA_GCCOLLECT);
        b->collecting = false;
    } else {
        b->collecting = !lua_gc(L, LUA_GCSTEP, 0);
    }
    b->kept = b->used;
}
