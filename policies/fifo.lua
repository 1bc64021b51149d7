-- fifo.lua - who came first runs to its end; nobody is preempted.
--
-- The oldest order there is, that of batch monitors and of SCHED_FIFO (POSIX.1b, 1993).
-- A task that sleeps gives up its cpu and takes its old place when it wakes: its number
-- is its place.
--
-- Promise: as few switches as there can be, and each task is done before any that came
-- later gets its cpu, unless it sleeps. Weakness: a short job waits for all long ones
-- before it; a yield changes nothing. Cost: O(log n) and a Lua call an arrival, nothing
-- while tasks run.
local neap = require "neap"

return neap.policy {
  name = "fifo",
  summary = "in order of arrival, each to its end: for jobs that nobody waits for",
  starves = true,
  key = function(_, task) return task.id end,
  slice = function() return neap.forever end,
}
