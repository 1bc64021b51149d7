-- 135_close_added_later.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT
-- why:    __close put into the metatable after setmetatable: unlike __gc it is looked up when
--         used
-- host:   a setmetatable wrapper cannot forbid __close; only the budget can bound it

local P = {}
function P.pick(ready, now)
  local mt = {}
  local o = setmetatable({}, mt)
  mt.__close = function() while true do end end
  do local x <close> = o end
  return ready[1]
end
return P
