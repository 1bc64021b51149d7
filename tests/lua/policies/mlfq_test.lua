-- mlfq_test.lua - what mlfq promises: short waits for short jobs, a bound for everybody.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestMlfq
TestMlfq = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Ten long tasks, and a job of 5 ms about every 100 ms: the mean wait of those.
local function mean_wait(policy)
  local rt <close> = check.under(policy, 10)
  local load, number = workload.on(rt), workload.numbers(3)
  local jobs = {}
  for i = 1, 200 do jobs[i] = load:job((100 * i + number(0, 99)) * ms, 5 * ms) end
  rt:run(25 * neap.s)
  same(rt:stats().failures, 0)
  return workload.mean_of(jobs, "wait")
end

function TestMlfq.test_short_jobs_wait_a_third_of_what_they_wait_under_rr_or_less()
  local mlfq, rr = mean_wait "mlfq", mean_wait "rr"
  luaunit.assertTrue(mlfq <= rr / 3, ("%.2f ms, rr %.2f ms"):format(mlfq / ms, rr / ms))
end

function TestMlfq.test_nobody_waits_longer_than_a_boost_and_a_quantum_for_each()
  for seed = 1, 20 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "mlfq", params = { boost = 200 * ms } }
    local load, tasks = workload.on(rt), {}
    for i = 1, number(2, 6) do tasks[i] = rt:task {} end
    for _ = 1, number(3, 10) do
      tasks[#tasks + 1] = load:sleeper(function() return number(1, 30) * ms end,
        function() return number(1, 60) * ms end)
    end
    rt:run(10 * neap.s)
    local bound = 200 * ms + #tasks * rt.quantum
    for i, task in ipairs(tasks) do
      local wait = task:stats().longest_wait_ns
      luaunit.assertTrue(wait <= bound,
        ("seed %d, task %d: %d ms, not %d"):format(seed, i, wait // ms, bound // ms))
    end
    same(rt:stats().failures, 0)
  end
end

function TestMlfq.test_who_uses_much_falls_however_it_splits_it()
  local rt <close> = check.under("mlfq", 1, { params = { boost = neap.minute } })
  local load = workload.on(rt)
  local gamer = load:sleeper(9 * ms, ms) -- gives up the cpu just before its turn is over
  rt:run(2 * neap.s)
  luaunit.assertAlmostEquals(gamer.cpu_ns, neap.s, 200 * ms)
end

function TestMlfq.test_a_newcomer_takes_the_cpu_of_the_lowest()
  local rt <close> = check.under("mlfq", 2, { params = { boost = neap.minute } })
  rt:run(neap.s + 3 * ms)
  local young = rt:task {}
  rt:run(75 * ms)
  same(young.cpu_ns, 70 * ms) -- 10, 20 and 40 ms, level by level
end

function TestMlfq.test_a_boost_lifts_all()
  local rt <close> = check.under("mlfq", 1, { params = { boost = 500 * ms } })
  rt:run(490 * ms)
  local young = rt:task {}
  rt:run(40 * ms)
  -- 10 ms at the top before the boost at 500 ms, then turns
  luaunit.assertAlmostEquals(young.cpu_ns, 25 * ms, 5 * ms)
end

function TestMlfq.test_parameters_that_make_no_sense_are_refused()
  check.failed(71, "boost: 0 is less than 1ms",
    neap.runtime { clock = "virtual", policy = "mlfq", params = { boost = 0 } })
  check.failed(71, "levels: 0 is out of range 1..30",
    neap.runtime { clock = "virtual", policy = "mlfq", params = { levels = 0 } })
end

check.main()
