-- cbs_test.lua - what cbs promises: a hog gets its part, the others miss nothing.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestCbs
TestCbs = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Periodic tasks that keep to their budgets, and hogs: { budget, period } each, all of which take
-- the cpu to the full. Returns the records, the hogs and the most that a hog used in a period.
local function run(params, set, hogs, time)
  local rt <close> = check.under("cbs", 1, { params = params }) -- and one without a budget
  local load, records, tasks, most = workload.on(rt), {}, {}, {}
  for i, item in ipairs(set) do
    records[i] = load:periodic(item[2], item[1], { estimate = item[1] })
  end
  for i, hog in ipairs(hogs) do
    local task, before = rt:task { estimate = hog[1], period = hog[2] }, 0
    tasks[i], most[i] = task, 0
    rt:every(hog[2], function()
      most[i] = math.max(most[i], task.cpu_ns - before)
      before = task.cpu_ns
    end)
  end
  rt:run(time)
  same(rt:stats().failures, 0)
  local missed, jobs, used = 0, 0, {}
  for _, record in ipairs(records) do
    missed, jobs = missed + record.missed, jobs + record.jobs
  end
  for i, task in ipairs(tasks) do used[i] = task.cpu_ns end
  return missed, jobs, used, most
end

local function random_set(number)
  local set, hogs, free = {}, {}, 1.0
  for i = 1, number(2, 6) do
    local period = number(20, 200) * ms
    local budget = math.max(ms, free * number(10, 60) / 100 * period // ms * ms | 0)
    if budget / period > free then break end
    free = free - budget / period
    local list = i % 2 == 1 and hogs or set
    list[#list + 1] = { budget, period }
  end
  return set, hogs
end

function TestCbs.test_a_hog_gets_its_part_and_a_tick_at_most_and_the_others_miss_nothing()
  for seed = 1, 40 do
    local set, hogs = random_set(workload.numbers(seed))
    local missed, jobs, used, most = run({}, set, hogs, 20 * neap.s)
    same(missed, 0, "seed " .. seed)
    luaunit.assertTrue(jobs > 0 or #set == 0)
    for i, hog in ipairs(hogs) do
      local whole = 20 * neap.s // hog[2] * hog[1]
      luaunit.assertTrue(used[i] <= whole + hog[1] + 10 * ms, ("seed %d: %.4f"):format(seed,
        used[i] / whole))
      luaunit.assertTrue(used[i] >= whole)
      luaunit.assertTrue(most[i] <= hog[1] + 10 * ms)
    end
  end
end

-- As in the paper: what is idle goes to the hog, what is not does not.
function TestCbs.test_without_hard_a_hog_goes_on_behind_all_that_are_due_earlier()
  for seed = 1, 20 do
    local set, hogs = random_set(workload.numbers(seed))
    local missed = run({ hard = false }, set, hogs, 20 * neap.s)
    same(missed, 0, "seed " .. seed)
  end
  local _, _, used = run({ hard = false }, {}, { { 20 * ms, 100 * ms } }, 10 * neap.s)
  same(used[1], 10 * neap.s)
end

function TestCbs.test_who_needs_more_than_its_budget_is_late_alone()
  local rt <close> = check.under "cbs"
  local load = workload.on(rt)
  local liar = load:periodic(100 * ms, 60 * ms, { estimate = 40 * ms })
  local honest = load:periodic(50 * ms, 30 * ms, { estimate = 30 * ms })
  rt:run(10 * neap.s)
  same(honest.missed, 0)
  luaunit.assertTrue(liar.missed > 10)
end

-- Two that have reserved more than there is: they have no deadlines deeper and deeper in the past,
-- by which they would go before a third one for ever.
function TestCbs.test_what_was_not_there_in_time_is_not_made_up_for()
  local rt <close> = check.under("cbs", 0)
  local load = workload.on(rt)
  local honest = load:periodic(50 * ms, 5 * ms, { estimate = 5 * ms })
  for _ = 1, 2 do rt:task { estimate = 60 * ms, period = 100 * ms } end
  rt:run(10 * neap.s)
  luaunit.assertTrue(honest.jobs > 100, honest.jobs)
end

function TestCbs.test_short_sleeps_fill_no_budget()
  local rt <close> = check.under("cbs", 0)
  local load = workload.on(rt)
  local hog = load:sleeper(19 * ms, ms // 10, { estimate = 20 * ms, period = 100 * ms })
  rt:run(10 * neap.s)
  luaunit.assertTrue(hog.cpu_ns <= 2 * neap.s + 20 * ms)
end

function TestCbs.test_a_new_period_begins_on_time_whoever_runs()
  local rt <close> = check.under("cbs", 2, { quantum = 70 * ms })
  local hog = rt:task { estimate = 10 * ms, period = 20 * ms }
  rt:run(10 * neap.s)
  luaunit.assertAlmostEquals(hog.cpu_ns, 5 * neap.s, 20 * ms)
end

function TestCbs.test_those_without_a_budget_take_turns_in_what_is_left()
  local rt <close> = check.under("cbs", 2)
  rt:task { estimate = 60 * ms, period = 100 * ms }
  rt:run(10 * neap.s)
  same({ rt:find(1).cpu_ns, rt:find(2).cpu_ns, rt:find(3).cpu_ns },
    { 2 * neap.s, 2 * neap.s, 6 * neap.s })
end

check.main()
