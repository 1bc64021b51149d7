-- eevdf_test.lua - what eevdf promises: bounded lags, and short waits for short requests.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestEevdf
TestEevdf = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- What each task that competes should have had: time is dealt out by weight. Who leaves while it
-- is ahead counts until it has been caught up with; the claim of one that leaves while it is owed
-- something is dealt out, and taken from the others when it comes back: the lags of those who
-- compete add up to nothing.
local function ideal_of(rt)
  local ideal = { due = {}, lag = {}, leaving = {}, since = rt:now() }
  local function weights()
    local sum = 0
    for task in pairs(ideal.due) do sum = sum + task.weight end
    return sum
  end
  local function deal(amount)
    local sum = weights()
    for task, due in pairs(ideal.due) do ideal.due[task] = due + amount * task.weight / sum end
  end
  local function first_to_go(time)
    local first
    for task in pairs(ideal.leaving) do
      local left = (task.cpu_ns - ideal.due[task]) * weights() / task.weight
      if left <= time then first, time = task, math.max(left, 0) end
    end
    return first, time
  end
  function ideal.catch_up()
    local left = rt:now() - ideal.since
    while left > 0 do
      local task, time = first_to_go(left)
      deal(time)
      left = left - time
      if task then ideal.due[task], ideal.leaving[task] = nil, nil end
    end
    ideal.since = rt:now()
  end
  function ideal.join(task)
    ideal.catch_up()
    ideal.leaving[task] = nil
    if ideal.due[task] then return end
    local lag = ideal.lag[task] or 0
    deal(-lag)
    ideal.due[task], ideal.lag[task] = task.cpu_ns + lag, nil
  end
  function ideal.leave(task)
    ideal.catch_up()
    local lag = ideal.due[task] - task.cpu_ns
    if lag < 0 then
      ideal.leaving[task] = true
    else
      ideal.due[task], ideal.lag[task] = nil, lag
      deal(lag)
    end
  end
  -- The largest lag and the sum of all, in ns.
  function ideal.lags()
    ideal.catch_up()
    local worst, sum = 0, 0
    for task, due in pairs(ideal.due) do
      worst, sum = math.max(worst, math.abs(due - task.cpu_ns)), sum + due - task.cpu_ns
    end
    return worst, sum
  end
  return ideal
end

function TestEevdf.test_no_lag_exceeds_one_slice_and_all_add_up_to_nothing()
  for seed = 1, 30 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "eevdf" }
    local ideal, slice, worst = ideal_of(rt), rt.quantum, 0
    for _ = 1, number(2, 8) do
      local asked = number(0, 1) * number(2, 30) * ms
      slice = math.max(slice, asked)
      ideal.join(rt:task { period = asked, weight = number(20, 500) })
    end
    rt:on("switch", function()
      local lag, sum = ideal.lags()
      worst = math.max(worst, lag)
      luaunit.assertAlmostEquals(sum, 0, 1000)
    end)
    rt:run(10 * neap.s)
    luaunit.assertTrue(worst <= slice, ("seed %d: %.3f slices"):format(seed, worst / slice))
    same(rt:stats().failures, 0)
  end
end

-- The paper's bound holds while nobody comes or goes; a claim that comes back is taken from the
-- others at once, who are then ahead by more.
function TestEevdf.test_nor_one_and_a_half_while_others_come_with_their_lags_and_go()
  for seed = 1, 30 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "eevdf" }
    local ideal, worst = ideal_of(rt), 0
    for _ = 1, 3 do ideal.join(rt:task { weight = number(50, 300) }) end
    local sleepers = {}
    for i = 1, 4 do
      sleepers[i] = rt:task { weight = number(50, 300) }
      ideal.join(sleepers[i])
    end
    rt:on("switch", function() worst = math.max(worst, (ideal.lags())) end)
    for _ = 1, 500 do
      rt:run(number(1, 20) * ms)
      local task = sleepers[number(1, 4)]
      if task.state == "running" then
        task:block()
        ideal.leave(task)
      elseif task.state == "blocked" then
        ideal.join(task)
        task:wake()
      end
    end
    luaunit.assertTrue(worst <= 1.5 * rt.quantum,
      ("seed %d: %.3f"):format(seed, worst / rt.quantum))
    same(rt:stats().failures, 0)
  end
end

-- Eight busy tasks, and one that works 1 ms of each 50 or so: how long it waits in 99 of 100 cases.
local function p99(asked)
  local rt <close> = check.under("eevdf", 8)
  local load, number = workload.on(rt), workload.numbers(1)
  local _, waits = load:sleeper(ms, function() return number(30, 70) * ms end, { period = asked })
  rt:run(60 * neap.s)
  return workload.quantile(waits, 0.99)
end

function TestEevdf.test_who_asks_for_less_waits_less()
  local long, short, shortest = p99(30 * ms), p99(10 * ms), p99(2 * ms)
  luaunit.assertTrue(short < long, ("%d of %d ms"):format(short // ms, long // ms))
  luaunit.assertTrue(shortest <= short / 2, ("%d of %d ms"):format(shortest // ms, short // ms))
end

function TestEevdf.test_a_weight_that_changes_asleep_or_awake_counts_from_then_on()
  local rt <close> = check.under("eevdf", 4)
  rt:run(neap.s + 5 * ms)
  local sleeper = rt:current(0)
  sleeper:block()
  rt:run(ms)
  sleeper.weight = 10000
  for task in rt:tasks() do
    if task ~= sleeper and task.state == "running" then task.weight = 200 end
  end
  local heavy, before = nil, {}
  for task in rt:tasks() do
    before[task.id] = task.cpu_ns
    if task.weight == 200 then heavy = task end
  end
  rt:run(4 * neap.s)
  luaunit.assertAlmostEquals(heavy.cpu_ns - before[heavy.id], 2 * neap.s, 30 * ms)
  sleeper.weight = 400
  sleeper:wake()
  local asleep = sleeper.cpu_ns
  rt:run(8 * neap.s)
  luaunit.assertAlmostEquals(sleeper.cpu_ns - asleep, 4 * neap.s, 40 * ms)
end

function TestEevdf.test_short_requests_get_no_more_time()
  local rt <close> = check.under("eevdf", 2)
  rt:find(1).period = ms
  rt:run(10 * neap.s)
  luaunit.assertAlmostEquals(rt:find(1).cpu_ns, 5 * neap.s, 10 * ms)
end

-- Two that claim more than a cpu each leave the third one to a light task. It does not pay for that
-- when others come.
function TestEevdf.test_what_nobody_else_could_use_is_not_held_against_a_task()
  local rt <close> = check.runtime { policy = "eevdf", cpus = 3 }
  local light = rt:task { weight = 50 }
  for _ = 1, 2 do rt:task { weight = 8000 } end
  rt:run(2 * neap.s)
  local before = light.cpu_ns
  same(before, 2 * neap.s)
  for _ = 1, 2 do rt:task {} end
  rt:run(10 * neap.s)
  luaunit.assertTrue(light:stats().longest_wait_ns <= 50 * ms, light:stats().longest_wait_ns)
  luaunit.assertAlmostEquals(light.cpu_ns - before, 2 * neap.s, 20 * ms)
  for id = 2, 3 do luaunit.assertAlmostEquals(rt:find(id).cpu_ns, 12 * neap.s, 20 * ms) end
  for id = 4, 5 do luaunit.assertAlmostEquals(rt:find(id).cpu_ns, 4 * neap.s, 20 * ms) end
  rt:find(2).weight = 100 -- and has none to itself any more
  before = rt:find(5).cpu_ns
  rt:run(7 * neap.s)
  luaunit.assertAlmostEquals(rt:find(5).cpu_ns - before, 4 * neap.s, 40 * ms)
end

check.main()
