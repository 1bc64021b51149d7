-- hold_test.lua - real processes: how long they are held, and whether at all.
--
-- ctest labels: process
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestMaxHold TestActuator
TestMaxHold = {}
TestActuator = {}

local same = luaunit.assertEquals
local ms = neap.ms

local LOOP = { "sh", "-c", "while :; do :; done" }
local COUNT = { "sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done" }

local function job(command, keys)
  for i, word in ipairs(command) do keys[i] = word end
  return keys
end

-- A live runtime on one cpu that fails rather than hang.
local function live(options)
  options.cpus = 1
  local rt = assert(neap.runtime(options))
  rt:after(20 * neap.s, function() error "this takes too long" end)
  return rt
end

local function run_until(rt, ready)
  while not ready() do rt:run(5 * ms) end
end

-- One that has had its turn, and one that keeps it from another.
local function one_that_starves(options)
  local rt = live(options)
  local low = assert(rt:spawn(job(LOOP, { priority = 1 })))
  run_until(rt, function() return low.state == "running" end)
  local high = assert(rt:spawn(job(LOOP, { priority = 9 })))
  run_until(rt, function() return high.cpu_ns > 0 end)
  return rt, low
end

function TestMaxHold.test_one_that_starves_gets_turns_and_they_are_counted()
  local rt <close>, low = one_that_starves { policy = "prio", max_hold = 20 * ms }
  local had = low.cpu_ns
  run_until(rt, function() return low:stats().forced >= 10 end)
  luaunit.assertTrue(low.cpu_ns > had)
  luaunit.assertTrue(low:stats().ready_ns > 9 * 20 * ms)
  luaunit.assertTrue(rt:stats().forced >= low:stats().forced) -- `high` may have needed one
end

function TestMaxHold.test_without_it_none()
  local rt <close>, low = one_that_starves { policy = "prio" }
  rt:run(100 * ms)
  same({ rt:stats().forced, low:stats().forced }, { 0, 0 })
end

function TestMaxHold.test_too_little_is_refused()
  check.failed(34, "10ms", neap.runtime { max_hold = "9ms", clock = "virtual" })
end

function TestActuator.test_with_none_each_runs_to_its_end()
  local rt <close> = live { policy = "rr", actuator = "none", quantum = ms }
  local ends, stats = {}, {}
  rt:on("exit", function(task, how, code)
    ends[#ends + 1] = ("%d %s %d"):format(task.id, how, code)
    stats[#stats + 1] = task:stats()
  end)
  for _ = 1, 3 do assert(rt:spawn(job(COUNT, {}))) end
  run_until(rt, function() return #ends == 3 end)
  same(ends, { "1 exit 0", "2 exit 0", "3 exit 0" })
  for _, s in ipairs(stats) do
    same({ s.slices, s.preemptions }, { 1, 0 })
    luaunit.assertTrue(s.cpu_ns > 2 * ms)
  end
end

function TestActuator.test_with_none_a_sleeper_keeps_its_cpu()
  local rt <close> = live { actuator = "none" }
  local ends = {}
  rt:on("exit", function(task) ends[#ends + 1] = { task.name, task:stats().blocked_ns } end)
  assert(rt:spawn { "sleep", "0.3" })
  assert(rt:spawn { "true" })
  run_until(rt, function() return #ends == 2 end)
  same(ends, { { "sleep", 0 }, { "true", 0 } })
end

function TestActuator.test_what_is_not_there_is_refused()
  local rt, message, errno = neap.runtime { actuator = "freeze", without = { "cgroup" } }
  same(rt, nil)
  luaunit.assertStrContains(message, "cannot freeze tasks: cgroups are not to be used")
  same(errno, 95)
  check.raises('without: expected a list', neap.runtime, { without = "cgroup" })
  check.raises('"stop", "freeze" or "none"', neap.runtime, { actuator = "halt" })
end

check.main()
