-- interactive_test.lua - what interactive promises: short waits for who answers, as much work.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestInteractive
TestInteractive = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Six busy tasks, and four that work 1 to 3 ms and sleep for 20 to 100. Returns the wait of those
-- in 99 of 100 cases, and what all have done together.
local function run(policy, seed)
  local rt <close> = check.under(policy, 6)
  local load, number = workload.on(rt), workload.numbers(seed)
  local waits = {}
  for i = 1, 4 do
    waits[i] = select(2, load:sleeper(function() return number(10, 30) * ms // 10 end,
      function() return number(20, 100) * ms end))
  end
  rt:run(60 * neap.s)
  same(rt:stats().failures, 0)
  local all = {}
  for _, list in ipairs(waits) do table.move(list, 1, #list, #all + 1, all) end
  luaunit.assertTrue(#all > 1000)
  return workload.quantile(all, 0.99), check.spent(rt)
end

function TestInteractive.test_the_p99_wait_is_a_fifth_of_rrs_or_less_at_equal_throughput()
  for seed = 1, 5 do
    local wait, work = run("interactive", seed)
    local rr_wait, rr_work = run("rr", seed)
    luaunit.assertTrue(wait <= rr_wait / 5, ("%.1f ms, rr %.1f ms"):format(wait / ms, rr_wait / ms))
    luaunit.assertAlmostEquals(work / rr_work, 1, 0.02)
  end
end

function TestInteractive.test_who_sleeps_now_and_then_but_works_long_is_none()
  local rt <close> = check.under("interactive", 3)
  local load = workload.on(rt)
  local task, waits = load:sleeper(50 * ms, 10 * ms)
  rt:run(20 * neap.s)
  luaunit.assertTrue(task.cpu_ns <= 5.1 * neap.s, task.cpu_ns)
  luaunit.assertTrue(workload.mean(waits) >= 5 * ms)
end

function TestInteractive.test_who_goes_on_for_long_is_one_of_the_rest_in_that_instant()
  local rt <close> = check.under("interactive", 1)
  rt:task { weight = 10 }
  rt:run(neap.s)
  local task = rt:task {}
  rt:run(5 * ms)
  same(task.cpu_ns, 5 * ms)
  rt:run(300 * ms)
  luaunit.assertAlmostEquals(task.cpu_ns, 5 * ms + 300 * ms * 100 / 210, 15 * ms)
end

check.main()
