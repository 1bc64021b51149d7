-- 254_queue_twice.lua - pushes a task into two queues
-- expect: ERROR
-- why:    one task in two places
-- host:   "is in a queue already"

local neap = require "neap"
local p = neap.policy { name = "hostile" }
function p:init() self.a, self.b = neap.fifo(), neap.heap() end
function p:enqueue(task)
  self.a:push(task)
  self.b:push(task, 1)
end
function p:dequeue(task) self.a:remove(task) end
function p:pick(cpu) return self.a:pop(cpu) end
return p
