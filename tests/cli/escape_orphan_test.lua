-- escape_orphan_test.lua - what is charged of those whose parents are gone, and of storms, whatever
-- tells the CPU time.
-- ctest timeout: 180
local escaping = require "escaping"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestOrphan
TestOrphan = {}

local STORM = '{ "sh", "-c", "while :; do /bin/true; done" }'
local WITHOUT = { cgroup = "", perf = "cgroup", clocks = "cgroup perf" }
local MODES = {
  cgroup = { "all" },
  perf = { "daemon", "hop", "storm", "all" },
  clocks = { "daemon", "hop", "comet", "storm", "all" },
}

local function skip_if_there_is_no(source)
  local there = source ~= "cgroup" or
    shell.neap { "run", "--actuator", "freeze", "--", "true" }.code == 0
  luaunit.skipIf(not there, "no cgroup")
end

for source, modes in pairs(MODES) do
  for _, mode in ipairs(modes) do
    TestOrphan[("test_%s_is_charged_by_%s"):format(escaping.modes[mode][1], source)] = function()
      skip_if_there_is_no(source)
      escaping.assert_charged(mode, 0.02, WITHOUT[source])
    end
  end

  TestOrphan["test_a_storm_of_true_is_charged_by_" .. source] = function()
    skip_if_there_is_no(source)
    luaunit.assertAlmostEquals(escaping.charged(STORM, 2, WITHOUT[source]), 1, 0.01)
  end
end

shell.main()
