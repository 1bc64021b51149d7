-- swap_bench.lua - how long decisions wait while a policy is replaced: 1,000 times, under load.
--
-- Ten loops of sh on one cpu, a policy in a file that keeps accounts and carries them over. The gap
-- between two switches is a quantum where nothing holds them up; beside it the same run without.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local function line(name, swaps)
  local r = kit.script("swap_run.lua", swaps)
  kit.line(name, "median %.1f ms, longest %.1f ms; %d ticks missed of %d; a reload takes %.0f us",
    r[1] / 1e6, r[2] / 1e6, r[3], r[4], r[5] / 1e3)
end

line("between two switches, no reload", 0)
line("between two switches, 1,000 reloads", 1000)
