-- batch_test.lua - what batch promises: the foreground does not notice, and nothing is wasted.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestBatch
TestBatch = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Jobs at random on two cpus, with so many batch tasks beside them. Returns when the last ended,
-- the mean of the times that the jobs took, and the part of the time left that batch tasks used.
local function run(seed, batch)
  local rt <close> = check.runtime { policy = "batch", cpus = 2 }
  local load, number = workload.on(rt), workload.numbers(seed)
  for i = 1, batch do rt:task { priority = i % 5 } end
  local jobs, need, last = {}, 0, 0
  for i = 1, 100 do
    jobs[i] = load:job(number(0, 10000) * ms, number(1, 200) * ms, { priority = number(5, 10) })
    need = need + jobs[i].need
  end
  rt:run(12 * neap.s)
  local spent = 0
  for task in rt:tasks() do spent = spent + task.cpu_ns end
  for _, job in ipairs(jobs) do last = math.max(last, job.at + job.took) end
  same(rt:stats().failures, 0)
  return last, workload.mean_of(jobs, "took"), spent / (2 * rt:now() - need)
end

function TestBatch.test_the_foreground_is_no_slower_and_the_rest_of_the_time_is_used()
  for seed = 1, 10 do
    local end_alone, took_alone = run(seed, 0)
    local end_beside, took_beside, used = run(seed, 4)
    luaunit.assertTrue(end_beside <= 1.01 * end_alone)
    luaunit.assertTrue(took_beside <= 1.01 * took_alone,
      ("seed %d: %.4f times as long"):format(seed, took_beside / took_alone))
    luaunit.assertTrue(used >= 0.95, ("seed %d: %.3f of the idle time"):format(seed, used))
  end
end

function TestBatch.test_a_task_that_is_raised_joins_the_foreground()
  local rt <close> = check.under("batch", 1)
  local task = rt:task { priority = 2 }
  rt:run(neap.s)
  same(task.cpu_ns, 0)
  task.priority = 5
  rt:run(neap.s)
  luaunit.assertAlmostEquals(task.cpu_ns, neap.s // 2, 10 * ms)
end

function TestBatch.test_batch_tasks_take_turns()
  local rt <close> = check.runtime { policy = "batch" }
  for _ = 1, 4 do rt:task { priority = 0 } end
  rt:run(4 * neap.s)
  for task in rt:tasks() do same(task.cpu_ns, neap.s) end
end

check.main()
