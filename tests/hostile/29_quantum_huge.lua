-- 29_quantum_huge.lua - a neutral one: P.pick(ready, now).
-- expect: BAD_RESULT
-- why:    quantum is math.huge
-- host:   reject: a slice is a whole number of nanoseconds, or neap.forever

local P = {}
function P.pick(r) return r[1] end
function P.quantum(t) return math.huge end
return P
