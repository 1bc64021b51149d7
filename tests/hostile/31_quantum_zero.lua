-- 31_quantum_zero.lua - a neutral one: P.pick(ready, now).
-- expect: BAD_RESULT
-- why:    quantum is 0: the loop would spin without running anything
-- host:   reject; what is above it but below 1 ms is clamped and counted

local P = {}
function P.pick(r) return r[1] end
function P.quantum(t) return 0 end
return P
