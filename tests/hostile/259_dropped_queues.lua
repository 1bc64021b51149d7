-- 259_dropped_queues.lua - queues that are dropped with tasks in them
-- expect: OK
-- why:    the collector ends them
-- host:   tasks are free again

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  for _ = 1, 1000 do
    local q = neap.heap()
    if not pcall(q.push, q, task, 1) then break end
    q:remove(task)
  end
  self._last = neap.fifo()
  self._last:push_front(task)
  self._last:remove(task)
  return self.quantum // 10
end
return p
