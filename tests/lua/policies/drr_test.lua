-- drr_test.lua - what drr promises: each round its part, to within one slice.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestDrr
TestDrr = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- The largest difference between what a task has had, and the rounds that have been times its
-- part of a round, in slices; looked at whenever a round begins: the heaviest task, which is never
-- left out, begins its turn. By then others may have had theirs, or not.
local function worst_error(rt, tasks, time)
  local heaviest, worst = tasks[1], 0
  for _, task in ipairs(tasks) do
    if task.weight > heaviest.weight then heaviest = task end
  end
  rt:on("switch", function(_, _, to)
    if to ~= heaviest then return end
    local rounds = heaviest.slices - 1
    for _, task in ipairs(tasks) do
      local part = rt.quantum * task.weight // 100
      local error = math.max(task.cpu_ns - (rounds + 1) * part, rounds * part - task.cpu_ns)
      worst = math.max(worst, error / math.max(part, ms))
    end
  end)
  rt:run(time)
  return worst, heaviest.slices
end

function TestDrr.test_each_round_gives_each_its_part_to_within_a_slice()
  for seed = 1, 20 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "drr" }
    local tasks = { rt:task { weight = number(10, 400) } }
    for i = 2, number(2, 12) do
      tasks[i] = rt:task { weight = number(1, 3) == 1 and number(1, 9) or number(10, 400) }
    end
    local worst, rounds = worst_error(rt, tasks, 30 * neap.s)
    luaunit.assertTrue(worst <= 1, ("seed %d: %.3f slices"):format(seed, worst))
    luaunit.assertTrue(rounds > 50)
    same(rt:stats().failures, 0)
  end
end

function TestDrr.test_no_slice_is_longer_than_eight_quanta_whatever_the_weights()
  local rt <close> = check.runtime { policy = "drr" }
  local weights, sum = { 10000, 7000, 900, 30, 1 }, 17931
  for _, weight in ipairs(weights) do rt:task { weight = weight } end
  rt:run(600 * neap.s)
  for id, weight in ipairs(weights) do
    local task = rt:find(id)
    luaunit.assertTrue(task.cpu_ns // task.slices <= 80 * ms)
    luaunit.assertAlmostEquals(task.cpu_ns, 600 * neap.s * weight // sum, 80 * ms)
  end
  luaunit.assertTrue(rt:find(3):stats().longest_wait_ns < 200 * ms)
  rt:find(1):finish()
  rt:find(2).weight = 100
  rt:run(10 * neap.s)
  luaunit.assertTrue(rt:find(3):stats().longest_wait_ns < 200 * ms)
  same(rt:stats().failures, 0)
end

-- Turns that nobody asked the policy for, of a millisecond each, are debts.
function TestDrr.test_debts_are_paid_so_in_the_long_run_shares_are_exact()
  local rt <close> = check.runtime { policy = "drr", max_hold = 20 * ms }
  local sum = 0
  for _, weight in ipairs { 50, 100, 200, 400 } do
    rt:task { weight = weight }
    sum = sum + weight
  end
  rt:run(60 * neap.s)
  luaunit.assertTrue(rt:find(1):stats().forced > 100)
  for task in rt:tasks() do
    local ideal = rt:now() * task.weight // sum
    luaunit.assertAlmostEquals(task.cpu_ns, ideal, 40 * ms)
  end
end

function TestDrr.test_sleepers_save_nothing()
  local rt <close> = check.under("drr", 2)
  rt:run(0)
  rt:find(1):block()
  rt:run(neap.s)
  rt:find(1):wake()
  rt:run(neap.s)
  luaunit.assertAlmostEquals(rt:find(1).cpu_ns, neap.s // 2, 10 * ms)
end

function TestDrr.test_what_is_left_of_a_turn_is_lost_in_sleep()
  local rt <close> = check.under("drr", 4)
  local load = workload.on(rt)
  local _, waits = load:sleeper(2 * ms, 5 * ms)
  rt:run(10 * neap.s)
  luaunit.assertTrue(workload.mean(waits) > 25 * ms)
end

-- As processes do, which lose a little of each turn to their start.
function TestDrr.test_what_is_too_short_for_a_slice_is_had_in_the_next_round()
  local rt <close> = check.under("drr", 4)
  local timer
  rt:on("switch", function(_, _, to)
    if timer then timer:cancel() end
    timer = to and rt:after(9900 * neap.us, function() rt:trigger() end)
  end)
  rt:run(neap.s)
  for task in rt:tasks() do
    luaunit.assertAlmostEquals(task.cpu_ns, neap.s // 4, 10 * ms)
    luaunit.assertTrue(task.slices <= 30, task.slices)
  end
end

function TestDrr.test_those_in_debt_are_not_looked_at_in_vain()
  local rt <close> = check.runtime { policy = "drr" }
  for _ = 1, 100 do rt:task { weight = 1 } end
  rt:run(10 * neap.s)
  for task in rt:tasks() do luaunit.assertAlmostEquals(task.cpu_ns, 100 * ms, ms) end
  same(rt:stats().counters["slow hooks"], nil)
end

check.main()
