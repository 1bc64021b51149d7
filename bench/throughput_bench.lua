-- throughput_bench.lua - what busy loops lose by being scheduled: beside the same loops bare.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS, SECONDS = 5, 3

local gains, spreads = {}, {}
for i = 1, ROUNDS do
  local bare = kit.sum(kit.program("bare_run", 2, SECONDS))
  local two = kit.sum(kit.cpu(kit.neap(("-p rr -j2 --for %ds"):format(SECONDS), kit.loops(2))))
  local four = kit.cpu(kit.neap(("-p rr -j2 --for %ds"):format(SECONDS), kit.loops(4)))
  gains[i] = 100 * two / bare
  spreads[i] = 0
  for _, used in ipairs(four) do
    spreads[i] = math.max(spreads[i], 100 * math.abs(4 * used / kit.sum(four) - 1))
  end
end
kit.line("rr -j2, 2 loops, against the same bare", "%.1f %% of the CPU time (wanted: 97 %%)",
  kit.median(gains))
kit.line("rr -j2, 4 loops", "a quarter each, off by %.2f %% at most (wanted: 2 %%)",
  kit.median(spreads))
