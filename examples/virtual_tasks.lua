-- virtual_tasks.lua - a minute of scheduling in no time: virtual tasks on a virtual clock.
local neap = require "neap"

local rt <close> = assert(neap.runtime { policy = "priority", clock = "virtual", cpus = 1 })

local batch = rt:task { name = "batch", priority = 2 }
local editor = rt:task { name = "editor", priority = 8 }

-- The editor thinks most of the time: it runs 20 ms of each second, then sleeps.
rt:on("switch", function(_, _, to)
  if to ~= editor then return end
  rt:after(20 * neap.ms, function() editor:block() end)
end)
rt:every(neap.s, function()
  if editor.state == "blocked" then editor:wake() end
end)

rt:after(30 * neap.s, function() batch:boost() end)

assert(rt:run(neap.minute))

for task in rt:tasks() do
  print(("%-7s priority %d: %5.2f s of cpu, longest wait %5.1f ms, %d slices"):format(
    task.name, task.priority, task.cpu_ns / neap.s,
    task:stats().longest_wait_ns / neap.ms, task.slices))
end
