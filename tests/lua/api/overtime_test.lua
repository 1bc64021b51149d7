-- overtime_test.lua - real processes whose time is over, and what they leave behind.
--
-- Wall time is judged from below only, and CPU time by what the accounts say.
--
-- ctest labels: process
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestTimeout TestDeadline TestLeftovers
TestTimeout = {}
TestDeadline = {}
TestLeftovers = {}

local same = luaunit.assertEquals
local ms = neap.ms

local LOOP = "while :; do :; done"
local TERM, KILL = 15, 9

-- A live runtime on one cpu that fails rather than hang; and the list of the ends, by name.
local function live(options)
  options = options or {}
  options.cpus = options.cpus or 1
  local rt = assert(neap.runtime(options))
  rt:after(20 * neap.s, function() error "this takes too long" end)
  local ends = {}
  rt:on("exit", function(task, how, code)
    local s = task:stats()
    local _, now = pcall(rt.now, rt) -- an error while it is being closed
    s.how, s.code, s.at = how, code, now
    ends[#ends + 1], ends[task.name] = s, s
  end)
  return rt, ends
end

local function sh(rt, name, script, keys)
  local job = { "sh", "-c", script, name = name }
  for key, value in pairs(keys or {}) do job[key] = value end
  return assert(rt:spawn(job))
end

local function run_until(rt, ready)
  while not ready() do rt:run(5 * ms) end
end

local function end_of(rt, ends, name)
  run_until(rt, function() return ends[name] end)
  return ends[name]
end

local function assert_ended(s, how, code)
  same({ s.how, s.code }, { how, code })
end

-- Timeouts.

function TestTimeout.test_the_time_that_one_is_held_does_not_count()
  local rt <close>, ends = live { policy = "rr" }
  sh(rt, "a", LOOP, { timeout = "200ms" })
  sh(rt, "b", LOOP, { timeout = 200 * ms })
  for _, name in ipairs { "a", "b" } do
    local s = end_of(rt, ends, name)
    assert_ended(s, "timeout", TERM)
    luaunit.assertTrue(s.run_ns + s.blocked_ns >= 200 * ms)
  end
  luaunit.assertTrue(ends.b.ready_ns >= 100 * ms)
  luaunit.assertTrue(ends.b.wall_ns >= 300 * ms)
end

function TestTimeout.test_the_time_that_one_sleeps_counts()
  local rt <close>, ends = live()
  assert(rt:spawn { "sleep", "100", timeout = "100ms" })
  local s = end_of(rt, ends, "sleep")
  assert_ended(s, "timeout", TERM)
  luaunit.assertTrue(s.wall_ns >= 100 * ms and s.cpu_ns < 100 * ms)
end

function TestTimeout.test_one_that_is_done_before_is_not_ended()
  local rt <close>, ends = live()
  sh(rt, "quick", "exit 3", { timeout = "10s" })
  assert_ended(end_of(rt, ends, "quick"), "exit", 3)
end

function TestTimeout.test_KILL_follows_TERM_after_the_grace_time()
  local rt <close>, ends = live { grace = 100 * ms }
  sh(rt, "deaf", "trap '' TERM; " .. LOOP, { timeout = 50 * ms })
  local s = end_of(rt, ends, "deaf")
  assert_ended(s, "timeout", KILL)
  luaunit.assertTrue(s.wall_ns >= 150 * ms)
end

function TestTimeout.test_who_ends_orderly_has_timed_out_all_the_same()
  local rt <close>, ends = live()
  sh(rt, "polite", "trap 'exit 0' TERM; " .. LOOP, { timeout = 50 * ms })
  assert_ended(end_of(rt, ends, "polite"), "timeout", TERM)
end

function TestTimeout.test_it_stands_still_while_the_task_is_paused()
  local rt <close>, ends = live()
  local task = sh(rt, "a", LOOP, { timeout = 100 * ms })
  run_until(rt, function() return task.state == "running" end)
  task:pause()
  rt:run(200 * ms)
  same(task.state, "paused")
  task:resume()
  local s = end_of(rt, ends, "a")
  assert_ended(s, "timeout", TERM)
  luaunit.assertTrue(s.paused_ns >= 200 * ms and s.run_ns + s.blocked_ns >= 100 * ms)
end

-- Deadlines.

function TestDeadline.test_it_is_a_time_on_the_clock()
  local rt <close>, ends = live { policy = "rr" }
  local deadline = rt:now() + 400 * ms -- the first process waits for 100 ms of placement
  sh(rt, "a", LOOP, { deadline = deadline })
  sh(rt, "b", LOOP, { deadline = deadline })
  for _, name in ipairs { "a", "b" } do
    local s = end_of(rt, ends, name)
    assert_ended(s, "timeout", TERM)
    luaunit.assertTrue(s.at >= deadline)
  end
  luaunit.assertTrue(ends.a.run_ns + ends.b.run_ns <= ends.b.wall_ns + 50 * ms)
end

function TestDeadline.test_one_that_has_not_started_never_does()
  local rt <close>, ends = live { policy = "prio" }
  local first = sh(rt, "first", LOOP, { priority = 9 })
  local late = sh(rt, "late", "exit 0", { priority = 1, deadline = rt:now() + 50 * ms })
  local s = end_of(rt, ends, "late")
  assert_ended(s, "timeout", TERM)
  same({ s.pid, s.slices, late.alive, first.alive }, { nil, 0, false, true })
end

function TestDeadline.test_one_that_is_over_already_ends_it_at_once()
  local rt <close>, ends = live()
  rt:run(2 * ms)
  sh(rt, "late", "exit 0", { deadline = rt:now() - ms })
  same(end_of(rt, ends, "late").slices, 0)
end

function TestDeadline.test_one_that_may_be_late_is_not_ended()
  local rt <close>, ends = live()
  sh(rt, "late", "sleep 0.2; exit 4", { deadline = rt:now() + 20 * ms, may_be_late = true })
  assert_ended(end_of(rt, ends, "late"), "exit", 4)
end

function TestDeadline.test_it_can_be_moved()
  local rt <close>, ends = live()
  local a = sh(rt, "a", LOOP, { deadline = rt:now() + 50 * ms })
  local b = sh(rt, "b", LOOP, { deadline = rt:now() + 100 * neap.s })
  a.deadline = rt:now() + 100 * neap.s
  rt:run(200 * ms)
  same({ a.alive, b.alive }, { true, true })
  b.deadline = rt:now() + 10 * ms
  assert_ended(end_of(rt, ends, "b"), "timeout", TERM)
  a.deadline = rt:now()
  assert_ended(end_of(rt, ends, "a"), "timeout", TERM)
end

function TestDeadline.test_one_that_is_paused_is_ended_too()
  local rt <close>, ends = live()
  local task = sh(rt, "a", LOOP)
  run_until(rt, function() return task.state == "running" end)
  task:pause()
  task.deadline = rt:now() + 50 * ms
  assert_ended(end_of(rt, ends, "a"), "timeout", TERM)
end

-- What is left.

local function state_of(pid)
  local file <close> = io.open(("/proc/%d/stat"):format(pid))
  return file and file:read("a"):match(".*%) (%a)") or "X"
end

local function is_gone(pid)
  local state = state_of(pid)
  return state == "X" or state == "Z"
end

-- Runs `script`, which writes the pid of what it leaves to $0, to the end of its leader. Returns
-- that pid.
local function leave(rt, script)
  local path = os.tmpname()
  assert(rt:spawn { "sh", "-c", script, path, name = "leader" })
  local pid
  run_until(rt, function()
    local file <close> = io.open(path)
    pid = math.tointeger(file:read("n"))
    return pid
  end)
  os.remove(path)
  return pid
end

function TestLeftovers.test_by_default_they_are_ended()
  local rt <close>, ends = live()
  local pid = leave(rt, "setsid sleep 100 & echo $! > $0; exit 3")
  assert_ended(end_of(rt, ends, "leader"), "exit", 3)
  luaunit.assertTrue(is_gone(pid))
end

function TestLeftovers.test_with_wait_the_exit_is_told_when_they_are_gone()
  local rt <close>, ends = live { leftovers = "wait" }
  local pid = leave(rt, "setsid sleep 0.5 & echo $! > $0; exit 3")
  local told_early = ends.leader ~= nil
  same({ told_early, is_gone(pid) }, { false, false })
  assert_ended(end_of(rt, ends, "leader"), "exit", 3)
  luaunit.assertTrue(is_gone(pid))
end

function TestLeftovers.test_who_waits_for_them_can_be_ended()
  local rt <close>, ends = live { leftovers = "wait" }
  local pid = leave(rt, "setsid sleep 100 & echo $! > $0; exit 3")
  rt:run(50 * ms)
  rt:finish()
  run_until(rt, function() return #ends == 1 end)
  luaunit.assertTrue(is_gone(pid))
end

function TestLeftovers.test_a_deadline_ends_the_waiting()
  local rt <close>, ends = live { leftovers = "wait" }
  local deadline = rt:now() + 300 * ms
  sh(rt, "leader", "setsid sleep 100 & exit 3", { deadline = deadline })
  local s = end_of(rt, ends, "leader")
  assert_ended(s, "exit", 3)
  luaunit.assertTrue(s.at >= deadline)
end

-- Nothing of them is stopped while others are held, and nothing ends with us.
function TestLeftovers.test_with_leave_they_are_nobodys()
  local pid
  do
    local rt <close>, ends = live { leftovers = "leave", policy = "rr" }
    pid = leave(rt, "setsid sh -c '" .. LOOP .. "' & echo $! > $0; exit 3")
    assert_ended(end_of(rt, ends, "leader"), "exit", 3)
    sh(rt, "a", LOOP)
    sh(rt, "b", LOOP)
    for _ = 1, 20 do
      rt:run(15 * ms)
      luaunit.assertNotEquals(state_of(pid), "T")
    end
  end
  local lives = not is_gone(pid)
  os.execute(("kill -KILL %d"):format(pid))
  luaunit.assertTrue(lives)
end

require("check").main()
