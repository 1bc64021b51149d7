-- las.lua - least attained service: who has had least CPU time runs.
--
-- L. Kleinrock, Queueing Systems II, 1976 (foreground-background); I. Rai, G.
-- Urvoy-Keller and E. Biersack, Analysis of LAS Scheduling for Job Size Distributions
-- with High Variance, 2003. Where a few long jobs make most of the load, who has had
-- little has probably little left: it is nearly as good as knowing the sizes. Equals
-- take turns; a newcomer takes the cpu at once.
--
-- Promise: where sizes vary as those of processes do (Pareto, shape 1.1, from 10 ms to
-- 10,000 s) and up to 70 % of the cpu are taken, a mean turnaround of at most 1.2 times
-- that of `srtf`, which is told the sizes: 1.11 times at 50 % and 1.19 at 70 % as
-- simulated, 1.10 and 1.17 by theory. At 90 % it is 1.35, and no order can do much
-- better: for falling hazard rates `las` is the best of those that are told nothing (R.
-- Righter and J. Shanthikumar, 1989). Weakness: the tail must be that heavy (up to 100
-- s only: 1.14, 1.25, 1.55); a long job hardly runs while new ones keep coming, and on
-- equal jobs all end late: `fifo` is better there. Cost: O(log n), a Lua call a turn,
-- O(cpus) an arrival.
local neap = require "neap"

return neap.policy {
  name = "las",
  summary = "who has had least runs: short jobs soon, though nothing is known of them",
  starves = true,
  preempts = true,
  key = function(_, task) return task.cpu_ns end,
}
