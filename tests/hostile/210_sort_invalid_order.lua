-- 210_sort_invalid_order.lua - a comparator that always says yes
-- expect: ERROR
-- why:    stock sort runs out of the array
-- host:   "invalid order function", or values that are no numbers

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  local t = {}
  for i = 1, 100 do t[i] = i end
  table.sort(t, function() return true end)
  error "no error"
end
return p
