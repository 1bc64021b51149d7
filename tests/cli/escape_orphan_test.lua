-- escape_orphan_test.lua - what nobody but the guard is the parent of, or is in its group.
-- ctest timeout: 120
local escaping = require "escaping"
local shell = require "shell"

-- luacheck: globals TestEscape
TestEscape = {}

function TestEscape.test_a_daemon_is_held_and_ended()
  escaping.assert_whole("daemon", { "daemon", "daemon's parent" })
end

function TestEscape.test_a_daemon_with_an_empty_environment_is_held_and_ended()
  escaping.assert_whole("clean", { "clean daemon", "plain" })
end

function TestEscape.test_a_chain_of_forks_in_a_session_of_its_own_is_held_and_ended()
  escaping.assert_whole("hop", { "hop", "hop's parent" })
end

function TestEscape.test_one_that_joins_the_guards_group_is_held_and_ended()
  escaping.assert_whole("guest", { "guest's parent", "guard's guest" })
end

function TestEscape.test_all_of_them_at_once_is_held_and_ended()
  escaping.assert_whole("all", { "leader" })
end

function TestEscape.test_a_daemon_is_charged()
  escaping.assert_charged("daemon", 0.02)
end

function TestEscape.test_a_double_fork_is_charged()
  escaping.assert_charged("double_fork", 0.02)
end

function TestEscape.test_a_chain_of_forks_in_a_session_of_its_own_is_charged()
  escaping.assert_charged("hop", 0.02)
end

function TestEscape.test_a_fork_storm_is_charged()
  escaping.assert_charged("storm", 0.02)
end

function TestEscape.test_all_of_them_at_once_is_charged()
  escaping.assert_charged("all", 0.02)
end

shell.main()
