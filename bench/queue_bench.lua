-- queue_bench.lua - what a job costs that waits for its turn to start, when there are very many.
local kit = require "kit"

local JOBS = 100000

return {
  rounds = 3,
  round = function(row)
    local first, last, bytes = table.unpack(kit.script("queue_run.lua", JOBS))
    row { "one of the last 10,000 submitted of 100,000 jobs", unit = "us", ours = last / 1e3,
      peer = first / 1e3, of = "one of the first 10,000", ratio = 1.5 }
    row { "memory of a queued job, beside its command line", unit = "bytes", ours = bytes,
      most = 300 }
  end,
}
