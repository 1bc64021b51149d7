-- shares_by_weight.lua - three busy loops on one CPU share it as their weights say.
local neap = require "neap"

local rt <close> = assert(neap.runtime { policy = "fair", cpus = 1, quantum = 5 * neap.ms })

local total, ended = 0, {}
rt:on("exit", function(task)
  total = total + task.cpu_ns
  ended[#ended + 1] = { weight = task.weight, cpu_ns = task.cpu_ns }
end)

for _, weight in ipairs { 100, 200, 400 } do
  assert(rt:spawn { "sh", "-c", "while :; do :; done", weight = weight })
end

-- A second for all of them, then an orderly end.
assert(rt:run(neap.s))
rt:finish("grace")
assert(rt:run())

table.sort(ended, function(a, b) return a.weight < b.weight end)
for _, task in ipairs(ended) do
  print(("weight %3d: %4.1f %% of the time, ought to be %4.1f %%"):format(
    task.weight, 100 * task.cpu_ns / total, 100 * task.weight / 700))
end
