/* lua.h - a host's own runtime for the host's own Lua: in libneap-lua, beside libneap.
 *
 *   cc host.c $(pkg-config --cflags --libs neap-lua lua5.4)
 *
 * In CMake: find_package(neap COMPONENTS lua), and neap::lua before the host's own Lua.
 *
 * The script gets the whole API of docs/LUA_API.md: `require "neap"`, and the runtime
 * as neap.runtime{} would return it. These things differ:
 *
 * - The runtime is the host's: rt:close() raises. The host calls neap_free(); before
 *   its tasks are ended the script's part ends: coroutines (the youngest first),
 *   timers, handlers, also of signals and children, a policy in Lua (`fair` takes
 *   over). The handles say from then on that the runtime is closed, and scripts hear
 *   no more. lua_close() does the same, and the runtime goes on without the script. So
 *   either may come first.
 * - Callbacks of the host's options are called, too, before the script's handlers.
 *   Tasks of either are seen by both; of those that a script has made `task->user` is
 *   NULL.
 * - The host may run the loop, or the script may (rt:run(), task:wait()); not both at a
 *   time: -NEAP_ESTATE. What a handler raises while the script runs it is raised there.
 *   While the host does, it is a report of kind NEAP_REPORT_SCRIPT, as an error in a
 *   coroutine always is: so give options.on_report. Nothing is written to stderr.
 *
 * All of it in the runtime's thread. lua_close() and neap_free() not inside a callback.
 */
#ifndef NEAP_LUA_OPEN_H
#define NEAP_LUA_OPEN_H

#include <neap/neap.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lua_State;

/* Pushes `rt` for the scripts of L's state, and lets them require "neap". Called again
 * it pushes the same value. `rt` is not a replay. On an error nothing is pushed:
 * -NEAP_ESTATE (another state has it), -NEAP_EINHOOK, -NEAP_EUNSUPPORTED,
 * -NEAP_EMEMORY. */
NEAP_API int neap_lua_open(struct lua_State *L, neap_runtime *rt);

#ifdef __cplusplus
}
#endif

#endif
