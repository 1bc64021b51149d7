-- timers_bench.lua - how late timers are, and what they cost.
--
-- Lateness: of neap_every() at 1 and 10 ms against its grid, while nothing else is done and while
-- the runtime shares all its cpus out among busy tasks. Cost: 100,000 timers armed, armed again and
-- cancelled, all of them there at the same time.
local kit = require "kit"

return {
  rounds = 2,
  round = function(row)
    local n = kit.program("timers_run")
    row { "a timer armed, up to 100,000 at a time", unit = "ns", ours = n[1] }
    row { "armed again, among 100,000", unit = "ns", ours = n[2] }
    row { "cancelled, of 100,000", unit = "ns", ours = n[3] }
    for i, how in ipairs { "1 ms, idle", "10 ms, idle", "1 ms, full load", "10 ms, full load" } do
      row { ("lateness at %s, p50"):format(how), unit = "us", ours = n[2 * i + 2] }
      row { ("lateness at %s, p99"):format(how), unit = "us", ours = n[2 * i + 3] }
    end
  end,
}
