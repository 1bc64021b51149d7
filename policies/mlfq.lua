-- mlfq.lua - feedback: who uses much falls, and all rise again at each boost.
--
-- F. Corbato, M. Merwin-Daggett and R. Daley, An Experimental Time-Sharing System,
-- 1962; the rules are those of R. and A. Arpaci-Dusseau, Operating Systems: Three Easy
-- Pieces, ch. 8. A task falls one level when it has used 2^level quanta there, however
-- it split them; within a level turns go round, one quantum each. At each multiple of
-- `boost` everybody is at the top.
--
-- There is one heap, by boost and level. Who has waited since before the latest boost
-- stands before all that came after it: that is the boost, and costs nothing.
--
-- Promise: jobs shorter than a quantum wait for each other only; nobody waits longer
-- than `boost` and one quantum for each task. Weakness: long tasks hardly run between
-- boosts while short ones keep coming. Cost: O(log n), one Lua call a turn, and O(cpus)
-- an arrival.
local neap = require "neap"

local mlfq = neap.policy {
  name = "mlfq",
  summary = "who uses much falls, all rise at each boost: short jobs soon, if unknown",
  starves = true, -- up to `boost`, which may be long
  preempts = true,
  levels = 4,
  boost = neap.s,
}

function mlfq:init()
  if self.boost < neap.ms then
    error(("boost: %s is less than 1ms"):format(self.boost), 0)
  end
  if self.levels < 1 or self.levels > 30 then
    error(("levels: %s is out of range 1..30"):format(self.levels), 0)
  end
  self._of = {}
end

function mlfq:init_task(task)
  self._of[task.id] = { boost = -1, level = 0, from = 0 }
end

function mlfq:exit_task(task)
  self._of[task.id] = nil
end

-- The level by what it has used since it came to it.
function mlfq:key(task)
  local own, boost = self._of[task.id], self.now // self.boost
  if own.boost < boost then own.boost, own.level, own.from = boost, 0, task.cpu_ns end
  local allotment = self.quantum << own.level
  while own.level < self.levels - 1 and task.cpu_ns - own.from >= allotment do
    own.from, own.level = own.from + allotment, own.level + 1
    allotment = 2 * allotment
  end
  return own.boost * self.levels + own.level
end

return mlfq
