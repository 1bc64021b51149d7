-- lottery15.lua - turns are drawn by lot, weights are tickets, in fifteen lines.
--
-- Shares are right in the mean, and who has little luck waits long: that is its order,
-- so it says `starves`. A draw looks at every task; policies/lottery.lua does the same
-- in O(log n).
local neap = require "neap"
local lottery = neap.policy { name = "lottery15", ideal = "weight", starves = true }

function lottery:init() self._held = neap.fifo() end
function lottery:enqueue(task) self._held:push(task) end
function lottery:dequeue(task) self._held:remove(task) end

function lottery:pick(cpu)
  local total, drawn = 0, nil
  for task in self._held:each() do
    total = total + (task:may_use(cpu) and task.weight or 0)
    if task:may_use(cpu) and self:random(total) <= task.weight then drawn = task end
  end
  if drawn then self._held:remove(drawn) end
  return drawn
end

return lottery
