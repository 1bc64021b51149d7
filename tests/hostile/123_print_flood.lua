-- 123_print_flood.lua - a neutral one: P.pick(ready, now).
-- expect: OK or TIMEOUT
-- why:    prints 10000 lines per pick
-- host:   rate-limit and cut; never block on a full pipe

local P = {}
function P.pick(ready, now)
  for i = 1, 10000 do print("tick", i) end
  return ready[1]
end
return P
