-- many.lua - ten thousand idle tasks and a hundred busy ones: neap many.lua [IDLE [BUSY [SECONDS]]]
--
-- Prints how fast they start, what each costs in memory of ours, what a decision costs with all of
-- them there, and neap's own part of a CPU. `prlimit --nofile=4096:4096` before it shows that it
-- also goes with few descriptors.
local neap = require "neap"

local IDLE = math.tointeger(arg[1] or 10000)
local BUSY, SECONDS = math.tointeger(arg[2] or 100), tonumber(arg[3] or 10)

local function line(name, format, ...)
  print(("%-44s %s"):format(name, format:format(...)))
end

local function memory()
  local file <close> = assert(io.open("/proc/self/status"))
  return tonumber(file:read("a"):match("RssAnon:%s*(%d+)")) * 1024
end

local function finish(rt)
  rt:finish("now")
  assert(rt:run())
end

local rt <close> = assert(neap.runtime { policy = "fair", quantum = "10ms", cpus = 1 })
collectgarbage()
local empty = memory()
for i = 1, IDLE do assert(rt:spawn { "sleep", "100000", name = "idle " .. i }) end
for i = 1, BUSY do assert(rt:spawn { "sh", "-c", "while :; do :; done", name = "busy " .. i }) end
collectgarbage()
line("memory of ours for a task not started", "%.0f bytes", (memory() - empty) / (IDLE + BUSY))

-- All have started, and those who sleep are seen to sleep.
local since, last = rt:now(), rt:now() + 300 * neap.s
local asleep
repeat
  assert(rt:run(neap.s))
  asleep = 0
  for task in rt:tasks() do
    if task.state == "blocked" then asleep = asleep + 1 end
  end
until asleep >= IDLE or rt:now() > last
line("until all have started and sleep", "%.1f s, %.0f tasks a second", (rt:now() - since) / 1e9,
  (IDLE + BUSY) / (rt:now() - since) * 1e9)
assert(asleep >= IDLE, ("only %d of %d are seen to sleep"):format(asleep, IDLE))
line("memory of ours for a task", "%.0f bytes (wanted: at most 2048)",
  (memory() - empty) / (IDLE + BUSY))

local before = rt:stats()
assert(rt:run(math.floor(SECONDS * neap.s)))
local after = rt:stats()
local used, wall = after.neap_cpu_ns - before.neap_cpu_ns, after.wall_ns - before.wall_ns
line("neap's own CPU time", "%.2f %% of a CPU", 100 * used / wall)
line("of that for a decision", "%.1f us, %d decisions", used / 1e3
  / math.max(1, after.decisions - before.decisions), after.decisions - before.decisions)
local least, most = math.huge, 0
for task in rt:tasks() do
  if task.name:find("^busy") then
    least, most = math.min(least, task.cpu_ns), math.max(most, task.cpu_ns)
  end
end
line("CPU time of the busy ones", "%.0f to %.0f ms", least / 1e6, most / 1e6)
finish(rt)
