-- tiny_lottery.lua - each turn is drawn by lot, weights are tickets (Waldspurger & Weihl 1994).
--
-- It counts through all that wait, O(n); the bundled `lottery` has a tree, O(log n).
local neap = require "neap"
local lottery = neap.policy { name = "tiny_lottery", ideal = "weight", starves = true }

function lottery:init() self._waiting = neap.fifo() end
function lottery:enqueue(task) self._waiting:push(task) end
function lottery:dequeue(task) self._waiting:remove(task) end
function lottery:pick(cpu)
  local left, tickets = 0, function(task) return task:may_use(cpu) and task.weight or 0 end
  for task in self._waiting:each() do left = left + tickets(task) end
  left = left > 0 and self:random(left) or math.huge
  for task in self._waiting:each() do
    left = left - tickets(task)
    if left <= 0 then self._waiting:remove(task) return task end
  end
end

return lottery
