-- las.lua - least attained service: who has had least CPU time runs.
--
-- L. Kleinrock, Queueing Systems II, 1976 (foreground-background); I. Rai, G. Urvoy-Keller and E.
-- Biersack, Analysis of LAS Scheduling for Job Size Distributions with High Variance, 2003. Where
-- a few long jobs make most of the load, who has had little has probably little left: it is
-- nearly as good as knowing the sizes. Equals take turns; a newcomer takes the cpu at once.
--
-- Promise: on such jobs (Pareto, shape 1.1, half of the cpu taken) a mean turnaround of at most
-- 1.2 times that of `srtf`, which is told the sizes; at 70 % it is 1.3 times. Weakness: a long
-- job hardly runs while new ones keep coming, and on equal jobs all end late: `fifo` is better
-- there. Cost: O(log n), a Lua call a turn, O(cpus) an arrival.
local neap = require "neap"

local las = neap.policy {
  name = "las",
  summary = "who has had least runs: short jobs are done first though nothing is known of them",
  starves = true,
  key = function(_, task) return task.cpu_ns end,
}

-- Takes the cpu of the one that has had most, if that is more.
function las:preempt(task)
  local victim, most = nil, task.cpu_ns
  for cpu = 0, self.cpus - 1 do
    local had = task:may_use(cpu) and self:on_cpu(cpu).cpu_ns or 0
    if had > most then victim, most = cpu, had end
  end
  return victim
end

return las
