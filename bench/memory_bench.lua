-- memory_bench.lua - what a ready task costs, when there are many: virtual ones, policy fair.
local kit = require "kit"

return {
  rounds = 3,
  round = function(row)
    for _, tasks in ipairs { 1000, 100000, 1000000 } do
      local bytes, resident, adding, turn, hot =
        table.unpack(kit.program("memory_run_linux", tasks))
      local most = tasks > 1000 and 200 or nil
      local ready = (", %d ready"):format(tasks)
      row { "allocated a task" .. ready, unit = "bytes", ours = bytes, most = most }
      row { "resident a task" .. ready, unit = "bytes", ours = resident, most = most }
      row { "to add one" .. ready, unit = "ns", ours = adding }
      row { "a turn of the whole runtime" .. ready, unit = "ns", ours = turn }
      if tasks == 1000000 then
        row { "of a task's, what a decision touches", unit = "bytes", ours = hot, most = 128 }
      end
    end
  end,
}
