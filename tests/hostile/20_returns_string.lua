-- 20_returns_string.lua - a neutral one: P.pick(ready, now).
-- expect: BAD_RESULT
-- why:    pick returns a string
-- host:   reject the result, name the hook and the type, count a fault, fall back

local P = {}
function P.pick(ready, now)
  return "task 1"
end
return P
