-- 93_slow_leak.lua - a neutral one: P.pick(ready, now).
-- expect: NOMEM
-- why:    keeps one more object per call: fails only after many calls
-- host:   the limit is per policy, not per call

local P = {}
local keep = {}
function P.pick(r)
  for i = 1, 2000 do keep[#keep + 1] = {i} end
  return r[1]
end
return P
