-- gang_test.lua - what gang promises: together or not at all.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestGang
TestGang = {}

local same = luaunit.assertEquals
local ms = neap.ms

-- Looks every 0.7 ms. Returns a function that tells of the looks at a gang of which one ran how
-- many there were, and in how many of them another was ready and did not.
local function watch(rt)
  local looks, apart = 0, 0
  rt:every(7 * ms // 10, function()
    local running, ready = {}, {}
    for task in rt:tasks() do
      local count = task.state == "running" and running or task.state == "ready" and ready
      if count and task.group > 0 then count[task.group] = (count[task.group] or 0) + 1 end
    end
    for group in pairs(running) do
      looks = looks + 1
      apart = apart + (ready[group] and 1 or 0)
    end
  end)
  return function() return looks, apart end
end

function TestGang.test_members_run_together_for_99_percent_of_the_time()
  for seed = 1, 10 do
    local number = workload.numbers(seed)
    local rt <close> = check.runtime { policy = "gang", cpus = 8 }
    local load = workload.on(rt)
    for group = 1, number(3, 7) do
      for _ = 1, number(1, 8) do
        if number(1, 3) == 1 then
          load:sleeper(function() return number(1, 30) * ms end,
            function() return number(1, 30) * ms end, { group = group })
        else
          rt:task { group = group }
        end
      end
    end
    for _ = 1, number(0, 4) do rt:task {} end
    local told = watch(rt)
    rt:run(5 * neap.s)
    local looks, apart = told()
    luaunit.assertTrue(looks > 500)
    luaunit.assertTrue(apart <= looks / 100, ("seed %d: %d of %d"):format(seed, apart, looks))
    same(rt:stats().failures, 0)
  end
end

function TestGang.test_gangs_take_turns_slot_by_slot_and_small_ones_fill_up()
  local rt <close> = check.runtime { policy = "gang", cpus = 4 }
  for group, members in ipairs { 3, 3, 1 } do
    for _ = 1, members do rt:task { group = group } end
  end
  rt:run(12 * neap.s)
  local used = {}
  for task in rt:tasks() do used[task.id] = task.cpu_ns // (100 * ms) end
  same(used, { 60, 60, 60, 60, 60, 60, 120 })
end

function TestGang.test_nobody_waits_longer_than_a_slot_for_each_gang()
  local rt <close> = check.runtime { policy = "gang", cpus = 4 }
  local number = workload.numbers(5)
  for group = 1, 10 do
    for _ = 1, number(1, 4) do rt:task { group = group } end
  end
  rt:run(10 * neap.s)
  for task in rt:tasks() do
    luaunit.assertTrue(task:stats().longest_wait_ns <= 10 * rt.quantum)
  end
end

function TestGang.test_gangs_that_are_paused_are_in_nobodys_way()
  local rt <close> = check.runtime { policy = "gang", cpus = 2 }
  for group = 1, 100 do rt:task { group = group } end
  rt:run(25 * ms)
  for task in rt:tasks() do task:pause() end
  for _ = 1, 4 do rt:task {} end
  local before = check.spent(rt)
  rt:run(neap.s)
  same(check.spent(rt) - before, 2 * neap.s)
end

function TestGang.test_a_gang_that_finds_all_cpus_taken_has_its_turn()
  local rt <close> = check.runtime { policy = "gang", cpus = 2 }
  for _ = 1, 2 do rt:task { group = 1 } end
  rt:run(neap.s)
  local late = rt:task {}
  rt:run(neap.s)
  luaunit.assertAlmostEquals(late.cpu_ns, neap.s // 2, 20 * ms)
end

function TestGang.test_a_gang_too_wide_gets_all_cpus_in_its_slots()
  local rt <close> = check.runtime { policy = "gang", cpus = 2 }
  for _ = 1, 4 do rt:task { group = 1 } end
  rt:task { group = 2 }
  rt:run(8 * neap.s)
  for id = 1, 4 do luaunit.assertAlmostEquals(rt:find(id).cpu_ns, 2 * neap.s, 40 * ms) end
  luaunit.assertAlmostEquals(rt:find(5).cpu_ns, 4 * neap.s, 40 * ms)
end

function TestGang.test_a_task_may_change_its_gang_and_gangs_may_end()
  local rt <close> = check.runtime { policy = "gang", cpus = 2 }
  for id = 1, 6 do rt:task { group = (id + 1) // 2 } end
  rt:run(ms)
  rt:find(1).group = 2
  rt:find(4).group = 1
  rt:run(neap.s)
  for id = 1, 4 do rt:find(id):finish() end
  rt:run(0)
  local before = rt:find(5).cpu_ns
  rt:run(neap.s)
  same({ rt:find(5).cpu_ns - before, rt:stats().failures }, { neap.s, 0 })
end

check.main()
