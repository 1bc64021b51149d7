-- cap_test.lua - what cap promises: no more than the quota, but all of it.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestCap
TestCap = {}

local same = luaunit.assertEquals
local ms = neap.ms

local function capped(params, tasks, cpus)
  return check.under("cap", tasks, { params = params, cpus = cpus or 1 })
end

-- Runs for `time`; the most that the task used within one of the periods since its start.
local function most_in_a_period(rt, task, period, time)
  local most = 0
  for _ = 1, time // period do
    local before = task.cpu_ns
    rt:run(period)
    most = math.max(most, task.cpu_ns - before)
  end
  return most
end

function TestCap.test_a_busy_task_uses_its_quota_to_within_half_a_percent_and_no_tick_more()
  for seed = 1, 30 do
    local number = workload.numbers(seed)
    local period = number(20, 300) * ms
    local quota = number(2 * ms, period)
    local rt <close> = capped({ quota = quota, period = period }, 1)
    local most = most_in_a_period(rt, rt:find(1), period, 20 * neap.s)
    local use = rt:find(1).cpu_ns / rt:now() * period
    local text = ("seed %d: %.4f of the quota"):format(seed, use / quota)
    luaunit.assertTrue(use <= quota * 1.005, text)
    luaunit.assertTrue(use >= quota * 0.98, text)
    luaunit.assertTrue(most <= quota + rt.quantum)
    same(rt:stats().failures, 0)
  end
end

function TestCap.test_many_that_sleep_now_and_then_stay_below_it_too()
  local rt <close> = capped({ quota = 13 * ms, period = 70 * ms }, 0, 2)
  local load, number = workload.on(rt), workload.numbers(7)
  local tasks = {}
  for i = 1, 12 do
    tasks[i] = load:sleeper(function() return number(1, 200) * ms // 7 end,
      function() return number(1, 30) * ms end)
  end
  rt:run(70 * neap.s)
  for _, task in ipairs(tasks) do
    luaunit.assertTrue(task.cpu_ns <= 13 * neap.s * 1.005, task.cpu_ns / (13 * neap.s))
  end
end

function TestCap.test_what_a_sleeper_did_not_use_is_there_later_up_to_the_burst()
  local rt <close> = capped({ quota = 20 * ms, period = 100 * ms, burst = 50 * ms }, 1)
  local task = rt:find(1)
  rt:run(ms)
  task:block()
  rt:run(neap.s - ms)
  task:wake()
  same(most_in_a_period(rt, task, 100 * ms, 100 * ms), 70 * ms)
  same(most_in_a_period(rt, task, 100 * ms, 100 * ms), 20 * ms)
end

function TestCap.test_a_task_with_an_estimate_and_a_period_has_a_quota_of_its_own()
  local rt <close> = capped({ quota = 50 * ms, period = 100 * ms }, 1)
  local own = rt:task { estimate = 5 * ms, period = 50 * ms }
  rt:run(10 * neap.s)
  same({ rt:find(1).cpu_ns, own.cpu_ns }, { 5 * neap.s, neap.s })
end

function TestCap.test_periods_begin_on_time_for_each()
  local rt <close> = check.under("cap", 0, { quantum = 100 * ms })
  local first = rt:task { estimate = 5 * ms, period = 50 * ms }
  local second = rt:task { estimate = 7 * ms, period = 30 * ms }
  rt:run(15 * neap.s)
  same({ first.cpu_ns, second.cpu_ns }, { 1500 * ms, 3500 * ms })
end

function TestCap.test_below_their_quotas_tasks_share_by_weight()
  local rt <close> = capped({ quota = 90 * ms }, 1)
  local heavy = rt:task { weight = 300 }
  rt:run(10 * neap.s)
  luaunit.assertAlmostEquals(heavy.cpu_ns, 7.5 * neap.s, 20 * ms)
end

function TestCap.test_with_conserve_no_cpu_stands_empty_and_nothing_is_owed_for_it()
  local rt <close> = capped({ quota = 20 * ms, conserve = true }, 1)
  rt:run(neap.s)
  same(rt:find(1).cpu_ns, neap.s)
  local late = rt:task { estimate = 70 * ms, period = 100 * ms }
  rt:run(neap.s)
  luaunit.assertAlmostEquals(late.cpu_ns, neap.s * 3 // 4, 60 * ms)
end

function TestCap.test_parameters_that_make_no_sense_are_refused()
  check.failed(71, "burst: -1 is less than nothing",
    neap.runtime { clock = "virtual", policy = "cap", params = { burst = -1 } })
  for _, name in ipairs { "quota", "period" } do
    check.failed(71, name .. ": 0 is less than 1ms",
      neap.runtime { clock = "virtual", policy = "cap", params = { [name] = 0 } })
  end
end

check.main()
