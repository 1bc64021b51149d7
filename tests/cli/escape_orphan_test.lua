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

-- What the kernel throws away is charged as far as it was seen: not the last turn of each child.
local HEEDLESS = [[
local neap = require "neap"
local rt <close> = assert(neap.runtime {
  policy = "rr", cpus = 1, on_death = "end", without = { "cgroup", "perf" },
})
local task = assert(rt:spawn { %q, "3", "200" })
assert(rt:spawn { "sh", "-c", "while :; do :; done" })
rt:on("exit", function(t)
  if t == task then print(t.cpu_ns) rt:finish("now") end
end)
rt:run()
]]

function TestOrphan.test_children_whose_parent_ignores_their_ends_are_charged_by_clocks()
  local file = shell.file("heedless.lua", HEEDLESS:format(shell.program("heedless")))
  local answer = shell.run { os.getenv("NEAP"), file }
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertAlmostEquals(tonumber(answer.out) / 0.6e9, 1, 0.1)
end

shell.main()
