-- share_test.lua - what share promises: steps are followed soon, closely and without overshoot.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestShare
TestShare = {}

local same = luaunit.assertEquals
local ms = neap.ms

local PERIOD = 100 * ms

-- What `measure` grew by in each of `count` periods.
local function by_period(rt, count, measure)
  local list = {}
  for i = 1, count do
    local before = measure()
    rt:run(PERIOD)
    list[i] = measure() - before
  end
  return list
end

-- From the tenth period on within 1 % of `goal`; on the way from `start` at most a tenth of the
-- step beyond it.
local function assert_settles(list, start, goal)
  local text = table.concat(list, " ")
  for i, value in ipairs(list) do
    local over = (value - goal) * (goal > start and 1 or -1)
    luaunit.assertTrue(over <= math.abs(goal - start) / 10, text)
    luaunit.assertTrue(i <= 10 or math.abs(value - goal) <= 0.01 * goal, text)
  end
end

local function used_by(task)
  return function() return task.cpu_ns end
end

function TestShare.test_a_step_of_half_the_share_is_followed_within_ten_periods()
  for others = 0, 4 do
    local rt <close> = check.under("share", others)
    local task = rt:task { estimate = 20 * ms, period = PERIOD }
    by_period(rt, 10, used_by(task))
    task.estimate = 30 * ms
    assert_settles(by_period(rt, 30, used_by(task)), 20 * ms, 30 * ms)
    task.estimate = 15 * ms
    assert_settles(by_period(rt, 30, used_by(task)), 30 * ms, 15 * ms)
    same(rt:stats().failures, 0)
  end
end

-- A task held to 3,000 units of work in each period, which a script counts in `estimate`; a unit
-- costs 10 us at first. Returns the runtime, what counts them, and what sets their price.
local function paced()
  local rt = check.under("share", 3, { params = { rate = 3000 } })
  local task = rt:task { period = PERIOD }
  local cost, done, counted = 10000, 0, 0
  rt:every(5 * ms, function()
    done = done + (task.cpu_ns - counted) / cost
    counted = task.cpu_ns
    task.estimate = done // 1 | 0
  end)
  return rt, function() return task.estimate end, function(ns) cost = ns end, used_by(task)
end

function TestShare.test_a_pace_is_kept_when_the_work_becomes_harder_or_easier()
  local rt <close>, units, price = paced()
  by_period(rt, 20, units)
  assert_settles(by_period(rt, 10, units), 0, 3000)
  price(15000)
  assert_settles(by_period(rt, 30, units), 2000, 3000)
  price(10000)
  assert_settles(by_period(rt, 30, units), 4500, 3000)
  same(rt:stats().failures, 0)
end

function TestShare.test_whose_progress_halves_gets_twice_the_cpu()
  local rt <close>, units, price, used = paced()
  by_period(rt, 20, units)
  luaunit.assertAlmostEquals(by_period(rt, 1, used)[1], 30 * ms, ms / 2)
  price(20000)
  assert_settles(by_period(rt, 30, units), 1500, 3000)
  luaunit.assertAlmostEquals(by_period(rt, 1, used)[1], 60 * ms, ms)
  price(10000)
  assert_settles(by_period(rt, 30, units), 6000, 3000)
  luaunit.assertAlmostEquals(by_period(rt, 1, used)[1], 30 * ms, ms / 2)
end

function TestShare.test_the_rest_is_shared_by_weight()
  local rt <close> = check.under("share", 1)
  local heavy = rt:task { weight = 300 }
  rt:task { estimate = 60 * ms, period = PERIOD }
  rt:run(10 * neap.s)
  luaunit.assertAlmostEquals(heavy.cpu_ns, 3 * neap.s, 20 * ms)
end

function TestShare.test_a_sleep_leaves_the_control_as_it_was()
  local rt <close> = check.under("share", 2)
  local task = rt:task { estimate = 40 * ms, period = PERIOD }
  rt:run(neap.s + 5 * ms)
  task:block()
  rt:run(neap.s)
  task:wake()
  rt:run(195 * ms)
  for _, used in ipairs(by_period(rt, 20, used_by(task))) do same(used, 40 * ms) end
end

function TestShare.test_without_an_estimate_it_is_one_of_the_rest_again()
  local rt <close> = check.under("share", 1, { quantum = 70 * ms })
  local task = rt:task { estimate = 10 * ms, period = 20 * ms }
  rt:run(neap.s)
  task.estimate = 0
  local held = rt:task { estimate = 10 * ms, period = 20 * ms }
  rt:run(10 * neap.s)
  luaunit.assertAlmostEquals(held.cpu_ns, 5 * neap.s, 30 * ms)
end

function TestShare.test_a_new_period_begins_on_time_whoever_runs()
  local rt <close> = check.under("share", 2, { quantum = 70 * ms })
  local task = rt:task { estimate = 10 * ms, period = 20 * ms }
  rt:run(10 * neap.s)
  luaunit.assertAlmostEquals(task.cpu_ns, 5 * neap.s, 20 * ms)
end

check.main()
