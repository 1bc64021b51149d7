-- record_bench.lua - what recording a run costs, in time and bytes, and how fast it is done again.
--
-- Ten loops of sh on one CPU, 10 ms each, with and without --record in turns; then 20 s of them on
-- two, replayed.
package.path = "bench/?.lua;" .. package.path
local cjson = require "cjson"
local kit = require "kit"

local ROUNDS, SECONDS, TASKS, LONG = 7, 4, 10, 20
local record = os.tmpname()

local function run(options)
  return kit.neap(options, kit.loops(TASKS))
end

local function replay()
  return cjson.decode(kit.output(("%s replay --json %s"):format(kit.NEAP, record)))
end

local plain, recorded, ratios = {}, {}, {}
for i = 1, ROUNDS do
  local options = ("-p fair -j1 --for %ds"):format(SECONDS)
  local without, with = run(options), run(options .. " --record " .. record)
  plain[i] = without.neap_cpu_ns / 1e3 / without.decisions
  recorded[i] = with.neap_cpu_ns / 1e3 / with.decisions
  ratios[i] = recorded[i] / plain[i]
end
kit.line("neap, 10 busy on one CPU", "%.1f us of CPU a decision", kit.median(plain))
kit.line("the same with --record", "%.1f us of CPU a decision", kit.median(recorded))
kit.line("ratio", "%.2f, least %.2f, most %.2f (wanted: at most 1.3)", kit.median(ratios),
  math.min(table.unpack(ratios)), math.max(table.unpack(ratios)))

run(("-p fair --for %ds --record %s"):format(LONG, record))
local took, told = {}, nil
for i = 1, ROUNDS do
  told = replay()
  took[i] = told.took_ns / 1e6
end
kit.line("a record", "%.1f bytes a decision (wanted: at most 100)", told.bytes / told.decisions)
kit.line(("a run of %d s is replayed in"):format(LONG),
  "%.1f ms, %d decisions, %s (wanted: at most 20 ms)", kit.median(took), told.decisions,
  told.same and "all the same" or "NOT the same")
os.remove(record)
