-- 26_always_first.lua - a neutral one: P.pick(ready, now).
-- expect: OK
-- why:    starves every task but one
-- host:   legal: who starves others for longer than the watchdog allows is ejected, unless the
--         policy says `starves`

local P = {}
function P.pick(ready, now)
  return ready[1]
end
return P
