-- 70_slow_but_legal.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    about 100k VM instructions per pick: slow, within the budget
-- host:   legal; the host's statistics show the time spent in hooks, warn above x % of the
--         quantum

local P = {}
function P.pick(ready, now)
  local x = 0
  for i = 1, 30000 do x = x + i end
  return ready[1]
end
return P
