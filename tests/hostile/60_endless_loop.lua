-- 60_endless_loop.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT
-- why:    while true do end in a hook
-- host:   stopped after 10 % of the quantum, ejected to fair in the same decision

local P = {}
function P.pick(ready, now)
  while true do end
end
return P
