-- 60_endless_loop.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT
-- why:    while true do end in a hook
-- host:   stop within the budget; log; fall back

local P = {}
function P.pick(ready, now)
  while true do end
end
return P
