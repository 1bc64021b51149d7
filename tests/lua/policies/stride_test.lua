-- stride_test.lua - what stride promises: parts by weight to within one quantum, at all times.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestStride
TestStride = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- How far, in quanta, any two of the tasks are from their parts of what they got together since
-- `before` (id -> CPU time).
local function worst_pair(rt, ids, before)
  local worst = 0
  for i = 1, #ids do
    for j = i + 1, #ids do
      local a, b = rt:find(ids[i]), rt:find(ids[j])
      local got_a, got_b = a.cpu_ns - before[a.id], b.cpu_ns - before[b.id]
      local part = (got_a + got_b) * a.weight / (a.weight + b.weight)
      worst = math.max(worst, math.abs(got_a - part) / rt.quantum)
    end
  end
  return worst
end

-- The same over `time`, looked at whenever the cpu goes to another.
local function worst_over(rt, ids, time)
  local worst, before = 0, {}
  for _, id in ipairs(ids) do before[id] = rt:find(id).cpu_ns end
  local handler = rt:on("switch", function()
    worst = math.max(worst, worst_pair(rt, ids, before))
  end)
  rt:run(time)
  rt:off("switch", handler)
  return worst
end

function TestStride.test_any_two_have_their_parts_to_within_one_quantum_at_all_times()
  for seed = 1, 20 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "stride" }
    local ids = {}
    for i = 1, number(2, 8) do
      ids[i] = rt:task { weight = number(1, 10) == 1 and number(1, 10000) or number(10, 500) }.id
    end
    local worst = worst_over(rt, ids, 10 * neap.s)
    luaunit.assertTrue(worst <= 1, ("seed %d: %.3f quanta"):format(seed, worst))
    same(rt:stats().failures, 0)
  end
end

function TestStride.test_those_who_stay_ready_keep_their_parts_while_others_come_and_sleep()
  for seed = 1, 10 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "stride" }
    local load = workload.on(rt)
    local ids = { rt:task { weight = 50 }.id, rt:task { weight = 130 }.id, rt:task {}.id }
    for _ = 1, 4 do
      load:sleeper(function() return number(1, 40) * ms end,
        function() return number(1, 90) * ms end, { weight = number(20, 300) })
    end
    local worst = worst_over(rt, ids, 10 * neap.s)
    luaunit.assertTrue(worst <= 1, ("seed %d: %.3f quanta"):format(seed, worst))
  end
end

function TestStride.test_a_latecomer_gets_no_back_pay()
  local rt <close> = check.under("stride", 1)
  rt:run(neap.s)
  local late = rt:task {}
  rt:run(neap.s)
  luaunit.assertAlmostEquals(late.cpu_ns, neap.s // 2, 10 * ms)
end

function TestStride.test_sleep_is_neither_paid_nor_punished()
  local rt <close> = check.under("stride", 2)
  local sleeper = rt:find(1)
  rt:run(25 * ms) -- 1 has had 15 ms, 2 has had 10
  sleeper:block()
  rt:run(neap.s)
  local before = sleeper.cpu_ns
  sleeper:wake()
  rt:run(neap.s)
  luaunit.assertAlmostEquals(sleeper.cpu_ns - before, neap.s // 2, 6 * ms)
end

function TestStride.test_what_a_sleeper_is_ahead_counts_by_its_new_weight()
  local rt <close> = check.under("stride", 1)
  local sleeper = rt:task { weight = 10 }
  rt:run(19 * ms)
  sleeper:block() -- 9 ms at weight 10: ahead by 90 ms of a task of weight 100
  rt:run(10 * ms)
  sleeper.weight = 1000 -- by 0.9 ms
  sleeper:wake()
  rt:run(30 * ms)
  luaunit.assertTrue(sleeper.cpu_ns >= 19 * ms)
end

function TestStride.test_a_new_weight_counts_from_its_moment_on()
  local rt <close> = check.under("stride", 3)
  rt:run(3 * neap.s)
  rt:find(2).weight = 400
  same(worst_over(rt, { 1, 2, 3 }, 6 * neap.s) <= 2, true)
  luaunit.assertAlmostEquals(rt:find(2).cpu_ns, 5 * neap.s, 20 * ms)
end

function TestStride.test_a_weight_that_no_cpu_can_serve_is_no_claim_on_the_others()
  local rt <close> = check.runtime { policy = "stride", cpus = 2 }
  local heavy = rt:task { weight = 10000 }
  rt:task {}
  rt:task {}
  rt:run(10 * neap.s)
  luaunit.assertAlmostEquals(heavy.cpu_ns, 10 * neap.s, 20 * ms)
  heavy.weight = 100
  local before = heavy.cpu_ns
  rt:run(3 * neap.s)
  luaunit.assertAlmostEquals(heavy.cpu_ns - before, 2 * neap.s, 50 * ms)
end

check.main()
