-- overhead_bench.lua - neap's own CPU time beside that of a bare C loop, in turns.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS, SECONDS, TASKS = 3, 20, 10

local bare, neap, ratios = {}, {}, {}
for i = 1, ROUNDS do
  local peer = kit.program("bare_loop", TASKS, 10, SECONDS)
  local stats = kit.neap(("-p rr -j1 -q 10ms --for %ds"):format(SECONDS), kit.loops(TASKS))
  bare[i] = peer[1] / 1e3 / peer[2]
  neap[i] = stats.neap_cpu_ns / 1e3 / (stats.wall_ns / stats.quantum_ns)
  ratios[i] = neap[i] / bare[i]
end
kit.line("bare loop, 10 busy on one CPU, 10 ms", "%.1f us of CPU a quantum", kit.median(bare))
kit.line("neap rr, the same, guard included", "%.1f us of CPU a quantum", kit.median(neap))
kit.line("ratio", "%.2f (wanted: at most 2)", kit.median(ratios))
