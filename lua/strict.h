/* strict.h - the standard functions as a policy file has them: bounded, and the same on
 * every run.
 *
 * Each puts its functions into the library's table on top of the stack, in place of the
 * stock ones that are there.
 */
#ifndef NEAP_STRICT_H
#define NEAP_STRICT_H

#include <lauxlib.h>
#include <lua.h>

void neap_strict_base(lua_State *L);   /* strict_base.c */
void neap_strict_string(lua_State *L); /* strict_string.c */
void neap_strict_table(lua_State *L);  /* strict_table.c */

/* strict_base.c. No table of the policy's is weak from now on: before a step of the
 * collector. Never raises. */
void neap_strict_make_strong(lua_State *L);

/* strict.c. Puts the functions into the table on top; what each replaces is its upvalue
 * 1. */
void neap_strict_replace(lua_State *L, const luaL_Reg *functions);
/* Calls that one with the arguments as they are now, and returns what it does. */
int neap_strict_stock(lua_State *L);
int neap_strict_list(lua_State *L); /* the same, where that may be very many values */

/* Pushes the text of the value at `index`, as tostring() gives it in a policy: no
 * addresses, which differ from run to run. */
const char *neap_strict_tostring(lua_State *L, int index);

#endif
