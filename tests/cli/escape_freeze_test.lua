-- escape_freeze_test.lua - the same trees, frozen.
-- ctest timeout: 120
local escaping = require "escaping"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestFreeze
TestFreeze = {}

function TestFreeze.setUp()
  local tried = shell.neap { "run", "--actuator", "freeze", "--", "true" }
  luaunit.skipIf(tried.code ~= 0, "no cgroup to freeze")
end

escaping.add(TestFreeze, "freeze")

shell.main()
