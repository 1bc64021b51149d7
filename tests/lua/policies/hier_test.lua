-- hier_test.lua - what hier promises: the product of the shares from the root down.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"
local workload = require "workload"

-- luacheck: globals TestHier
TestHier = {}

local same = luaunit.assertEquals
local ms = neap.ms

local function under(tree, options)
  options = options or {}
  options.params = { tree = tree }
  return check.under("hier", 0, options)
end

-- Each group has had its part of all, to within one percent of it.
local function assert_parts(rt, parts, total)
  for group, part in pairs(parts) do
    local got = 0
    for task in rt:tasks() do got = got + (task.group == group and task.cpu_ns or 0) end
    local ideal = part * total
    luaunit.assertAlmostEquals(got / ideal, 1, 0.01, "group " .. group)
  end
  same(rt:stats().failures, 0)
end

function TestHier.test_each_group_gets_the_product_of_its_shares()
  local rt <close> = under "1:300(11:100,12:200(121:50,122:150)),2:100,3:200(31:7,32:93)"
  for _, group in ipairs { 11, 11, 121, 122, 122, 122, 2, 2, 31, 32, 32 } do
    rt:task { group = group }
  end
  rt:run(60 * neap.s)
  assert_parts(rt, { [11] = 1 / 2 / 3, [121] = 1 / 2 * 2 / 3 / 4, [122] = 1 / 2 * 2 / 3 * 3 / 4,
    [2] = 1 / 6, [31] = 1 / 3 * 0.07, [32] = 1 / 3 * 0.93 }, 60 * neap.s)
end

function TestHier.test_random_trees_with_random_tasks()
  for seed = 1, 15 do
    local number = workload.numbers(seed)
    local parts, last = {}, 0
    local function grow(depth, part)
      local text, weights, sum = {}, {}, 0
      for i = 1, number(2, 3) do
        weights[i] = number(20, 300)
        sum = sum + weights[i]
      end
      for i, weight in ipairs(weights) do
        last = last + 1
        local group, share = last, part * weight / sum
        text[i] = ("%d:%d"):format(group, weight)
        if depth > 1 and number(1, 2) == 1 then
          text[i] = ("%s(%s)"):format(text[i], grow(depth - 1, share))
        else
          parts[group] = share
        end
      end
      return table.concat(text, ",")
    end
    local rt <close> = under(grow(3, 1))
    for group = 1, last do
      for _ = 1, parts[group] and number(1, 3) or 0 do
        rt:task { group = group, weight = number(20, 300) }
      end
    end
    rt:run(120 * neap.s)
    assert_parts(rt, parts, 120 * neap.s)
  end
end

function TestHier.test_what_a_group_does_not_use_goes_to_those_beside_it_first()
  local rt <close> = under "1:100(11:100,12:100),2:100"
  local idle = rt:task { group = 11 }
  rt:task { group = 12 }
  rt:task { group = 2 }
  rt:run(0)
  idle:pause()
  rt:run(10 * neap.s)
  assert_parts(rt, { [12] = 1 / 2, [2] = 1 / 2 }, 10 * neap.s)
  idle:resume() -- there is no back pay
  rt:run(400 * ms)
  luaunit.assertAlmostEquals(idle.cpu_ns, 100 * ms, 10 * ms)
  rt:run(neap.s * 96 // 10)
  assert_parts(rt, { [11] = 1 / 8, [12] = 3 / 8, [2] = 1 / 2 }, 20 * neap.s)
end

function TestHier.test_tasks_that_are_paused_while_they_wait_leave_nothing_behind()
  local rt <close> = under "1:300,2:100"
  rt:task { group = 2 }
  for _ = 1, 3 do rt:task { group = 1 } end
  for _ = 1, 20 do
    rt:run(10 * ms)
    for id = 2, 4 do
      if rt:find(id).state == "ready" then rt:find(id):pause() end
    end
    for id = 2, 4 do
      if rt:find(id).state == "paused" then rt:find(id):resume() end
    end
  end
  for id = 2, 4 do rt:find(id):pause() end
  rt:task { group = 3 } -- beside group 1, of which nobody is ready
  rt:task { group = 3 }
  local before = rt:find(1).cpu_ns
  rt:run(8 * neap.s)
  luaunit.assertAlmostEquals(rt:find(1).cpu_ns - before, 4 * neap.s, 30 * ms)
end

function TestHier.test_leaves_have_orders_of_their_own()
  local rt <close> = under "1:100=fifo,2:100=priority,3:100=rr,4:100=sjf,5:100"
  local groups = { 1, 1, 2, 2, 3, 3, 4, 4, 5, 5 }
  local weights = { 100, 100, 100, 100, 300, 100, 100, 100, 300, 100 }
  for i, group in ipairs(groups) do
    rt:task { group = group, priority = i, weight = weights[i], estimate = (20 - i) * ms }
  end
  rt:run(10 * neap.s)
  local got = {}
  for i = 1, 10 do got[i] = math.floor(rt:find(i).cpu_ns / (100 * ms) + 0.5) end
  same(got, { 20, 0, 0, 20, 10, 10, 0, 20, 15, 5 })
end

-- The turns of tasks 1 to 4 in a leaf of that order, beside nobody.
local function turns_under(order, time)
  local rt <close> = under("1:100=" .. order)
  rt:task { group = 1, weight = 300, estimate = 40 * ms, period = 300 * ms }
  rt:task { group = 1, weight = 200, estimate = 20 * ms, period = 200 * ms }
  rt:task { group = 1, estimate = 30 * ms, period = 400 * ms }
  rt:task { group = 1 }
  local turns = check.turns(rt, time * ms)
  same(rt:stats().failures, 0)
  return turns
end

function TestHier.test_an_order_in_a_leaf_is_that_of_the_policy_of_its_name()
  same(turns_under("rr", 75), "1 2 3 4 1 2 3 4")
  same(turns_under("fifo", 75), "1")
  same(turns_under("fair", 55), "1 2 3 4 1 2")
  same(turns_under("stride", 55), "1 2 3 4 1 2")
  same(turns_under("sjf", 75), "2")
  same(turns_under("srtf", 65), "2 3")
  same(turns_under("las", 75), "1 2 3 4 1 2 3 4")
  same(turns_under("rm", 75), "2")
  same(turns_under("edf", 75), "2")
end

-- Of 100,000 draws by weight; distributed as chi square, 2 degrees of freedom.
function TestHier.test_in_a_lottery_turns_are_drawn_by_weight()
  local rt <close> = under("1:100=lottery", { quantum = ms })
  local weights, chi = { 50, 100, 250 }, 0
  for _, weight in ipairs(weights) do rt:task { group = 1, weight = weight } end
  rt:run(100 * neap.s)
  for i, weight in ipairs(weights) do
    local expected = 100000 * weight / 400
    chi = chi + (rt:find(i).cpu_ns / ms - expected) ^ 2 / expected
  end
  luaunit.assertTrue(chi < 9.21, "chi square of " .. chi) -- p = 0.01
end

-- Its deadline is a period after it comes or wakes, until it sleeps.
function TestHier.test_edf_in_a_leaf_knows_the_deadlines_of_jobs()
  local rt <close> = under("1:100=edf")
  local often = rt:task { group = 1, period = 30 * ms }
  rt:task { group = 1, period = 100 * ms }
  rt:run(10 * ms)
  often:block()
  rt:after(10 * ms, function() often:wake() end)
  same(check.turns(rt, 40 * ms), "2 1")
  often:block()
  rt:after(80 * ms, function() often:wake() end) -- it is due at 170, the other at 100
  same(check.turns(rt, 100 * ms), "2")
end

function TestHier.test_who_loses_its_cpu_to_nobodys_merit_keeps_its_place()
  local rt <close> = under("1:100=rr", { cpus = 2 })
  for _ = 1, 4 do rt:task { group = 1 } end
  rt:run(5 * ms)
  rt:set_cpus(1) -- 2 had the other
  same(check.turns(rt, 39 * ms), "2 3 4 1")
end

function TestHier.test_a_group_that_the_tree_lacks_is_a_leaf_beside_the_others()
  local rt <close> = under "1:300"
  rt:task { group = 1 }
  local task = rt:task { group = 7 }
  rt:run(4 * neap.s)
  luaunit.assertAlmostEquals(task.cpu_ns, neap.s, 20 * ms)
  task.group = 1
  rt:run(4 * neap.s)
  luaunit.assertAlmostEquals(task.cpu_ns, 3 * neap.s, 30 * ms)
end

function TestHier.test_what_is_no_tree_is_refused()
  local function refused(part, tree)
    check.failed(71, part, neap.runtime { clock = "virtual", policy = "hier",
      params = { tree = tree } })
  end
  refused('expected a new GROUP:WEIGHT at "1"', "1")
  refused('expected a new GROUP:WEIGHT at "1:5"', "1:5,1:5")
  refused('expected a new GROUP:WEIGHT at "1:0"', "1:0")
  refused('expected a comma and another group at ")"', "1:5)")
  refused('there is no order "lifo"', "1:5=lifo")
  local rt <close> = under "1:100(2:100)"
  check.failed(71, "group 1 is no leaf of the tree", rt:task { group = 1 })
end

check.main()
