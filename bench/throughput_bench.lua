-- throughput_bench.lua - what busy loops lose by being scheduled: beside the same loops bare.
local kit = require "kit"

local SECONDS = 3

local function ours(tasks)
  return kit.cpu(kit.neap(("-p rr -j2 --for %ds"):format(SECONDS), kit.loops(tasks)))
end

return {
  rounds = 3,
  round = function(row)
    local bare = kit.sum(kit.program("bare_run", 2, SECONDS))
    row { "rr -j2, 2 loops: CPU time of the same bare", unit = "%", least = 97,
      ours = 100 * kit.sum(ours(2)) / bare }
    local four, spread = ours(4), 0
    for _, used in ipairs(four) do
      spread = math.max(spread, 100 * math.abs(4 * used / kit.sum(four) - 1))
    end
    row { "rr -j2, 4 loops: off a quarter each by", unit = "%", ours = spread, most = 2 }
  end,
}
