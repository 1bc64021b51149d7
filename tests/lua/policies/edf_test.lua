-- edf_test.lua - what edf promises: no miss up to a full cpu.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestEdf
TestEdf = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Random works and periods of which the last one fills the cpu up to the last 0.1 ms.
local function task_set(number)
  local set, free = {}, 1.0
  for i = 1, number(2, 8) do
    local period = number(10, 200) * ms
    local part = free * number(10, 90) / 100
    set[i] = { period, math.max(ms // 10, part * period // 1 | 0) }
    free = free - set[i][2] / period
    if free < 0.01 then return set end
  end
  set[#set + 1] = { 100 * ms, free * 100 * ms // 1 | 0 }
  return set
end

local function run_set(policy, set, time)
  local rt <close> = check.under(policy, 1) -- and one that is always there
  local load, records = workload.on(rt), {}
  for i, item in ipairs(set) do records[i] = load:periodic(item[1], item[2]) end
  rt:run(time)
  same(rt:stats().failures, 0)
  local jobs, missed, use = 0, 0, 0
  for i, record in ipairs(records) do
    jobs, missed = jobs + record.jobs, missed + record.missed
    use = use + set[i][2] / set[i][1]
  end
  return jobs, missed, use
end

function TestEdf.test_no_deadline_is_missed_up_to_a_full_cpu()
  local least = 1
  for seed = 1, 40 do
    local jobs, missed, use = run_set("edf", task_set(workload.numbers(seed)), 20 * neap.s)
    luaunit.assertTrue(use <= 1 and jobs > 100)
    least = math.min(least, use)
    same(missed, 0, ("seed %d, use %.4f"):format(seed, use))
  end
  luaunit.assertTrue(least > 0.98, "the sets do not fill the cpu")
end

function TestEdf.test_what_is_more_than_a_cpu_is_missed()
  local _, missed = run_set("edf", { { 20 * ms, 11 * ms }, { 30 * ms, 15 * ms } }, 5 * neap.s)
  luaunit.assertTrue(missed > 10)
end

function TestEdf.test_the_deadline_of_one_without_a_period_is_its_own()
  local rt <close> = check.under("edf", 2)
  rt:task { deadline = 300 * ms }
  rt:task { deadline = 200 * ms }
  same(check.turns(rt, 50 * ms), "4")
  rt:find(3).deadline = 100 * ms
  same(check.turns(rt, 50 * ms), "3")
  rt:find(3):finish()
  rt:find(4):finish()
  same(check.turns(rt, 39 * ms), "1 2 1 2")
end

check.main()
