-- 65_tail_call_forever.lua - a neutral one: P.pick(ready, now).
-- expect: TIMEOUT
-- why:    endless tail calls: no stack growth
-- host:   count hook fires

local P = {}
function P.pick(ready, now)
  local function f(n) return f(n + 1) end
  return f(1)
end
return P
