-- 111_global_pollution.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    writes globals that collide with another policy
-- host:   a Lua state of its own for each policy

local P = {}
function P.pick(ready, now)
  pick = 1; P2 = P; _G.sched = nil
  return ready[1]
end
return P
