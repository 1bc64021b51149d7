-- key_test.lua - policies in Lua that order by a key, and preempt by it.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestKey
TestKey = {}

local same = luaunit.assertEquals
local spent = check.spent
local turns = check.turns
local under = check.under
local ms = neap.ms

local function refuses(part, policy)
  policy.name = policy.name or "p"
  check.failed(71, part, neap.runtime { clock = "virtual", policy = policy })
end

local function order_by(keys)
  local rt <close> = under(neap.policy {
    name = "keyed", starves = true,
    key = function(_, task) return keys[task.id] end,
    slice = function() return neap.forever end,
  })
  for _ = 1, #keys do rt:task {} end
  local list = {}
  rt:on("switch", function(_, _, to)
    if not to then return end
    list[#list + 1] = to.id
    to:finish()
  end)
  rt:run(ms)
  return list, rt:stats().failures
end

function TestKey.test_the_least_comes_first_and_equals_by_arrival()
  same(order_by { 3, 1, 2, 1, 3, -1 }, { 6, 2, 4, 3, 1, 5 })
  same(order_by { math.maxinteger, math.mininteger, 0 }, { 2, 3, 1 })
end

function TestKey.test_floats_order_among_themselves_and_with_integers()
  same(order_by { 0.5, -0.5, 0.25, -1.5 }, { 4, 2, 3, 1 })
  same(order_by { 3, 2.5, 2, 1e300, -1e300, 3.0 }, { 5, 3, 2, 1, 6, 4 })
  same(order_by { 0.0, -0.0, 0 }, { 1, 2, 3 })
  same(order_by { 1e-320, 0, -1e-320, 0.5 }, { 3, 2, 1, 4 })
end

function TestKey.test_integers_are_exact_beyond_what_a_float_can_tell()
  local big = 1 << 60
  same(order_by { big + 2, big + 1, big, big + 1 }, { 3, 2, 4, 1 })
end

function TestKey.test_what_is_no_number_is_a_failure_and_loses_nobody()
  for _, bad in ipairs { 0 / 0, math.huge, -math.huge, "1", {}, true } do
    local rt <close>, reports = under(neap.policy { name = "keyed",
      key = function(_, task) return task.id == 2 and bad or 1 end }, 3)
    rt:run(30 * ms)
    same({ reports[1].kind, reports[1].hook, reports[1].task }, { "failure", "enqueue", 2 })
    luaunit.assertStrContains(reports[1].message, "expected an integer or a finite number")
    same(spent(rt), 30 * ms)
    same(rt:find(2).slices > 0, true)
  end
end

function TestKey.test_it_is_read_at_each_enqueue_and_each_update_and_never_otherwise()
  local asked = 0
  local rt <close> = under(neap.policy { name = "keyed", key = function(_, task)
    asked = asked + 1
    return task.deadline
  end })
  local a, b = rt:task {}, rt:task {}
  rt:run(5 * ms)
  same(asked, 2)
  b.deadline = -0
  same(asked, 3)
  b.priority = 7
  same(asked, 4)
  a.priority = 7 -- it runs: there is nothing to order
  same(asked, 4)
  rt:run(5 * ms)
  same(asked, 5)
end

function TestKey.test_a_new_key_finds_a_new_place()
  local rt <close> = under(neap.policy { name = "edf", starves = true,
    key = function(_, task) return task.deadline end })
  for i = 1, 3 do rt:task { deadline = i * neap.s } end
  rt:run(0)
  rt:find(3).deadline = 1
  same(turns(rt, 10 * ms), "3")
end

-- A key that preempts: `keys` by task id, on so many cpus.

local function preempting(keys, cpus, more)
  local p = { name = "urgent", starves = true, preempts = true,
    key = function(_, task) return keys[task.id] end,
    slice = function() return neap.forever end }
  for name, value in pairs(more or {}) do p[name] = value end
  return under(neap.policy(p), 0, { cpus = cpus })
end

local function running(rt)
  local list = {}
  for task in rt:tasks() do if task.state == "running" then list[#list + 1] = task.id end end
  table.sort(list)
  return list
end

local function come(rt, affinity)
  local task = rt:task {}
  task.affinity = affinity
  rt:run(ms)
  return task
end

function TestKey.test_with_preempts_the_less_takes_the_cpu_of_the_greatest()
  local rt <close>, reports = preempting({ 5, 7, 6, 4, 8 }, 3)
  for _ = 1, 3 do come(rt) end
  come(rt)
  same(running(rt), { 1, 3, 4 }) -- 7 went
  come(rt)
  same(running(rt), { 1, 3, 4 })
  same(rt:stats().preemptions, 1)
  same(reports, {})
end

function TestKey.test_equals_do_not_preempt()
  local stopped = 0
  local rt <close> = preempting({ 5, 5, 5 }, 2, { stopping = function() stopped = stopped + 1 end })
  for _ = 1, 3 do come(rt) end
  same({ running(rt), stopped }, { { 1, 2 }, 0 })
end

function TestKey.test_only_a_cpu_that_it_may_use_is_taken()
  local rt <close> = preempting({ 9, 5, 3, 4, 6 }, 2)
  come(rt, { 0 })
  come(rt, { 1 })
  come(rt, { 1 }) -- the greatest is on cpu 0
  same(running(rt), { 1, 3 })
  come(rt, { 1 })
  same(running(rt), { 1, 3 })
  come(rt)
  same(running(rt), { 3, 5 })
end

function TestKey.test_those_that_wake_or_are_resumed_preempt_and_the_preempted_keep_their_places()
  local rt <close> = preempting({ 1, 2, 2 }, 1)
  for _ = 1, 3 do come(rt) end
  rt:find(1):block()
  rt:run(5 * ms)
  same(running(rt), { 2 })
  rt:find(1):wake()
  rt:run(ms)
  same(running(rt), { 1 })
  rt:find(1):pause()
  rt:run(ms)
  same(running(rt), { 2 }) -- it came before 3, and it was preempted
  rt:find(1):resume()
  rt:run(ms)
  same(running(rt), { 1 })
end

function TestKey.test_those_that_run_are_asked_anew()
  local keys = { 1, 5, 3 }
  local rt <close> = preempting(keys, 1)
  come(rt)
  come(rt)
  same(running(rt), { 1 })
  keys[1] = 4
  come(rt)
  same(running(rt), { 3 })
end

-- The first that is no integer is asked for in the middle of a comparison.
function TestKey.test_floats_preempt_integers_and_integers_floats()
  local keys = { 3, 4, 5 }
  local rt <close>, reports = preempting(keys, 2)
  local stopped = 0
  local another <close> = preempting(keys, 2, { stopping = function() stopped = stopped + 1 end })
  for _ = 1, 2 do
    come(rt)
    come(another)
  end
  keys[2] = 4.5
  come(another)
  same({ running(another), stopped }, { { 1, 2 }, 0 })
  keys[2] = 5.5
  come(rt)
  same(running(rt), { 1, 3 })
  keys[4], keys[5], keys[6] = 4.5, 2.5, 10
  come(rt)
  same(running(rt), { 1, 4 })
  come(rt)
  same(running(rt), { 1, 5 })
  come(rt)
  same(running(rt), { 1, 5 })
  same(reports, {})
end

function TestKey.test_a_key_that_fails_takes_no_cpu()
  local keys = { 5, 3 }
  local rt <close>, reports = preempting(keys, 1)
  come(rt)
  keys[1] = "high"
  come(rt)
  same(running(rt), { 1 })
  same({ reports[1].kind, reports[1].hook }, { "failure", "preempt" })
  luaunit.assertStrContains(reports[1].message, "expected an integer or a finite number")
end

function TestKey.test_preempts_stands_beside_key_alone()
  local function hook() end
  refuses("preempts compares keys: it stands beside key alone", { preempts = true })
  refuses("preempts compares keys", { preempts = true, base = "fair" })
  refuses("the hook preempt cannot stand beside it",
    { preempts = true, key = hook, preempt = hook })
  refuses("preempts: expected true or false", { preempts = 1, key = hook })
  local rt <close> = under { name = "p", preempts = false, key = function() return 1 end,
    preempt = hook }
  same(rt.policy, "p")
end

check.main()
