-- memory_bench.lua - what a ready task costs, when there are many: virtual ones, policy fair.
local kit = require "kit"

return {
  rounds = 3,
  round = function(row)
    for _, tasks in ipairs { 1000, 100000, 1000000 } do
      local bytes, resident, adding, turn = table.unpack(kit.program("memory_run_linux", tasks))
      local most = tasks > 1000 and 200 or nil
      local of = (" a task, %d ready"):format(tasks)
      row { "bytes allocated" .. of, unit = "bytes", ours = bytes, most = most }
      row { "bytes resident" .. of, unit = "bytes", ours = resident, most = most }
      row { "to add" .. of, unit = "ns", ours = adding }
      row { "a turn of the runtime" .. of, unit = "ns", ours = turn }
    end
  end,
}
