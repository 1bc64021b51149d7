-- edf.lua - earliest deadline first; a newcomer with an earlier one takes the cpu.
--
-- C. Liu and J. Layland, Scheduling Algorithms for Multiprogramming in a Hard-Real-Time
-- Environment, JACM, 1973. A task with a `period` has a new deadline, one period away,
-- whenever it comes or wakes, and keeps it until it sleeps again; else its `deadline`
-- counts. Who has neither takes turns in what the others leave.
--
-- Promise: on one cpu periodic tasks that need no more than all of it (the sum of work
-- / period is at most 1) miss no deadline. Weakness: one that needs more than it said
-- makes others miss (`cbs` does not let it); late is late for all on an overload. Cost:
-- O(log n), O(cpus) an arrival.
local neap = require "neap"

local edf = neap.policy {
  name = "edf",
  summary = "earliest deadline first: all are met up to a full cpu, if no task lies",
  starves = true,
  preempts = true,
}

function edf:init()
  self._due = {} -- of the present job of each task with a period
end

function edf:exit_task(task)
  self._due[task.id] = nil
end

function edf:key(task)
  if task.period > 0 then
    local due = self._due[task.id] or self.now + task.period
    self._due[task.id] = due
    return due
  end
  return task.deadline > 0 and task.deadline or neap.forever
end

function edf:slice(task)
  return edf.key(self, task) < neap.forever and neap.forever or self.quantum
end

-- Asleep, its job is done.
function edf:stopping(task, _, why)
  if why == "blocked" then self._due[task.id] = nil end
end

return edf
