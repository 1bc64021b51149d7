-- 29_quantum_huge.lua - a neutral one: P.pick(ready, now).
-- expect: BAD_RESULT
-- why:    quantum is math.huge
-- host:   clamp or reject; a timer armed with infinity must not block the loop

local P = {}
function P.pick(r) return r[1] end
function P.quantum(t) return math.huge end
return P
