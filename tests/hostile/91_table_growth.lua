-- 91_table_growth.lua - a neutral one: P.pick(ready, now).
-- expect: NOMEM
-- why:    endless table growth
-- host:   allocator limit

local P = {}
function P.pick(ready, now)
  local t = {}
  for i = 1, math.huge do t[i] = i end
end
return P
