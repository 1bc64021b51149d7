-- allocation_test.lua - hooks that answer with a task or a number allocate nothing.
--
-- Counted by the allocator of a policy file's own state, as rt:profile() tells it: what it is asked
-- for and what it is given back, in ten thousand decisions and more.
local check = require "check"
local hostile = require "hostile"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestAllocations
TestAllocations = {}

local same = luaunit.assertEquals
local ms = neap.ms

local TASKS, DECISIONS = 100, 10000

-- Half a turn in, so that tasks come while no cpu is free: preempt is asked, and what runs and what
-- waits is paused and goes on.
local function stir(rt)
  local n = 0
  rt:every(7 * ms // 2, function()
    n = n % TASKS + 1
    local task = rt:find(n)
    task:pause()
    task:resume()
    task.priority = n % 11
  end)
end

local function counted(rt)
  local calls, allocations = {}, {}
  for hook, p in pairs(rt:profile()) do
    calls[hook], allocations[hook] = p.calls, p.allocations
  end
  return calls, allocations, rt:stats().decisions
end

-- How often each hook of the policy of this text is called in DECISIONS and more, and calls its
-- allocator. Its stack and its queues have grown before.
local function measured(text)
  local calls, allocations = {}, {}
  hostile.with_file("local neap = require 'neap'\n" .. text, function(path)
    local rt <close>, reports = check.under(path, TASKS, { quantum = ms, profile = true, cpus = 2 })
    stir(rt)
    rt:run(TASKS * 5 * ms)
    local calls_before, before, from = counted(rt)
    rt:run(DECISIONS * ms)
    local calls_after, after, to = counted(rt)
    luaunit.assertTrue(to - from >= DECISIONS, to - from .. " decisions")
    for hook in pairs(after) do
      calls[hook] = calls_after[hook] - (calls_before[hook] or 0)
      allocations[hook] = after[hook] - (before[hook] or 0)
    end
    same({ #reports, rt:stats().failures, rt:stats().active }, { 0, 0, TASKS })
  end)
  return calls, allocations
end

-- Each of these hooks was called a thousand times and more, and no hook allocates.
local function allocates_nothing(text, ...)
  local calls, allocations = measured(text)
  for _, hook in ipairs { ... } do
    luaunit.assertTrue((calls[hook] or 0) >= 1000, hook .. " is hardly called")
  end
  for hook, n in pairs(allocations) do same({ hook, n }, { hook, 0 }) end
end

function TestAllocations.test_none_for_a_key()
  allocates_nothing("return { name = 'p', key = function(_, task) return task.cpu_ns end }", "key")
  allocates_nothing("return { name = 'p', key = function(_, task) return task.cpu_ns / 3 end }",
    "key")
end

function TestAllocations.test_none_for_a_pick_through_a_fifo()
  allocates_nothing([[
local p = { name = "p" }
function p:init() self.q = neap.fifo() end
function p:enqueue(task) self.q:push(task) end
function p:dequeue(task) self.q:remove(task) end
function p:pick(cpu) return self.q:pop(cpu) end
return p]], "enqueue", "dequeue", "pick")
end

function TestAllocations.test_none_for_a_pick_through_a_heap()
  allocates_nothing([[
local p = { name = "p" }
function p:init() self.q = neap.heap() end
function p:enqueue(task) self.q:push(task, task.cpu_ns * 100 // task.weight) end
function p:dequeue(task) self.q:remove(task) end
function p:pick(cpu) return (self.q:pop(cpu)) end
return p]], "enqueue", "dequeue", "pick")
end

function TestAllocations.test_none_for_a_slice_and_a_tick_and_a_preemption()
  allocates_nothing([[
local p = { name = "p", base = "fair", ticks = "always" }
function p:slice(task) return task.priority > 5 and 3 * self.quantum or self.base:slice(task) end
function p:tick(task, ran) return ran > 0 and task.id % 3 == 0 end
function p:preempt(task)
  local other = self:on_cpu(0)
  if other and other.priority < task.priority then return 0 end
end
return p]], "slice", "tick", "preempt")
end

function TestAllocations.test_none_for_hooks_that_are_told_only()
  allocates_nothing([[
local p = { name = "p", base = "rr" }
function p:init() self.ran, self.said = 0, "" end
function p:running(task, cpu) self.last = task; self.cpu = cpu end
function p:stopping(_, ran, why) self.ran = self.ran + ran; self.said = why end
function p:update(_, what) self.said = what end
return p]], "running", "stopping", "update")
end

function TestAllocations.test_a_hook_that_makes_a_table_is_counted()
  local calls, allocations = measured [[
local p = { name = "p", base = "rr" }
function p:slice(task) local t = { task } return t[1] == task and self.quantum end
function p:running() end
return p]]
  luaunit.assertTrue(allocations.slice >= 2 * calls.slice) -- the table, and its array
  same(allocations.running, 0)
end

function TestAllocations.test_of_a_table_of_the_script_nothing_is_known()
  local rt <close> = check.under({ name = "p", slice = function() return 2 * ms end }, 2,
    { profile = true })
  rt:run(20 * ms)
  same({ rt:profile().slice.allocations, rt:profile().slice.calls > 0 }, { nil, true })
end

check.main()
