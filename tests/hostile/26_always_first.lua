-- 26_always_first.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    starves every task but one
-- host:   legal: a policy may starve; report it in statistics (max wait)

local P = {}
function P.pick(ready, now)
  return ready[1]
end
return P
