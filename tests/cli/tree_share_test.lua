-- tree_share_test.lua - a tree gets what one process would: beside a loop of equal weight, one cpu.
-- ctest labels: timing
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestTree
TestTree = {}

-- It says at its end what the kernel counted for it, in ns.
local LOOP = "trap 'read ns rest </proc/$$/schedstat; echo $ns >%s; exit' TERM; while :; do :; done"

local WITHOUT = {
  cgroup = {}, perf = { "--without", "cgroup" },
  clocks = { "--without", "cgroup", "--without", "perf" },
}

-- The part that a plain loop gets beside `tree`, a shell script: of all that the kernel counted
-- for what neap ran. `source`: what its CPU time is read from, or worse.
local function share_of_a_loop_beside(tree, seconds, source)
  local loop, spent = shell.path("loop"), shell.path("spent")
  local stats = shell.path("stats.json")
  local file = shell.file("jobs.lua", ('return { { "sh", "-c", %q }, { "sh", "-c", %q } }')
    :format(tree, LOOP:format(loop)))
  local answer = shell.run {
    shell.program("spent"), spent, os.getenv("NEAP"), "run", "-p", "fair", "-j1", "-f", file,
    "--for", seconds .. "s", "--stats", stats, table.unpack(WITHOUT[source]),
  }
  luaunit.assertEquals(answer.code, 0, answer.err)
  local neap = cjson.decode(shell.read(stats)).neap_cpu_ns
  return tonumber(shell.read(loop)) / (tonumber(shell.read(spent):match("%d+")) - neap)
end

local THREE = "for i in 1 2 3; do %s sh -c 'while :; do :; done' & done; wait"
local STORM = "while :; do /bin/true; done" -- gone before anybody can ask their clocks

for source in pairs(WITHOUT) do
  TestTree["test_three_busy_children_of_a_shell_by_" .. source] = function()
    luaunit.assertAlmostEquals(share_of_a_loop_beside(THREE:format(""), 5, source), 0.5, 0.01)
  end

  TestTree["test_a_fork_storm_by_" .. source] = function()
    luaunit.assertAlmostEquals(share_of_a_loop_beside(STORM, 5, source), 0.5, 0.01)
  end
end

function TestTree.test_three_busy_children_in_sessions_of_their_own()
  local tree = THREE:format("setsid")
  luaunit.assertAlmostEquals(share_of_a_loop_beside(tree, 5, "clocks"), 0.5, 0.01)
end

shell.main()
