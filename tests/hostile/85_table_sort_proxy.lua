-- 85_table_sort_proxy.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    table.sort of 2^31-2 virtual elements whose __index is a C function
-- host:   refuse tables with metatables in table.*

local P = {}
function P.pick(ready, now)
  local p = setmetatable({}, {__len = function() return (1 << 31) - 2 end, __index = rawlen, __newindex = rawlen})
  return table.sort(p)
end
return P
