-- overhead_bench.lua - neap's own CPU time beside that of a bare C loop, in turns.
--
-- Both serve ten loops of sh on one CPU, 10 ms each. The steady state is compared, and a whole
-- run of a minute, in which neap also starts its guard and ten tasks and ends them.
local kit = require "kit"

local SECONDS, TASKS = 5, 10
local MINUTE = 6000 -- quanta

return {
  rounds = 5,
  round = function(row)
    local peer = kit.program("bare_loop", TASKS, 10, SECONDS)
    local ours = kit.script("overhead_run.lua", TASKS, SECONDS)
    local bare, neap, ends = peer[1] / 1e3 / peer[2], ours[1] / 1e3 / ours[2], ours[3] / 1e3
    row { "own CPU a quantum, 10 busy on one CPU, 10 ms, guard included", unit = "us", ours = neap,
      peer = bare, of = "bare loop", ratio = 1.3 }
    row { "own CPU for the start and the end of these ten tasks", unit = "ms", ours = ends / 1e3 }
    row { "both, in a run of a minute", unit = "ms", ours = (neap * MINUTE + ends) / 1e3,
      peer = bare * MINUTE / 1e3, of = "bare loop" }
  end,
}
