/* rtapp_fuzz.c - what rt-app's JSON may hold, for libFuzzer: a workload or one message.
 *
 *     cmake --preset fuzz && ninja -C build-fuzz rtapp_fuzz
 *     mkdir -p build-fuzz/corpus
 *     build-fuzz/tests/fuzz/rtapp_fuzz -dict=tests/fuzz/rtapp.dict build-fuzz/corpus
 *
 * The reader is Lua, so what is looked for is an error that is none of its own, memory
 * without bound, and a workload that the checks let through and the simulator refuses.
 */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int luaopen_neap(lua_State *L);

static const char script[] =
    "local neap = require 'neap'\n"
    "local rtapp, workload = require 'neap.rtapp', require 'neap.workload'\n"
    "return function(source)\n"
    "  local list, about = rtapp.read(source, 'x')\n"
    "  if not list then\n"
    "    assert(about:find '^x: ' and not about:find 'rtapp.lua', about)\n"
    "    return\n"
    "  end\n"
    "  if #list == 0 then return end\n"
    "  local flat, refusal = workload.flat(list, 1)\n"
    "  assert(flat or refusal:find '^workload: ', refusal)\n"
    "  if not flat or #flat > 100 then return end\n"
    "  for _, task in ipairs(flat) do\n"
    "    if task.count > 100 or #task.work > 100 then return end\n"
    "  end\n"
    "  local report, problem = neap.simulate { workload = flat, limit = '20ms' }\n"
    "  assert(report, problem)\n"
    "end\n";

static lua_State *open_state(void)
{
    lua_State *L = luaL_newstate();

    if (!L)
        abort();
    luaL_openlibs(L);
    luaL_requiref(L, "neap", luaopen_neap, 0);
    lua_settop(L, 0);
    if (luaL_dostring(L, script) != LUA_OK)
        abort();
    return L;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;

    if (!L)
        L = open_state();
    lua_pushvalue(L, 1);
    lua_pushlstring(L, (const char *)data, size);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        abort();
    }
    return 0;
}
