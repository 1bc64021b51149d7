-- shares_bench.lua - how exactly fair divides one CPU among real processes by weight.
local kit = require "kit"

local WEIGHTS = { 50, 100, 200 }

local function weight(i) return "weight = " .. WEIGHTS[i] end

return {
  rounds = 3,
  round = function(row)
    local cpu = kit.cpu(kit.neap("-p fair -j1 --for 7s", kit.loops(#WEIGHTS, weight)))
    local worst = 0
    for i, used in ipairs(cpu) do
      local wanted = WEIGHTS[i] / kit.sum(WEIGHTS)
      worst = math.max(worst, math.abs(used / kit.sum(cpu) - wanted) / wanted)
    end
    row { "worst share of weights 50:100:200, fair, 7 s, one CPU: off by", unit = "%",
      ours = 100 * worst, most = 1 }
  end,
}
