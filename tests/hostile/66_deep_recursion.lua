-- 66_deep_recursion.lua - a neutral one: P.pick(ready, now).
-- expect: ERROR or NOMEM or TIMEOUT
-- why:    unbounded recursion
-- host:   'stack overflow' (or the memory limit first); state stays usable

local P = {}
function P.pick(ready, now)
  local function f(n) return 1 + f(n + 1) end
  return f(1)
end
return P
