-- overhead_bench.lua - neap's own CPU time beside that of a bare C loop, in turns.
--
-- Both serve ten loops of sh on one CPU, 10 ms each. The steady state is compared, and a whole
-- run of a minute, in which neap also starts its guard and ten tasks and ends them.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS, SECONDS, TASKS = 7, 5, 10
local MINUTE = 6000 -- quanta

local bare, neap, starts, ratios, whole = {}, {}, {}, {}, {}
for i = 1, ROUNDS do
  local peer = kit.program("bare_loop", TASKS, 10, SECONDS)
  local ours = kit.script("overhead_run.lua", TASKS, SECONDS)
  bare[i], neap[i] = peer[1] / 1e3 / peer[2], ours[1] / 1e3 / ours[2]
  starts[i] = ours[3] / 1e6
  ratios[i] = neap[i] / bare[i]
  whole[i] = (neap[i] * MINUTE + 1e3 * starts[i]) / (bare[i] * MINUTE)
end
kit.line("bare loop, 10 busy on one CPU, 10 ms", "%.1f us of CPU a quantum", kit.median(bare))
kit.line("neap rr, the same, guard included", "%.1f us of CPU a quantum", kit.median(neap))
kit.line("ratio", "%.2f, least %.2f, most %.2f (wanted: at most 2)", kit.median(ratios),
  math.min(table.unpack(ratios)), math.max(table.unpack(ratios)))
kit.line("neap: guard, start and end of ten tasks", "%.1f ms of CPU", kit.median(starts))
kit.line("ratio with these, a run of a minute", "%.2f", kit.median(whole))
