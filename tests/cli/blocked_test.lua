-- blocked_test.lua - a task that sleeps leaves its cpu to others, and is there when it wakes.
-- ctest labels: timing
local luaunit = require "luaunit"
local shell = require "shell"
local sleeping = require "sleeping"

-- luacheck: globals TestBlocked
TestBlocked = {}

local SECONDS = 3

-- By whose the cpu is: how much that is worth depends on what else the machine does.
function TestBlocked.test_a_hog_beside_a_sleeper_gets_the_cpu()
  local tasks = sleeping.run(sleeping.HOG .. ', { "sleep", "100" }', SECONDS)
  luaunit.assertTrue(tasks.hog.run_ns >= 0.9e9 * SECONDS, tasks.hog.run_ns)
  luaunit.assertTrue(tasks.sleep.blocked_ns >= 0.9e9 * SECONDS, tasks.sleep.blocked_ns)
end

-- Of what both got, or of what it asks for if that is less; the benchmark says how near it comes.
function TestBlocked.test_one_that_sleeps_half_the_time_gets_the_other_half()
  local tasks = sleeping.run(sleeping.HOG .. "," .. sleeping.job(40000, 20000), SECONDS)
  local half = math.min(0.5e9 * SECONDS, (tasks.hog.cpu_ns + tasks.sleeper.cpu_ns) / 2)
  luaunit.assertTrue(tasks.sleeper.cpu_ns >= 0.7 * half, tasks.sleeper.cpu_ns / half)
end

-- Eight turns of hogs would make it a few; how soon it runs is the benchmark's.
function TestBlocked.test_an_interactive_task_beside_hogs_runs_as_often_as_it_wakes()
  local _, out = sleeping.run((sleeping.HOG .. ","):rep(8) .. sleeping.job(100000, 1000), SECONDS)
  luaunit.assertTrue(#sleeping.latencies(out) >= 20, #sleeping.latencies(out))
end

-- A sleeper is not stopped: so nothing in it is interrupted.
function TestBlocked.test_a_sleeper_is_not_stopped()
  local run = shell.start_neap {
    "run", "-j1", "-p", "rr", "-f",
    shell.file("two.lua", 'return { { "sleep", "100" },' .. sleeping.HOG .. "}"),
  }
  local pid = shell.await("the sleeper", 5, function() return run:find("sleep 100") end).pid
  os.execute("sleep 0.5") -- until it must have been noticed
  for _ = 1, 100 do
    luaunit.assertEquals(shell.process(pid).state, "S")
    os.execute("sleep 0.003")
  end
  run:signal("TERM")
  run:finish()
  run:assert_gone(1)
end

shell.main()
