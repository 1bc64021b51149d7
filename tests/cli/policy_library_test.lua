-- policy_library_test.lua - every bundled policy, and each of examples/policies, passes the check.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestLibrary
TestLibrary = {}

local function assert_passes(policy)
  local answer = shell.neap { "policy", "check", policy, "--workloads", "60" }
  luaunit.assertEquals(answer.code, 0, policy .. ": " .. answer.err)
  shell.assert_contains(answer.out, "all is as it must be")
end

function TestLibrary.test_the_bundled_ones_pass()
  local count = 0
  for name in shell.output("ls policies"):gmatch("([%w_]+)%.[luac]+\n") do
    assert_passes(name)
    count = count + 1
  end
  luaunit.assertTrue(count >= 22)
end

function TestLibrary.test_the_examples_pass()
  for path in shell.output("ls examples/policies/*.lua"):gmatch("%S+") do assert_passes(path) end
end

shell.main()
