-- 32_quantum_string.lua - a neutral one: P.pick(ready, now).
-- expect: BAD_RESULT
-- why:    quantum is the string "0.01"; Lua would coerce it
-- host:   reject: no coercion of strings to numbers

local P = {}
function P.pick(r) return r[1] end
function P.quantum(t) return "0.01" end
return P
