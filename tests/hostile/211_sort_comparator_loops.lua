-- 211_sort_comparator_loops.lua - a comparator that never returns
-- expect: TIMEOUT
-- why:    called from C
-- host:   the count hook fires in it

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  table.sort({ 3, 2, 1 }, function() while true do end end)
end
return p
