-- escape_regroup_test.lua - one that changes its group over and over.
-- ctest timeout: 120
local escaping = require "escaping"
local shell = require "shell"

-- luacheck: globals TestEscape
TestEscape = {}

function TestEscape.test_one_that_changes_its_group_is_held_and_ended()
  escaping.assert_whole("regroup", { "changer", "new group", "regroup" })
end

shell.main()
