-- 48_arith_on_nil.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    reads an undefined field and computes with it
-- host:   'a task has no field "vrutnime" (did you mean "vruntime"?)'

local P = {}
function P.pick(ready, now)
  return ready[1].vrutnime + 1
end
return P
