-- suspend_test.lua - neap stops itself, as at Ctrl-Z: everything stands still, then goes on.
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestSuspend
TestSuspend = {}

local SCRIPT = [[
local neap = require "neap"
local rt <close> = neap.runtime { cpus = 1, policy = "rr", max_hold = "300ms",
  stuck_after = "500ms" }
local loop = rt:spawn { "sh", "-c", "echo up; while :; do :; done", name = "loop" }
local other = rt:spawn { "sh", "-c", "echo up; (while :; do :; done)", name = "other" }
local sleeper = rt:spawn { "sh", "-c", "echo up; sleep 1001; true", name = "sleeper" }
local late_ns = 0
rt:on_signal("USR1", function()
  late_ns = rt:stats().late_ns
  rt:suspend()
  print "on again"
end)
rt:on_signal("USR2", function()
  for task in rt:tasks() do
    local s = task:stats()
    print(("%s %d %d %d %d"):format(s.name, s.wall_ns, s.paused_ns, s.longest_wait_ns, s.cpu_ns))
  end
  print(("late %d"):format(rt:stats().late_ns - late_ns))
  print "told"
end)
rt:on_signal("TERM", function() rt:finish("now") end)
rt:run()
]]

local function start()
  local path = shell.file("suspend.lua", SCRIPT)
  local run = shell.start_neap { path }
  run:await("up\n.*up\n.*up\n")
  shell.await("the sleeper", 5, function() return run:find("sleep 1001") end)
  return run
end

local function stopped(run)
  run:signal("USR1")
  shell.await("neap stops", 5, function() return shell.process(run.pid).state == "T" end)
end

local function tasks_of(run)
  local list = {}
  for _, process in ipairs(run:children()) do
    if not process.command:find("^neap%-") then list[#list + 1] = process end
  end
  return list
end

function TestSuspend.test_all_stop_with_it_and_go_on_with_it()
  local run = start()
  stopped(run)
  local tasks = tasks_of(run)
  luaunit.assertTrue(#tasks >= 4)
  for _, process in ipairs(tasks) do
    shell.await(process.command .. " stops", 5, function()
      return shell.process(process.pid).state == "T"
    end)
  end
  run:signal("CONT")
  run:await("on again\n")
  shell.await("somebody runs", 5, function()
    for _, process in ipairs(tasks) do
      if shell.process(process.pid).state == "R" then return true end
    end
  end)
  shell.await("the sleeper sleeps", 5, function() return run:find("sleep 1001").state == "S" end)
  run:signal("TERM")
  run:finish()
  run:assert_gone(1)
end

function TestSuspend.test_the_time_is_nobodys_turn_and_nobodys_wait()
  local run = start()
  local from = shell.now()
  stopped(run)
  local stood = shell.now()
  shell.await("a second", 5, function() return shell.now() - stood > 1.2 end)
  for _, process in ipairs(tasks_of(run)) do -- it is not taken for one that is stuck
    luaunit.assertEquals(shell.process(process.pid).state, "T", process.command)
  end
  local gap = (shell.now() - stood) * 1e9
  run:signal("CONT")
  run:await("on again\n")
  run:signal("USR2")
  run:await("told\n")
  run:signal("TERM")
  local answer = run:finish()
  run:assert_gone(1)
  local count = 0
  for name, wall, paused, longest, cpu in
    answer.out:gmatch("(%a+) (%d+) (%d+) (%d+) (%d+)\n") do
    count = count + 1
    wall, paused = tonumber(wall), tonumber(paused)
    luaunit.assertTrue(wall >= gap, name)
    if name ~= "sleeper" then luaunit.assertTrue(paused >= gap - 50e6, name) end
    luaunit.assertTrue(paused <= (shell.now() - from) * 1e9, name)
    luaunit.assertTrue(tonumber(longest) < gap, name)
    luaunit.assertTrue(tonumber(cpu) <= wall - paused, name)
  end
  luaunit.assertEquals(count, 3)
  luaunit.assertTrue(tonumber(answer.out:match("late (%d+)")) < gap)
end

-- A run that is stopped by Ctrl-Z for more than a second and continued; what was said, and the
-- seconds from then on to its end.
local function run_with_a_stop(...)
  local run = shell.start_neap { "run", "-j1", ... }
  run:await("up\n")
  run:signal("TSTP")
  shell.await("neap stops", 5, function() return shell.process(run.pid).state == "T" end)
  local stood = shell.now()
  shell.await("a second", 5, function() return shell.now() - stood > 1.2 end)
  local continued = shell.now()
  run:signal("CONT")
  local answer = run:finish()
  run:assert_gone(1)
  return answer, shell.now() - continued
end

local LOOP = "echo up; while :; do :; done"

function TestSuspend.test_for_and_timeout_do_not_count_it()
  for option, code in pairs { ["--for"] = 0, ["--timeout"] = 124 } do
    local answer, took = run_with_a_stop(option, "1200ms", "--", "sh", "-c", LOOP)
    luaunit.assertEquals(answer.code, code, answer.err)
    luaunit.assertTrue(took > 0.6, ("%s: ended %g s after it was continued"):format(option, took))
  end
end

function TestSuspend.test_a_deadline_counts_it()
  local jobs = shell.file("deadline.lua",
    ('return { { "sh", "-c", %q, deadline = "1200ms" } }'):format(LOOP))
  local answer, took = run_with_a_stop("-f", jobs)
  luaunit.assertEquals(answer.code, 1, answer.err)
  shell.assert_contains(answer.err, "timed out")
  luaunit.assertTrue(took < 0.6, ("ended %g s after it was continued"):format(took))
end

shell.main()
