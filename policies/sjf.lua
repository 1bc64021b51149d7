-- sjf.lua - shortest estimate first, each to its end or its next sleep.
--
-- W. Smith, Various Optimizers for Single-Stage Production, 1956: on one machine, with
-- all jobs there, the shortest first gives the least mean turnaround. Where no estimate
-- is given it is guessed for the time until the next sleep: an average of the times
-- between the sleeps so far, in which the newest counts `newest` percent. Who has no
-- estimate and has not slept yet comes last.
--
-- Promise: the least mean turnaround of all orders without preemption, for jobs that
-- are all there and true estimates. Weakness: long jobs starve while shorter ones keep
-- coming, and a long one that runs holds up all others: `srtf` does not. Cost: O(log
-- n), a Lua call an arrival.
local neap = require "neap"

local sjf = neap.policy {
  name = "sjf",
  summary = "shortest estimate first, each to its end: known jobs, least mean wait",
  starves = true,
  newest = 50, -- percent
}

function sjf:init()
  if self.newest < 0 or self.newest > 100 then
    error(("newest: %s is out of range 0..100"):format(self.newest), 0)
  end
  self._of = {}
end

function sjf:init_task(task)
  self._of[task.id] = { guess = nil, from = task.cpu_ns }
end

function sjf:exit_task(task)
  self._of[task.id] = nil
end

function sjf:key(task)
  if task.estimate > 0 then return task.estimate end
  return self._of[task.id].guess or math.maxinteger
end

function sjf:slice()
  return neap.forever
end

function sjf:stopping(task, _, why)
  if why ~= "blocked" then return end
  local own = self._of[task.id]
  local used = task.cpu_ns - own.from
  own.guess = (used * self.newest + (own.guess or used) * (100 - self.newest)) // 100
  own.from = task.cpu_ns
end

return sjf
