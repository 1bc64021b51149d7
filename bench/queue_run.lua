-- queue_run.lua - the neap side of queue_bench.lua: neap queue_run.lua JOBS
--
-- Submits so many jobs beside one that sleeps and is alone allowed to be alive. Prints the ns of
-- each among the first and among the last tenth of them, and the bytes of memory that one needs
-- beside the words of its command line.
local neap = require "neap"

local JOBS = tonumber(arg[1])

local function resident()
  local file <close> = assert(io.open "/proc/self/statm")
  local _, pages = file:read("n", "n")
  return pages * 4096
end

local rt <close> = assert(neap.runtime { max_alive = 1, cpus = 1 })
assert(rt:spawn { "sleep", "1000" })
assert(rt:run(50 * neap.ms)) -- until it has started

local words = 0

-- Submits jobs; returns the CPU time of each, in ns.
local function submit(from, to)
  local since = os.clock()
  for i = from, to do
    local word = ("job %d"):format(i)
    words = words + #"true" + #word + 2
    assert(rt:spawn { "true", word })
  end
  return (os.clock() - since) * 1e9 / (to - from + 1)
end

collectgarbage()
local before = resident()
local tenth = JOBS // 10
local first = submit(1, tenth)
submit(tenth + 1, JOBS - tenth)
local last = submit(JOBS - tenth + 1, JOBS)
collectgarbage()
print(first, last, (resident() - before - words) / JOBS)
rt:finish("now")
assert(rt:run())
