-- many_bench.lua - ten thousand that sleep beside a hundred that do not, on one cpu.
--
--   lua5.4 bench/many_bench.lua [IDLE [BUSY]]
--
-- Once with a hard limit of 20,000 descriptors (or what there is), once of 4,096 with half as many
-- sleepers, which are more than that all the same. Own CPU time stands beside that of a bare loop
-- over the busy ones: the sweep of the sleepers may take 1 % of a CPU more.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

local IDLE, BUSY, SECONDS = tonumber(arg[1]) or 10000, tonumber(arg[2]) or 100, 5

local function number_in(path, pattern)
  local file <close> = assert(io.open(path))
  return math.tointeger(file:read("a"):match(pattern)) or math.maxinteger
end

local function hard_limit(name)
  return number_in("/proc/self/limits", "Max " .. name .. "%s+%w+%s+(%d+)")
end

-- How many processes there may be, with room for others.
local function room()
  return math.min(number_in("/proc/sys/kernel/pid_max", "%d+"), hard_limit("processes")) // 2
end

local function run(idle, descriptors)
  local got = kit.numbers(("ulimit -n %d && exec %s bench/many_run.lua %d %d %d"):format(
    descriptors, kit.NEAP, idle, BUSY, SECONDS))
  local rate, memory, alone, quantum, part, ours, of_guard, lost, ending = table.unpack(got)
  print(("%d idle, %d busy, at most %d descriptors"):format(idle, BUSY, descriptors))
  kit.line("  idle tasks started", "%.0f a second", rate)
  kit.line("  memory of ours, guard included", "%.0f bytes a task (wanted: 2048)", memory)
  kit.line("  own CPU time, no sleepers yet", "%.1f us a quantum", alone / 1e3)
  kit.line("  own CPU time", "%.1f us a quantum, %.2f %% of a CPU", quantum / 1e3, 100 * part)
  kit.line("  descriptors", "%d, of the guard %d", ours, of_guard)
  kit.line("  tasks lost", "%d", lost)
  kit.line("  until all have ended", "%.1f s", ending)
end

local least = math.min(IDLE, room() - BUSY)
if least < IDLE then print(("only %d idle: there may be no more processes"):format(least)) end
local bare = kit.program("bare_loop", BUSY, 10, SECONDS)
kit.line(("bare loop, %d busy"):format(BUSY), "%.1f us a quantum, %.2f %% of a CPU and 1 %%",
  bare[1] / 1e3 / bare[2], bare[1] / (SECONDS * 1e7))
run(least, math.min(20000, hard_limit("open files")))
run(least // 2, math.min(4096, hard_limit("open files")))
