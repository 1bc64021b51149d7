-- shares_bench.lua - how exactly fair divides one CPU among real processes by weight.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local ROUNDS, WEIGHTS = 3, { 50, 100, 200 }

local function weight(i) return "weight = " .. WEIGHTS[i] end

local errors = {}
for round = 1, ROUNDS do
  local cpu = kit.cpu(kit.neap("-p fair -j1 --for 7s", kit.loops(#WEIGHTS, weight)))
  local worst = 0
  for i, used in ipairs(cpu) do
    local wanted = WEIGHTS[i] / kit.sum(WEIGHTS)
    worst = math.max(worst, math.abs(used / kit.sum(cpu) - wanted) / wanted)
  end
  errors[round] = 100 * worst
end
kit.line("fair, weights 50:100:200, 7 s, one CPU", "worst share off by %.2f %% (wanted: 1 %%)",
  kit.median(errors))
