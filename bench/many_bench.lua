-- many_bench.lua - ten thousand that sleep beside a hundred that do not, on one cpu.
--
-- Once with a hard limit of 20,000 descriptors (or what there is), once of 4,096 with half as many
-- sleepers, which are more than that all the same. Own CPU time stands beside that of a bare loop
-- over the busy ones: the sweep of the sleepers may take 1 % of a CPU more.
local kit = require "kit"

local IDLE, BUSY, SECONDS = 10000, 100, 5

local function number_in(path, pattern)
  return math.tointeger(kit.read(path):match(pattern)) or math.maxinteger
end

local function hard_limit(name)
  return number_in("/proc/self/limits", "Max " .. name .. "%s+%w+%s+(%d+)")
end

-- How many processes there may be, with room for others.
local function room()
  return math.min(number_in("/proc/sys/kernel/pid_max", "%d+"), hard_limit("processes")) // 2
end

local function measure(row, bare, idle, descriptors)
  local got = kit.numbers(("ulimit -n %d && exec %s bench/many_run.lua %d %d %d"):format(
    descriptors, kit.NEAP, idle, BUSY, SECONDS))
  local rate, memory, alone, quantum, part, ours, of_guard, lost, ending = table.unpack(got)
  local function figure(name, unit, value, most)
    row { ("%d idle: %s"):format(idle, name), unit = unit, ours = value, most = most }
  end
  figure("idle tasks started a second", "", rate)
  figure("memory of ours a task, guard included", "bytes", memory, 2048)
  figure("own CPU a quantum, no sleepers yet", "us", alone / 1e3)
  figure("own CPU a quantum", "us", quantum / 1e3)
  row { ("%d idle: own CPU"):format(idle), unit = "% of a CPU", ours = 100 * part,
    of = "bare loop", peer = bare[1] / (SECONDS * 1e7),
    most = bare[1] / (SECONDS * 1e7) + 1 }
  figure(("descriptors, of %d"):format(descriptors), "", ours)
  figure("descriptors of the guard", "", of_guard)
  figure("tasks lost", "", lost, 0)
  figure("until all have ended", "s", ending)
end

return {
  rounds = 1,
  round = function(row)
    local least = math.min(IDLE, room() - BUSY)
    local bare = kit.program("bare_loop", BUSY, 10, SECONDS)
    measure(row, bare, least, math.min(20000, hard_limit("open files")))
    measure(row, bare, least // 2, math.min(4096, hard_limit("open files")))
  end,
}
