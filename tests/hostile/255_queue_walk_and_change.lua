-- 255_queue_walk_and_change.lua - changes queues while it walks them
-- expect: OK
-- why:    an iterator over what moves
-- host:   each() walks what was there when it began

local neap = require "neap"
local p = neap.policy { name = "hostile" }
function p:init() self.a, self.b = neap.fifo(), neap.heap() end
function p:enqueue(task) self.a:push(task) end
function p:dequeue(task)
  self.a:remove(task)
  self.b:remove(task)
end
function p:pick(cpu)
  for task in self.a:each() do
    self.a:remove(task)
    self.b:push(task, -task.id)
  end
  for task in self.b:each() do
    self.b:remove(task)
    self.b:push(task, task.id / 3)
  end
  return (self.b:pop(cpu))
end
return p
