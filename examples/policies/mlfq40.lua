-- mlfq40.lua - feedback queues in forty lines of code: who uses much, sinks.
--
-- F. Corbato et al., An Experimental Time-Sharing System, 1962; the rules are those of
-- R. and A. Arpaci-Dusseau, Operating Systems: Three Easy Pieces. A task begins on top.
-- When it has used its allotment it goes down a level, where turns are twice as long.
-- Every `boost` all that wait are on top again, so that nobody waits for ever.
local neap = require "neap"

local mlfq = neap.policy {
  name = "mlfq40",
  summary = "short jobs and those that sleep answer soon; who uses much, sinks",
  allotment = 20 * neap.ms, -- CPU time on the first level
  boost = 500 * neap.ms,
}

function mlfq:init() self._queue = { neap.fifo(), neap.fifo(), neap.fifo(), neap.fifo() } end

function mlfq:init_task(task) task.data = { level = 1, used = 0 } end

function mlfq:enqueue(task, why)
  local queue = self._queue[task.data.level]
  if why == "preempted" then queue:push_front(task) else queue:push(task) end
  if not self._armed then self:timer(1, self.now + self.boost) end
  self._armed = true
end

function mlfq:dequeue(task) self._queue[task.data.level]:remove(task) end

function mlfq:pick(cpu)
  for _, queue in ipairs(self._queue) do
    local task = queue:pop(cpu)
    if task then return task end
  end
end

function mlfq:slice(task) return self.quantum << (task.data.level - 1) end

function mlfq:stopping(task, ran)
  local place = task.data
  place.used = place.used + ran
  if place.used < self.allotment << (place.level - 1) then return end
  place.level, place.used = math.min(place.level + 1, #self._queue), 0
end

function mlfq:timer()
  self._armed = false
  for level = 2, #self._queue do
    for task in self._queue[level]:each() do
      self:dequeue(task)
      self:init_task(task)
      self:enqueue(task)
    end
  end
end

return mlfq
