-- 209_sort_comparator_throws.lua - a comparator that raises
-- expect: ERROR
-- why:    from inside a C function
-- host:   the table stays a table

local neap = require "neap"
local p = neap.policy { name = "hostile", base = "rr" }
function p:slice(task)
  table.sort({ 3, 2, 1 }, function() error "no order" end)
end
return p
