-- swap_test.lua - a thousand policies, one after another, over real processes.
--
-- ctest labels: process
local check = require "check"
local hostile = require "hostile"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestSwaps
TestSwaps = {}

local same = luaunit.assertEquals
local ms = neap.ms

local SWAPS, EVERY, BUSY = 1000, 3 * ms, 8
local LOOP = { "sh", "-c", "while :; do :; done" }
local SLEEPER = { "perl", "-e", "select(undef, undef, undef, 0.004) while 1" }
local NEAR = 5 * ms -- what clocks may lag by

-- Carries its counts over; how often it was carried is one of its counters.
local CARRIED = [[
local p = require "neap".policy { name = "carried", base = "rr" }
function p:init() self.turns, self.times = {}, 0 end
function p:running(task, cpu)
  self.base:running(task, cpu)
  self.turns[task.id] = (self.turns[task.id] or 0) + 1
end
function p:save() return { self.turns, self.times } end
function p:restore(data) self.turns, self.times = data[1], data[2] + 1 end
function p:explain() return tostring(self.times) end
return p]]

local NEVER_BACK = { "cpu_ns", "wall_ns", "start_ns", "run_ns", "ready_ns", "blocked_ns",
  "paused_ns", "slices", "preemptions", "longest_wait_ns" }

-- Checks each task's account against the one before, which it replaces.
local function check_accounts(rt, before)
  local n = 0
  for task in rt:tasks() do
    local now, old = task:stats(), before[task.id]
    for _, name in ipairs(NEVER_BACK) do
      luaunit.assertTrue(not old or now[name] >= old[name], task.name .. ": " .. name)
    end
    same(now.start_ns + now.run_ns + now.ready_ns + now.blocked_ns + now.paused_ns, now.wall_ns)
    before[task.id], n = now, n + 1
  end
  same(n, BUSY + 2)
end

-- What the kernel says of a process of one thread.
local function kernel_ns(pid)
  local file <close> = assert(io.open(("/proc/%d/schedstat"):format(pid)))
  return file:read "n"
end

local function start(policy)
  local rt = assert(neap.runtime { policy = policy, cpus = 2, quantum = 5 * ms })
  local reports = {}
  rt:on("error", function(report)
    if report.kind ~= "log" then reports[#reports + 1] = report.message end
  end)
  rt:after(40 * neap.s, function() error "this takes too long" end)
  for i = 1, BUSY do
    LOOP.name = "loop" .. i
    assert(rt:spawn(LOOP))
  end
  for i = 1, 2 do
    SLEEPER.name = "sleeper" .. i
    assert(rt:spawn(SLEEPER))
  end
  return rt, reports
end

local function ran_since(rt, from)
  for task in rt:tasks() do
    if task.cpu_ns <= (from[task.id] or 0) then return false end
  end
  return true
end

-- Until each has run further than it had.
local function run_all(rt)
  local from = {}
  for task in rt:tasks() do from[task.id] = task.cpu_ns end
  while not ran_since(rt, from) do rt:run(10 * ms) end
end

-- What was charged is what they used, from their first instruction on.
local function check_with_kernel(rt)
  for task in rt:tasks() do task:pause() end
  rt:run(20 * ms)
  for task in rt:tasks() do
    luaunit.assertAlmostEquals(task.cpu_ns, kernel_ns(task.pid), NEAR, task.name)
  end
end

function TestSwaps.test_a_thousand_over_busy_and_sleeping_processes_lose_nothing()
  hostile.with_file(CARRIED, function(path)
    local rt <close>, reports = start(path)
    local of_script = { name = "of_script", base = "fair", slice = function() return 4 * ms end }
    local others = { "fair", "rr", "lottery", of_script, "eevdf", "mlfq", "stride" }
    local accounts = {}
    run_all(rt)
    for i = 1, SWAPS // 4 do
      assert(rt:reload())
      rt:run(EVERY)
      assert(rt:reload())
      rt:run(EVERY)
      same(rt:find(1):explain(), "2")
      assert(rt:set_policy(others[i % #others + 1]))
      rt:run(EVERY)
      assert(rt:set_policy(path))
      rt:run(EVERY)
      check_accounts(rt, accounts)
    end
    run_all(rt)
    check_accounts(rt, accounts)
    local stats = rt:stats()
    same({ stats.failures, stats.ejections, stats.active, #reports, rt.policy },
      { 0, 0, BUSY + 2, 0, "carried" })
    check_with_kernel(rt)
  end)
end

check.main()
