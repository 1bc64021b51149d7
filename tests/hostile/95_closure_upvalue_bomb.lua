-- 95_closure_upvalue_bomb.lua - a neutral one: P.pick(ready, now).
-- expect: NOMEM
-- why:    closures that keep each other alive
-- host:   allocator limit

local P = {}
function P.pick(ready, now)
  local f = function() end
  while true do local g = f; f = function() return g() end end
end
return P
