-- many_run.lua - the neap side of many_bench.lua: neap many_run.lua IDLE BUSY SECONDS
--
-- BUSY loops on one cpu, then IDLE tasks that sleep. Prints, in this order: idle tasks started in a
-- second; bytes of ours for each of them, guard included; own CPU time a quantum in ns without and
-- with the sleepers, and in parts of a CPU with them; our descriptors, those of the guard; how many
-- tasks were lost; seconds until all have ended.
local neap = require "neap"

local IDLE, BUSY, SECONDS = tonumber(arg[1]), tonumber(arg[2]), tonumber(arg[3])
local MOST = 100 * neap.s -- to start them; what is not asleep by then is lost

local function lines(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function resident(pid)
  return 1024 * tonumber(lines("/proc/" .. pid .. "/status"):match("VmRSS:%s+(%d+)"))
end

local function descriptors(pid)
  local pipe <close> = assert(io.popen("ls /proc/" .. pid .. "/fd | wc -l"))
  return tonumber(pipe:read("a"))
end

local self = lines("/proc/self/stat"):match("^%d+")
local rt <close> = assert(neap.runtime { policy = "rr", cpus = 1, quantum = "10ms" })
local started, exited = {}, 0
rt:on("exit", function() exited = exited + 1 end)

local function spawn(count, ...)
  local list = {}
  for i = 1, count do
    list[i] = assert(rt:spawn { ... })
    started[#started + 1] = list[i]
  end
  return list
end

local function asleep(list)
  local count = 0
  for _, task in ipairs(list) do
    if task.alive and task.state == "blocked" then count = count + 1 end
  end
  return count
end

-- Own CPU time a quantum, and of a CPU.
local function steady()
  local before = rt:stats()
  assert(rt:run(SECONDS * neap.s))
  local after = rt:stats()
  local used = after.neap_cpu_ns - before.neap_cpu_ns
  return used / (after.decisions - before.decisions), used / (after.wall_ns - before.wall_ns)
end

spawn(BUSY, "sh", "-c", "while :; do :; done")
assert(rt:run((2 * BUSY * 10 + 400) * neap.ms)) -- until each has started and had a turn
local guard = lines(("/proc/%s/task/%s/children"):format(self, self)):match("%d+")
local before = resident(self) + resident(guard)
local alone = steady()

local from = rt:now()
local idle = spawn(IDLE, "sleep", "1000")
repeat assert(rt:run(100 * neap.ms))
until asleep(idle) >= IDLE - IDLE // 500 or rt:now() - from > MOST
local rate = asleep(idle) / ((rt:now() - from) / neap.s)
collectgarbage()
local memory = (resident(self) + resident(guard) - before) / IDLE

local quantum, part = steady()
local lost = exited
for _, task in ipairs(idle) do
  if task.alive and task.slices == 0 then lost = lost + 1 end
end
local ours, of_guard = descriptors(self), descriptors(guard)
from = rt:now()
rt:finish("grace")
assert(rt:run())
print(rate, memory, alone, quantum, part, ours, of_guard, lost, (rt:now() - from) / neap.s)
