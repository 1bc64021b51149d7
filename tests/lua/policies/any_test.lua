-- any_test.lua - what holds under every bundled policy, whatever is done to its tasks.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestAny
TestAny = {}

local ms = neap.ms

local operations = {}

function operations.add(rt, number)
  rt:task {
    weight = number(1, 3) == 1 and number(1, 10000) or number(20, 400), priority = number(0, 10),
    estimate = number(0, 2) * number(1, 50) * ms, period = number(0, 2) * number(10, 200) * ms,
    deadline = number(0, 1) * number(1, 5000) * ms, group = number(0, 4),
  }
end

local function on_task(fn)
  return function(rt, number)
    local list = {}
    for task in rt:tasks() do list[#list + 1] = task end
    if #list > 0 then fn(list[number(1, #list)], number, rt) end
  end
end

operations.finish = on_task(function(task, number) if number(1, 2) == 1 then task:finish() end end)
operations.block = on_task(function(task) if task.state == "running" then task:block() end end)
operations.wake = on_task(function(task) if task.state == "blocked" then task:wake() end end)
operations.wake_again, operations.block_again = operations.wake, operations.block
operations.yield = on_task(function(task) if task.state == "running" then task:yield() end end)
operations.pause = on_task(function(task) if task.state ~= "paused" then task:pause() end end)
operations.resume = on_task(function(task) if task.state == "paused" then task:resume() end end)
operations.weight = on_task(function(task, number) task.weight = number(1, 1000) end)
operations.priority = on_task(function(task, number) task.priority = number(0, 10) end)
operations.group = on_task(function(task, number) task.group = number(0, 4) end)
operations.estimate = on_task(function(task, number) task.estimate = number(0, 50) * ms end)
operations.period = on_task(function(task, number) task.period = number(0, 100) * ms end)
operations.deadline = on_task(function(task, number) task.deadline = number(0, 9) * neap.s end)
operations.bind = on_task(function(task, number, rt)
  task.affinity = number(1, 2) == 1 and { number(0, rt.cpus - 1) } or nil
end)

function operations.cpus(rt, number)
  for task in rt:tasks() do task.affinity = nil end
  rt:set_cpus(number(1, 4))
end

function operations.quantum(rt, number) rt:set_quantum(number(1, 20) * ms) end

function operations.standstill(rt, number)
  rt:pause()
  rt:run(number(1, 30) * ms)
  rt:resume()
end

function operations.other(rt, number, policy)
  rt:set_policy(number(1, 2) == 1 and "fair" or "lottery")
  rt:run(number(0, 30) * ms)
  assert(rt:set_policy(policy))
end

local function ready_beside_an_empty_cpu(rt)
  for cpu = 0, rt.cpus - 1 do
    if not rt:current(cpu) then
      for task in rt:tasks() do
        if task.state == "ready" and task:may_use(cpu) then return task end
      end
    end
  end
end

local function storm(policy, seed, options)
  local number = workload.numbers(seed)
  local rt <close> = check.under(policy.name, 0, options)
  local reports = {}
  rt:on("error", function(report) -- a log line says that a hook was slow: the machine is
    if report.kind ~= "log" then reports[#reports + 1] = report end
  end)
  local names, ended = check.keys(operations), 0
  rt:on("exit", function(task) ended = ended + task.cpu_ns end)
  for _ = 1, 5 do operations.add(rt, number) end
  for _ = 1, 400 do
    local name = names[number(1, #names)]
    operations[name](rt, number, policy.name)
    rt:run(number(0, 3) * number(1, 30) * ms // 2)
    local text = ("%s, seed %d, after %s"):format(policy.name, seed, name)
    luaunit.assertEquals(#reports, 0, text .. ": " .. tostring((reports[1] or {}).message))
    if not policy.idles then luaunit.assertNil(ready_beside_an_empty_cpu(rt), text) end
  end
  local stats = rt:stats()
  luaunit.assertEquals({ stats.failures, stats.ejections, rt.policy }, { 0, 0, policy.name })
  luaunit.assertTrue(ended + check.spent(rt) > 0)
end

function TestAny.test_no_policy_fails_or_leaves_a_cpu_empty_whatever_is_done_to_its_tasks()
  for _, policy in ipairs(neap.policies()) do
    for seed = 1, 6 do storm(policy, seed, { cpus = seed % 4 + 1 }) end
  end
end

function TestAny.test_nor_when_tasks_are_forced_upon_it()
  for _, policy in ipairs(neap.policies()) do
    storm(policy, 100, { cpus = 2, max_hold = 25 * ms })
  end
end

-- Who waits under a policy that does not starve gets a cpu.
function TestAny.test_nobody_starves_unless_the_policy_says_so()
  for _, policy in ipairs(neap.policies()) do
    if not policy.starves then
      local rt <close> = check.runtime { policy = policy.name, cpus = 2 }
      for i = 1, 12 do rt:task { group = i % 3, weight = 30 * i } end
      rt:run(5 * neap.s)
      for task in rt:tasks() do
        luaunit.assertTrue(task.cpu_ns > 0 and task:stats().longest_wait_ns < neap.s, policy.name)
      end
    end
  end
end

-- All of which begin their periods, and want to run, at once.
function TestAny.test_a_thousand_tasks_at_a_quantum_of_a_millisecond_take_no_hook_too_long()
  for _, policy in ipairs(neap.policies()) do
    local rt <close>, reports = check.under(policy.name, 0, { quantum = ms, cpus = 2 })
    for i = 1, 1000 do
      rt:task { weight = 50 + i % 100, group = i % 7 * (i % 2), estimate = 5 * ms,
        period = i % 3 == 0 and 600 * ms or 0 }
    end
    rt:run(3 * neap.s)
    for _, report in ipairs(reports) do
      luaunit.assertEquals(report.kind, "log", policy.name .. ": " .. report.message)
    end
  end
end

check.main()
