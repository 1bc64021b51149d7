-- 96_garbage_storm.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    10k short-lived tables per pick
-- host:   legal; the collector steps between decisions, while tasks run

local P = {}
function P.pick(ready, now)
  local t
  for i = 1, 10000 do t = {i} end
  return ready[1]
end
return P
