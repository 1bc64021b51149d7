-- faults_test.lua - the n-th call of a class fails, once or for good, in neap and in its guard.
--
-- A sample, unless NEAP_TEST_ALL is set: then n = 1, 2, 3, ... until there is no such call.
-- ctest timeout: 120
local luaunit = require "luaunit"
local failing = require "failing"
local shell = require "shell"

-- luacheck: globals TestFaults
TestFaults = {}

local EAGAIN = 11

local ALL = os.getenv("NEAP_TEST_ALL") ~= nil
local SAMPLE, GROWTH = 2, 2.5 -- the first so many, then each so much further
local SLOW = 6 -- the same where a run takes its time
local growth = GROWTH

function TestFaults.tearDown()
  failing.errno, growth = nil, GROWTH
end

local function next_of(n)
  return (ALL or n < SAMPLE) and n + 1 or math.floor(n * growth)
end

local function assert_stands(program, class, ...)
  if not shell.faults() then
    luaunit.skip("nothing is preloaded beside a sanitizer")
  end
  for _, how in ipairs { ... } do
    local runs, problems = failing.all(program, class, how, next_of)
    luaunit.assertTrue(runs > 1, "there was no such call")
    luaunit.assertEquals(table.concat(problems, "\n"), "")
  end
end

function TestFaults.test_memory_of_neap()
  assert_stands("neap", "memory", "once", "always")
end

function TestFaults.test_writes_of_neap()
  assert_stands("neap", "write", "once", "always")
end

function TestFaults.test_spawns_of_neap()
  assert_stands("neap", "spawn", "once", "always")
end

function TestFaults.test_signals_of_neap()
  assert_stands("neap", "signal", "once", "always")
end

function TestFaults.test_signals_of_neap_that_are_to_be_tried_again_for_ever()
  failing.errno = EAGAIN
  assert_stands("neap", "signal", "always")
end

-- Who can be continued by nobody can only be lost.
function TestFaults.test_signals_of_neap_and_the_guard()
  growth = SLOW
  assert_stands("neap,neap-guard", "signal", "once", "always")
end

function TestFaults.test_descriptors_of_neap()
  assert_stands("neap", "open", "once", "always")
end

function TestFaults.test_reads_of_neap()
  assert_stands("neap", "read", "once")
end

function TestFaults.test_memory_of_the_guard()
  assert_stands("neap-guard", "memory", "once", "always")
end

function TestFaults.test_writes_of_the_guard()
  assert_stands("neap-guard", "write", "once", "always")
end

function TestFaults.test_spawns_of_the_guard()
  assert_stands("neap-guard", "spawn", "once", "always")
end

function TestFaults.test_signals_of_the_guard()
  assert_stands("neap-guard", "signal", "once", "always")
end

function TestFaults.test_descriptors_of_the_guard()
  assert_stands("neap-guard", "open", "once", "always")
end

function TestFaults.test_reads_of_the_guard()
  assert_stands("neap-guard", "read", "once")
end

shell.main()
