-- batch.lua - fair for the foreground; batch tasks have what that leaves idle.
--
-- The idea of every nightly queue, and of SCHED_IDLE (I. Molnar, Linux 2.6.23, 2007): a
-- task whose priority is less than `foreground` gets a cpu only if no other wants it,
-- and loses it the moment one does.
--
-- Promise: the foreground is at most 1 % slower than alone, and at least 95 % of what
-- it leaves idle is used. Weakness: batch tasks starve on a busy machine. Cost: `fair`,
-- a Lua call an arrival and one a turn.
local neap = require "neap"

local batch = neap.policy {
  name = "batch",
  summary = "low priorities run only on what the others leave idle: work that can wait",
  base = "fair",
  starves = true,
  foreground = 5, -- the least priority that is no batch
}

function batch:init()
  self._waiting = neap.fifo()
end

function batch:enqueue(task, why)
  if task.priority >= self.foreground then
    self.base:enqueue(task, why)
  elseif why == "preempted" then
    self._waiting:push_front(task)
  else
    self._waiting:push(task)
  end
end

function batch:dequeue(task, why)
  if not self._waiting:remove(task) then self.base:dequeue(task, why) end
end

function batch:pick(cpu)
  return self.base:pick(cpu) or self._waiting:pop(cpu)
end

-- Takes the cpu of any batch task.
function batch:preempt(task)
  if task.priority < self.foreground then return nil end
  for cpu = 0, self.cpus - 1 do
    if task:may_use(cpu) and self:on_cpu(cpu).priority < self.foreground then
      return cpu
    end
  end
end

return batch
