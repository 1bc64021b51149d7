-- record_bench.lua - what recording a run costs, in time and bytes, and how fast it is done again.
--
-- Ten loops of sh on one CPU, 10 ms each, with and without --record in turns; then 10 s of them on
-- two, replayed.
local cjson = require "cjson"
local kit = require "kit"

local SECONDS, TASKS, LONG = 4, 10, 10

local function cpu_of_decision(options)
  local stats = kit.neap(("-p fair -j1 --for %ds%s"):format(SECONDS, options), kit.loops(TASKS))
  return stats.neap_cpu_ns / 1e3 / stats.decisions
end

local long = nil -- the record of the long run

return {
  rounds = 5,
  round = function(row, i)
    row { "own CPU a decision with --record", unit = "us", of = "without", ratio = 1.3,
      peer = cpu_of_decision(""), ours = cpu_of_decision(" --record " .. kit.file()) }
    if i == 1 then
      long = kit.file()
      kit.neap(("-p fair --for %ds --record %s"):format(LONG, long), kit.loops(TASKS))
    end
    local told = cjson.decode((kit.output(("%s replay --json %s"):format(kit.NEAP, long))))
    assert(told.same, "replayed, and not the same")
    row { "a record, a decision", unit = "bytes", ours = told.bytes / told.decisions, most = 100 }
    row { ("a run of %d s is replayed in"):format(LONG), unit = "ms", ours = told.took_ns / 1e6,
      most = 10 }
  end,
}
