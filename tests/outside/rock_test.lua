-- rock_test.lua - `luarocks make` builds the module, which plain lua5.4 then requires.
-- ctest labels: process
-- ctest timeout: 600
local luaunit = require "luaunit"
local outside = require "outside"
local shell = require "shell"

-- luacheck: globals TestRock
TestRock = {}

local ROCKSPEC = ("neap-%s-1.rockspec"):format(outside.version)
local same, quote = luaunit.assertEquals, shell.quote

outside.file_needs { "luarocks", "luarocks" }

-- The sources alone: LuaRocks builds beside them.
local function sources()
  local folder = shell.path "rock sources"
  outside.sh(("mkdir %s && cp -r CMakeLists.txt LICENSE README.md CHANGELOG.md cmake lua policies "
    .. "runtime %s %s"):format(quote(folder), ROCKSPEC, quote(folder)))
  return folder
end

function TestRock.test_it_is_made_required_and_removed()
  local folder, tree = sources(), shell.path "rocks"
  local rocks = "luarocks --lua-version 5.4 --tree " .. quote(tree)
  outside.sh(("cd %s && CMAKE_BUILD_PARALLEL_LEVEL=2 %s make %s 2>&1")
    :format(quote(folder), rocks, ROCKSPEC), 560)
  local module = tree .. "/lib/lua/5.4/neap.so"
  same(outside.output({ "LUA_CPATH=" .. tree .. "/lib/lua/5.4/?.so" }, "lua5.4", "-e", [[
    local neap = require "neap"
    local rt <close> = neap.runtime {}
    rt:spawn { "sh", "-c", "exit 7", output = "tag" } -- the collector is there, too
    rt:on("exit", function(_, how, code) print(how, code) end)
    rt:run()
    ]]), "exit\t7\n")
  local needed = outside.sh(("objdump -p %s | grep NEEDED"):format(quote(module)))
  luaunit.assertNotStrContains(needed, "liblua")
  luaunit.assertNotStrContains(needed, "libneap")
  outside.sh(("%s remove neap"):format(rocks))
  luaunit.assertNil(outside.exists(module))
end

shell.main()
