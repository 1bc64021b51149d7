-- rm.lua - rate monotonic: the shortest period runs; it takes the cpu as it wakes.
--
-- C. Liu and J. Layland, Scheduling Algorithms for Multiprogramming in a Hard-Real-Time
-- Environment, JACM, 1973. The order never changes, so an overload hits the longest
-- periods only: the shortest is as safe as if it were alone. Who has no `period` takes
-- turns in what is left.
--
-- Promise: n periodic tasks on one cpu that need no more than n (2^(1/n) - 1) of it
-- together (100, 83, 78, ... 69 %) are done by the end of their periods. Weakness:
-- beyond that some load may be too much where `edf` could serve it. Cost: O(log n), a
-- Lua call and O(cpus) an arrival.
local neap = require "neap"

local rm = neap.policy {
  name = "rm",
  summary = "shortest period first: deadlines up to 69 % of a cpu, the short safest",
  starves = true,
  preempts = true,
  key = function(_, task) return task.period > 0 and task.period or neap.forever end,
}

function rm:slice(task)
  return task.period > 0 and neap.forever or self.quantum
end

return rm
