-- escape_orphan_test.lua - what is charged of those whose parents are gone, and of storms, whatever
-- tells the CPU time.
-- ctest timeout: 180
local cjson = require "cjson"
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

-- What the kernel throws away is charged as far as it was seen: all but the last of each child.
function TestOrphan.test_children_whose_parent_ignores_their_ends_are_charged_by_clocks()
  local stats = shell.path("heedless.json")
  local file = shell.file("heedless.lua", ('return { { %q, "5", "200" }, %s }')
    :format(shell.program("heedless"), '{ "sh", "-c", "while :; do :; done", timeout = "1500ms" }'))
  shell.run {
    os.getenv("NEAP"), "run", "-j1", "-p", "rr", "-f", file, "--stats", stats,
    "--without", "cgroup", "--without", "perf",
  }
  local charged = cjson.decode(shell.read(stats)).tasks[1].cpu_ns
  luaunit.assertAlmostEquals(charged / 1e9, 1, 0.1)
end

shell.main()
