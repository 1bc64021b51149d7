-- escape_orphan_test.lua - what is charged of those whose parents are gone, and of storms, whatever
-- tells the CPU time.
-- ctest timeout: 180
local escaping = require "escaping"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestOrphan
TestOrphan = {}

local STORM = '{ "sh", "-c", "while :; do /bin/true; done" }'
local SOURCES = { cgroup = "", perf = "cgroup", clocks = "cgroup perf" }

for source, without in pairs(SOURCES) do
  for _, mode in ipairs { "daemon", "hop", "comet", "storm", "all" } do
    TestOrphan[("test_%s_is_charged_by_%s"):format(escaping.modes[mode][1], source)] = function()
      escaping.assert_charged(mode, 0.02, without)
    end
  end

  TestOrphan["test_a_storm_of_true_is_charged_by_" .. source] = function()
    luaunit.assertAlmostEquals(escaping.charged(STORM, 3, without), 1, 0.01)
  end
end

shell.main()
