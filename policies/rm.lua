-- rm.lua - rate monotonic: the shortest period runs; it takes the cpu as it wakes.
--
-- C. Liu and J. Layland, Scheduling Algorithms for Multiprogramming in a Hard-Real-Time
-- Environment, JACM, 1973. The order never changes, so an overload hits the longest periods only:
-- the shortest is as safe as if it were alone. Who has no `period` takes turns in what is left.
--
-- Promise: n periodic tasks on one cpu that need no more than n (2^(1/n) - 1) of it together
-- (100, 83, 78, ... 69 %) are done by the end of their periods. Weakness: beyond that some load
-- may be too much where `edf` could serve it. Cost: O(log n), a Lua call and O(cpus) an arrival.
local neap = require "neap"

local function period_of(task)
  return task.period > 0 and task.period or neap.forever
end

local rm = neap.policy {
  name = "rm",
  summary = "shortest period first: deadlines met up to 69 % of a cpu, overload hits long periods",
  starves = true,
  key = function(_, task) return period_of(task) end,
}

function rm:slice(task)
  return task.period > 0 and neap.forever or self.quantum
end

-- Takes the cpu of the one with the longest period, if that is longer.
function rm:preempt(task)
  local victim, longest = nil, period_of(task)
  for cpu = 0, self.cpus - 1 do
    local period = task:may_use(cpu) and period_of(self:on_cpu(cpu)) or 0
    if period > longest then victim, longest = cpu, period end
  end
  return victim
end

return rm
