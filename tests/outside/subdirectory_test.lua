-- subdirectory_test.lua - a project that has neap as a part of it, by add_subdirectory.
-- ctest labels: process
-- ctest timeout: 400
local luaunit = require "luaunit"
local outside = require "outside"
local shell = require "shell"

-- luacheck: globals TestSubdirectory
TestSubdirectory = {}

local same, quote = luaunit.assertEquals, shell.quote

-- The folder of the sources has a space in its name, too.
function TestSubdirectory.test_both_libraries_are_built_and_run_without_Lua_and_its_options()
  local sources, built = shell.path "sources of neap", shell.path "part build"
  local cmake = quote(os.getenv "NEAP_CMAKE")
  outside.sh(("ln -s \"$PWD\" %s"):format(quote(sources)))
  outside.sh(("%s -G Ninja -S tests/outside/subdirectory -B %s -DNEAP=%s"):format(cmake,
    quote(built), quote(sources)))
  outside.sh(("%s --build %s -j2"):format(cmake, quote(built)), 360)
  same(outside.output({}, built .. "/by_shared"), outside.ran)
  same(outside.output({}, built .. "/by_static", built .. "/neap/neap-guard"),
    outside.ran)
  luaunit.assertNil(outside.exists(built .. "/neap/neap.so"))
  luaunit.assertNotStrContains(shell.read(built .. "/build.ninja"), "-llua")
end

shell.main()
