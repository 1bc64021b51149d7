-- swap_bench.lua - how long decisions wait while a policy is replaced: 1,000 times, under load.
--
-- Ten loops of sh on one cpu, a policy in a file that keeps accounts and carries them over. The gap
-- between two switches is a quantum where nothing holds them up; beside it the same run without.
local kit = require "kit"

return {
  rounds = 1,
  round = function(row)
    local plain, reloaded = kit.script("swap_run.lua", 0), kit.script("swap_run.lua", 1000)
    local function figure(name, unit, part, scale)
      row { name .. ", 1,000 reloads", unit = unit, ours = reloaded[part] / scale, of = "no reload",
        peer = plain[part] / scale }
    end
    figure("between two switches, median", "ms", 1, 1e6)
    figure("between two switches, longest", "ms", 2, 1e6)
    figure("ticks missed", "", 3, 1)
    row { "a reload takes", unit = "us", ours = reloaded[5] / 1e3 }
  end,
}
