-- 84_table_insert_len.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    table.insert shifts from a lying __len
-- host:   refuse tables with metatables in table.*

local P = {}
function P.pick(ready, now)
  return table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 1, 0)
end
return P
