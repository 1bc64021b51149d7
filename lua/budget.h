/* budget.h - what the Lua state of a policy file may take: memory, instructions, CPU
 * time.
 *
 * Never wall time: the host of a scheduler is loaded by definition. Instructions are
 * counted in thousands by the interpreter; functions in C whose work depends on their
 * arguments add theirs by neap_budget_spend(). The clock is looked at each thousand.
 */
#ifndef NEAP_BUDGET_H
#define NEAP_BUDGET_H

#include <lua.h>
#include <neap/task.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct neap_budget;

/* For loading a file, init and exit; a hook has a tenth of the quantum. */
#define NEAP_BUDGET_LOAD (100 * NEAP_MS)
#define NEAP_BUDGET_MEMORY ((size_t)8 << 20)

/* A new Lua state with these bounds, empty but for its registry; nothing runs until
 * neap_budget_begin(). NULL: no memory. `memory` in bytes; no single block may be more
 * than a quarter of it. */
lua_State *neap_budget_state(size_t memory);
void neap_budget_close(lua_State *L);

/* The budget of such a state; NULL, which bounds nothing, of another. */
struct neap_budget *neap_budget_of(lua_State *L);

/* Instructions alone stop a call from now on: what is done again must not depend on the
 * machine. */
void neap_budget_by_count(lua_State *L);

/* A call begins that may take `time` ns of CPU time and 100 instructions for each
 * microsecond of it, whichever is less. Calls inside it are part of it. */
void neap_budget_begin(struct neap_budget *b, neap_ns time);
/* It is over. Returns what it was seen to use where that is more than its soft limit, a
 * tenth of the other, and it was not stopped; else 0. */
neap_ns neap_budget_end(struct neap_budget *b);

/* Was the call that runs stopped? Who catches errors must not catch that one. */
bool neap_budget_is_over(lua_State *L);
/* Why Lua says "not enough memory": writes to `out` what the state may have, or that
 * the time was over when it asked. False: the machine has none. Of the last call. */
bool neap_budget_blame(lua_State *L, char *out, size_t room);
/* `work` more instructions, or as much time as so many take. Raises when that is too
 * much. */
void neap_budget_spend(lua_State *L, lua_Integer work);

/* How often it has asked its allocator for memory, or given some back; 0 in other
 * states. */
uint64_t neap_budget_allocations(lua_State *L);

/* So many values are now the results of a function, and may be the arguments of others:
 * their work, and each instruction may take longer. Raises likewise. */
void neap_budget_list(lua_State *L, int values);

/* The collector is stopped while a call runs, but for its last resort: what is to be
 * collected is, step by step, between decisions. One step; or all, where half of the
 * memory is in use. */
void neap_budget_collect(lua_State *L);

#endif
