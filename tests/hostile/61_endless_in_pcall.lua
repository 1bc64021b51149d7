-- 61_endless_in_pcall.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT
-- why:    catches the timeout error with pcall, for ever
-- host:   after the first timeout every further VM instruction raises, so no pcall can hold it

local P = {}
function P.pick(ready, now)
  local function f() while true do end end
  while true do pcall(f) end
end
return P
