-- escape_test.lua - trees with sessions, groups and orphans of their own.
-- ctest timeout: 120
local escaping = require "escaping"
local shell = require "shell"

-- luacheck: globals TestEscape
TestEscape = {}

escaping.add(TestEscape)

function TestEscape.test_a_session_of_its_own_is_charged()
  escaping.assert_charged("session", 0.02)
end

function TestEscape.test_a_parent_in_vfork_is_charged()
  escaping.assert_charged("vfork", 0.02)
end

function TestEscape.test_a_thread_that_outlives_the_first_is_charged()
  escaping.assert_charged("thread", 0.02)
end

shell.main()
