-- 127_nondeterministic.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    uses math.random, pairs order and addresses for decisions
-- host:   math.random draws from the runtime's seeded generator, pairs walks in a fixed order

local P = {}
function P.pick(ready, now)
  local t = {}
  for i = 1, #ready do t[ready[i]] = i end
  return ready[math.random(#ready)] or ready[1]
end
return P
