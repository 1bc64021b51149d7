-- 48_arith_on_nil.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR
-- why:    reads an undefined field and computes with it
-- host:   message names the variable (Lua does); for a task handle: 'task has no field
--         'vrutnime''

local P = {}
function P.pick(ready, now)
  return ready[1].vrutnime + 1
end
return P
