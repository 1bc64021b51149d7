-- freeze_test.lua - `--actuator freeze`: the other suites use `stop`; what matters most, once more.
--
-- A frozen process has no state of its own in /proc: its cgroup says so.
-- ctest timeout: 120
local cjson = require "cjson"
local luaunit = require "luaunit"
local shell = require "shell"

-- luacheck: globals TestFreeze
TestFreeze = {}

local NEAP = os.getenv("NEAP")
local LOOP = "while :; do :; done"

function TestFreeze.setUp()
  local answer = shell.run { NEAP, "run", "--actuator", "freeze", "--", "true" }
  if answer.code ~= 0 then luaunit.skip(answer.err) end
end

local function words_of(...)
  return { "run", "--actuator", "freeze", "-j1", ... }
end

local function run(...)
  return shell.neap(words_of(...))
end

local function start(...)
  local started = shell.start_neap(words_of(...))
  started:await("up\n")
  return started
end

local function jobs(list)
  return shell.file("freeze.lua", "return {" .. list:gsub("LOOP", LOOP) .. "}")
end

local function is_frozen(pid)
  local path = (shell.read(("/proc/%d/cgroup"):format(pid)) or ""):match("0::([^\n]*)")
  for _, root in ipairs { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" } do
    local events = path and shell.read(root .. path .. "/cgroup.events")
    if events then return events:find("frozen 1", 1, true) ~= nil end
  end
  return false
end

local function tasks_of(started)
  local list = {}
  for _, process in ipairs(started:children()) do
    if not process.command:find("^neap%-") then list[#list + 1] = process end
  end
  return list
end

local function count_frozen(started)
  local count = 0
  for _, process in ipairs(tasks_of(started)) do
    count = count + (is_frozen(process.pid) and 1 or 0)
  end
  return count
end

local TWO = [[{ "sh", "-c", "echo up; LOOP", name = "a" },
  { "setsid", "-w", "sh", "-c", "(LOOP) & LOOP", name = "b" }]]

function TestFreeze.test_equal_weights_share_a_cpu_equally_and_trees_are_held_whole()
  local path = shell.path("stats.json")
  local answer = run("--for", "1s", "--stats", path, "-f", jobs(TWO))
  luaunit.assertEquals(answer.code, 0, answer.err)
  local stats = cjson.decode(shell.read(path))
  local a, b = stats.tasks[1].cpu_ns, stats.tasks[2].cpu_ns
  luaunit.assertEquals(stats.tasks[2].cpu_source, "cgroup")
  luaunit.assertTrue(math.abs(a - b) < 0.1 * (a + b), ("%d and %d ns"):format(a, b))
end

function TestFreeze.test_a_timeout_counts_what_it_ran_and_a_deadline_is_on_the_clock()
  local answer = run("--timeout", "100ms", "-f", jobs [[
    { "sh", "-c", "LOOP" }, { "sh", "-c", "LOOP" },
    { "sleep", "100", timeout = "100s", deadline = "200ms" }, { "true" }]])
  luaunit.assertEquals(answer.code, 3, answer.err)
  luaunit.assertEquals(select(2, answer.err:gsub("timed out", "")), 3)
end

function TestFreeze.test_a_held_task_acts_on_TERM()
  local started = start("--grace", "10s", "-q", "1s", "-f", jobs [[
    { "sh", "-c", "trap 'echo bye; exit 0' TERM; echo up; LOOP" },
    { "sh", "-c", "trap 'echo bye; exit 0' TERM; echo up; LOOP" }]])
  shell.await("one is held", 5, function() return count_frozen(started) > 0 end)
  started:signal("TERM")
  local answer = started:finish()
  started:assert_gone(1)
  luaunit.assertEquals(answer.code, 143, answer.err)
  luaunit.assertTrue(answer.took < 9, answer.took)
  luaunit.assertEquals(select(2, answer.out:gsub("bye", "")), select(2, answer.out:gsub("up", "")))
end

function TestFreeze.test_all_stand_still_at_a_Ctrl_Z()
  local started = start("-f", jobs(TWO))
  shell.await("three of them", 5, function() return #tasks_of(started) >= 4 end)
  started:signal("TSTP")
  shell.await("neap stops", 5, function() return shell.process(started.pid).state == "T" end)
  shell.await("all stand still", 5, function()
    return count_frozen(started) == #tasks_of(started)
  end)
  started:signal("CONT")
  shell.await("somebody runs", 5, function()
    return count_frozen(started) < #tasks_of(started)
  end)
  started:signal("INT")
  luaunit.assertEquals(started:finish().code, 130)
  started:assert_gone(1)
end

function TestFreeze.test_neap_is_killed()
  for _, fate in ipairs { "end", "continue" } do
    local started = start("--on-death", fate, "-f", jobs(TWO))
    shell.await("one of two is held", 5, function()
      return count_frozen(started) > 0 and #tasks_of(started) >= 2
    end)
    started:signal("KILL")
    started:finish()
    if fate == "continue" then
      shell.await("all are free", 5, function() return count_frozen(started) == 0 end)
      luaunit.assertTrue(#tasks_of(started) >= 2)
      started:clear()
    end
    started:assert_gone(5)
  end
end

function TestFreeze.test_the_guard_and_its_keeper_are_killed()
  local work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done;"
  local started = start("-q", "1ms", "-f", jobs(([[
    { "sh", "-c", "echo up; WORK exit 3", name = "a" },
    { "setsid", "-w", "sh", "-c", "WORK exit 5", name = "b" }]]):gsub("WORK", work)))
  local pids = {}
  for _, process in ipairs(started:children()) do
    if process.command:find("^neap%-") then pids[#pids + 1] = process.pid end
  end
  os.execute("kill -KILL " .. table.concat(pids, " "))
  local answer = started:finish()
  started:assert_gone(1)
  luaunit.assertEquals(answer.code, 2, answer.err)
  luaunit.assertStrMatches(answer.err, ".*\na +3 .*")
  luaunit.assertStrMatches(answer.err, ".*\nb +5 .*")
end

function TestFreeze.test_nobody_waits_longer_than_max_hold()
  local path = shell.path("stats.json")
  run("-p", "prio", "--max-hold", "50ms", "--for", "1s", "--stats", path, "-f", jobs [[
    { "sh", "-c", "sleep 0.2; LOOP", priority = 9 }, { "sh", "-c", "LOOP", priority = 1 }]])
  local low = cjson.decode(shell.read(path)).tasks[2]
  luaunit.assertTrue(low.forced > 0, low.forced)
  luaunit.assertTrue(low.longest_wait_ns < 500e6, low.longest_wait_ns)
end

function TestFreeze.test_what_a_job_leaves_is_ended_or_waited_for()
  local answer = run("--", "sh", "-c", "setsid sleep 1000 & exit 5")
  luaunit.assertEquals(answer.code, 5, answer.err)
  answer = run("--leftovers", "wait", "--", "sh", "-c", "(sleep 0.3; echo late) & exit 5")
  luaunit.assertEquals({ answer.code, answer.out }, { 5, "late\n" })
end

local PAUSED = [[
local neap = require "neap"
io.stdout:setvbuf "line"
local rt <close> = neap.runtime { actuator = "freeze", cpus = 1 }
local task = rt:spawn { "sh", "-c", "while :; do :; done" }
rt:run(100 * neap.ms)
task:pause()
rt:run(50 * neap.ms)
local before = task.cpu_ns
rt:run(200 * neap.ms)
print("paused", task.cpu_ns - before)
task:resume()
rt:run(200 * neap.ms)
print("resumed", task.cpu_ns - before)
rt:finish "now"
rt:run()
]]

function TestFreeze.test_a_paused_task_uses_no_time()
  local answer = shell.neap { shell.file("paused.lua", PAUSED) }
  luaunit.assertEquals(answer.code, 0, answer.err)
  luaunit.assertTrue(tonumber(answer.out:match("paused\t(%d+)")) < 5e6, answer.out)
  luaunit.assertTrue(tonumber(answer.out:match("resumed\t(%d+)")) > 20e6, answer.out)
end

shell.main()
