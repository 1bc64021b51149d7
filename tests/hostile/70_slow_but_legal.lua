-- 70_slow_but_legal.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    about 100k VM instructions per pick: slow, within the budget
-- host:   legal below 10 % of the quantum; above 1 % it is reported and counted as slow

local P = {}
function P.pick(ready, now)
  local x = 0
  for i = 1, 30000 do x = x + i end
  return ready[1]
end
return P
