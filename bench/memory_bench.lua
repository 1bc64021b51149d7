-- memory_bench.lua - what a ready task costs, when there are many: virtual ones, policy fair.
package.path = "bench/?.lua;" .. package.path
local kit = require "kit"

for _, tasks in ipairs { 1000, 100000, 1000000 } do
  local bytes, resident, adding, turn = table.unpack(kit.program("memory_run_linux", tasks))
  kit.line(("%d ready tasks"):format(tasks), "%.0f bytes each, %.0f resident (wanted: 200); "
    .. "%.0f ns to add one, %.0f ns a turn", bytes, resident, adding, turn)
end
