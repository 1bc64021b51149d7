-- escape_test.lua - trees with sessions, groups and orphans of their own.
-- ctest timeout: 120
local escaping = require "escaping"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestEscape
TestEscape = {}

function TestEscape.test_a_session_of_its_own_is_held_and_ended()
  escaping.assert_whole("session", { "session leader", "setsid" })
end

function TestEscape.test_a_double_fork_is_held_and_ended()
  escaping.assert_whole("double_fork", { "double fork", "orphan" })
end

function TestEscape.test_a_fork_storm_is_held_and_ended()
  escaping.assert_whole("storm", { "storm" })
end

function TestEscape.test_a_parent_in_vfork_is_held_and_ended()
  escaping.assert_whole("vfork", { "vfork" })
end

function TestEscape.test_one_that_ignores_and_blocks_all_signals_is_held_and_ended()
  escaping.assert_whole("deaf", { "deaf" })
end

function TestEscape.test_a_thread_that_outlives_the_first_is_held_and_ended()
  escaping.assert_whole("thread", { "thread" })
end

function TestEscape.test_all_of_them_at_once_are_frozen_and_ended()
  local tried = shell.neap { "run", "--actuator", "freeze", "--", "true" }
  luaunit.skipIf(tried.code ~= 0, "no cgroup to freeze")
  escaping.assert_whole("all", {}, "freeze") -- so many that not each has a turn soon
end

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
