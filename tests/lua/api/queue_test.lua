-- queue_test.lua - neap.fifo() and neap.heap(): order, membership, tasks that leave by themselves.
local check = require "check"
local luaunit = require "luaunit"
local neap = require "neap"

-- luacheck: globals TestQueue
TestQueue = {}

local same = luaunit.assertEquals
local raises = check.raises

local function tasks(n)
  local rt, list = check.runtime(), {}
  for i = 1, n do list[i] = rt:task { name = "t" .. i } end
  return rt, list
end

local function names(queue)
  local list = {}
  for task in queue:each() do list[#list + 1] = task.name end
  return table.concat(list, " ")
end

function TestQueue.test_a_fifo_keeps_the_order_of_arrival()
  local rt <close>, t = tasks(4)
  local q = neap.fifo()
  for i = 1, 3 do q:push(t[i]) end
  q:push_front(t[4])
  same(names(q), "t4 t1 t2 t3")
  same({ #q, q:size(), q:peek().name, q:pop().name }, { 4, 4, "t4", "t4" })
  same({ q:remove(t[2]), q:remove(t[2]), q:has(t[2]), q:has(t[3]) }, { true, false, false, true })
  same(names(q), "t1 t3")
  same({ q:pop().name, q:pop().name, q:pop() == nil, q:peek() == nil }, { "t1", "t3", true, true })
  same(tostring(q), "fifo of 0 tasks")
  rt:close()
end

function TestQueue.test_a_heap_gives_the_least_key_and_equals_by_arrival()
  local rt <close>, t = tasks(4)
  local h = neap.heap()
  h:push(t[1], 7)
  h:push(t[2], 3)
  h:push(t[3], 7)
  h:push(t[4], math.mininteger)
  same(names(h), "t4 t2 t1 t3")
  h:update(t[4], math.maxinteger)
  same({ h:key(t[4]), select(2, h:peek()) }, { math.maxinteger, 3 })
  same({ h:pop().name, h:pop().name, h:pop().name, h:pop().name }, { "t2", "t1", "t3", "t4" })
  same({ h:pop() }, {})
  rt:close()
end

function TestQueue.test_who_is_pushed_to_the_front_of_a_heap_comes_before_its_equals_only()
  local rt <close>, t = tasks(5)
  local h = neap.heap()
  h:push(t[1], 7)
  h:push_front(t[2], 7)
  h:push(t[3], 7)
  h:push_front(t[4], 7)
  h:push_front(t[5], 8)
  same(names(h), "t4 t2 t1 t3 t5")
  rt:close()
end

-- Beside a plain list of the same, which is searched.
function TestQueue.test_a_heap_agrees_with_a_search_whatever_is_done_to_it()
  local rt <close>, t = tasks(40)
  local h, all = neap.heap(), {}
  local function least()
    local best
    for task, e in pairs(all) do
      local b = all[best]
      if not b or e.key < b.key or (e.key == b.key and e.rank < b.rank) then best = task end
    end
    return best
  end
  math.randomseed(1)
  for step = 1, 20000 do
    local task = t[math.random(#t)]
    local key = math.random(20) + (step > 10000 and math.random() or 0)
    if not all[task] then
      h:push(task, key)
      all[task] = { key = key, rank = step }
    elseif step % 2 == 0 then
      h:update(task, key)
      all[task].key = key
    else
      h:remove(task)
      all[task] = nil
    end
    if step % 7 == 0 then
      local expected, got, value = least(), h:pop()
      luaunit.assertTrue(rawequal(got, expected))
      if expected then same(value, all[expected].key) end
      if expected then all[expected] = nil end
    end
  end
  rt:close()
end

function TestQueue.test_keys_that_are_none()
  local rt <close>, t = tasks(1)
  local h = neap.heap()
  for _, key in ipairs { 0 / 0, math.huge, -math.huge, "3", {} } do
    raises("expected a key: an integer or a finite number", function() h:push(t[1], key) end)
  end
  raises("expected a key", function() h:push(t[1]) end)
  h:push(t[1], -0.0)
  same({ h:key(t[1]), #h }, { 0.0, 1 })
  rt:close()
end

function TestQueue.test_a_task_is_in_one_queue_at_a_time()
  local rt <close>, t = tasks(2)
  local f, h = neap.fifo(), neap.heap()
  f:push(t[1])
  raises("task 1 is in a queue already", function() h:push(t[1], 1) end)
  raises("task 1 is in a queue already", function() f:push(t[1]) end)
  raises("task 2 is not in this heap", function() h:update(t[2], 1) end)
  raises("task 2 is not in this heap", function() h:key(t[2]) end)
  raises("task expected, got number", function() f:push(1) end)
  raises("heap expected, got neap.fifo", function() h.push(f, t[2], 1) end)
  raises("fifo expected, got table", function() f.push({}, t[2]) end)
  same({ #f, #h }, { 1, 0 })
  rt:close()
end

function TestQueue.test_a_task_that_ends_leaves_by_itself()
  local rt <close>, t = tasks(5)
  local f, h = neap.fifo(), neap.heap()
  f:push(t[1])
  f:push(t[2])
  f:push(t[3])
  h:push(t[4], 1)
  h:push(t[5], 2)
  for _, i in ipairs { 2, 4 } do t[i]:finish() end
  rt:run(neap.ms)
  same({ names(f), names(h) }, { "t1 t3", "t5" })
  raises("task 2 has ended", function() f:push(t[2]) end)
  rt:close()
  same({ #f, #h }, { 0, 0 })
end

function TestQueue.test_tasks_outlive_a_queue()
  local rt <close>, t = tasks(3)
  do
    local f, h = neap.fifo(), neap.heap()
    f:push(t[1])
    f:push(t[2])
    h:push(t[3], 1)
  end
  collectgarbage()
  collectgarbage()
  local q = neap.fifo()
  for i = 1, 3 do q:push(t[i]) end
  same(names(q), "t1 t2 t3")
  rt:close()
end

function TestQueue.test_a_cpu_gets_what_may_use_it()
  local rt <close> = check.runtime { cpus = 2 }
  local a = rt:task { name = "a" }
  a.affinity = { 1 }
  local b = rt:task { name = "b" }
  local f, h = neap.fifo(), neap.heap()
  f:push(a)
  f:push(b)
  same({ f:peek(0).name, f:peek(1).name, f:pop(0).name, f:pop(0) == nil }, { "b", "a", "b", true })
  f:pop()
  h:push(a, 1)
  h:push(b, 2)
  same({ h:peek(0).name, h:pop(0).name, h:pop(0) == nil, h:pop(1).name }, { "b", "b", true, "a" })
  raises("cpu", function() h:pop(-1) end)
  rt:close()
end

-- What a policy does with them in its hooks.
function TestQueue.test_a_policy_of_queues()
  local p = neap.policy { name = "p" }
  function p:init() self.q = neap.heap() end
  function p:enqueue(task) self.q:push(task, -task.priority) end
  function p:dequeue(task) self.q:remove(task) end
  function p:pick(cpu) return (self.q:pop(cpu)) end
  local rt <close>, reports = check.under(p, 3)
  rt:find(3).priority = 9
  rt:run(100 * neap.ms)
  luaunit.assertTrue(rt:find(3).cpu_ns >= 80 * neap.ms)
  same(reports, {})
end

check.main()
