-- 100_gc_endless.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    __gc that loops: Lua switches hooks OFF in finalizers (lgc.c GCTM: allowhook = 0),
--         so no count hook can stop it
-- host:   setmetatable refuses metatables with __gc

local P = {}
function P.pick(ready, now)
  setmetatable({}, {__gc = function() while true do end end})
  for i = 1, 100000 do local t = {} end
  return ready[1]
end
return P
